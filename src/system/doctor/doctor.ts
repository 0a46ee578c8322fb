import type { Doctor, Finding } from "../../engine/ports.ts";
import type { Commands } from "../commands.ts";
import { probeFeatures } from "../launch/features.ts";
import { isRootless } from "../launch/rootless.ts";
import { commandForRoot, install } from "./install.ts";
import { kernelFindings, overlay } from "./kernel.ts";
import { programFindings } from "./programs.ts";

/** What the work needs of this machine, each looked up or tried, none concluded from the name of a system. */
export function systemDoctor(commands: Commands): Doctor {
	return {
		examine(): Finding[] {
			const features = probeFeatures();
			return [...programFindings(features), overlay(), ...kernelFindings(features)];
		},
		commandForRoot: (packages) => (isRootless() ? commandForRoot(packages) : undefined),
		install: (packages, onLine) => install(packages, onLine, commands),
	};
}
