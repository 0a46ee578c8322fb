import type { Path } from "../base/path/path.ts";
import { deviceName, judgeDevice, namedDevice, nullDevice } from "./devices.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { PlanInput, Reason } from "./plan.ts";
import { tracedReason } from "./writable.ts";

/** Adds the devices that rules name, or that the application asked for, with the decision about each. */
export function addDevices({ additions, files, rules, trace }: PlanInput, collector: EntryCollector): void {
	const named = new Map(rules.devices.map((value) => [namedDevice(value, files), value]));
	const add = (path: Path, reason: Reason) => {
		const status = files.status(placeOf(path, files));
		if (!status?.device) return;
		const judgement = judgeDevice(path, status);
		const given = judgement === "give" || (judgement === "ask" && named.has(path));
		// Harmless devices get mode 0666 even if the host's /dev/null lost its mode.
		collector.addDevice(path, judgement === "give" ? { ...status, mode: 0o666 } : status, {
			decision: given ? "include" : "declined",
			risks: judgement === "refuse" ? ["refused-device"] : given ? [] : ["device"],
			reason,
		});
	};
	add(nullDevice, { kind: "launcher" });
	for (const [path, value] of named) add(path, { kind: "rule", rule: "devices", value });
	for (const access of trace.accesses.values()) {
		// The sandbox has only harmless devices and those that rules name, so others fail with ENOENT.
		const wanted = access.succeeded.size || access.failed.has("ENOENT");
		const path = wanted ? deviceName(access.path, files) : undefined;
		if (path !== undefined) add(path, tracedReason(access));
	}
	for (const addition of additions) {
		const path = addition.kind === "path" ? deviceName(addition.path, files) : undefined;
		if (path !== undefined) add(path, trialReason(addition));
	}
}

export function trialReason({ call, round }: { round: number; call: string }): Reason {
	return { kind: "trial", round, call };
}
