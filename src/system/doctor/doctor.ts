import type { Doctor, Finding } from "../../engine/ports.ts";
import { probeFeatures } from "../launch/features.ts";
import { install } from "./install.ts";
import { kernelFindings, overlay } from "./kernel.ts";
import { programFindings } from "./programs.ts";

/** What the work needs of this machine, each looked up or tried, none concluded from the name of a system. */
export const systemDoctor: Doctor = {
	examine(): Finding[] {
		const features = probeFeatures();
		return [...programFindings(features), overlay(), ...kernelFindings(features)];
	},
	install,
};
