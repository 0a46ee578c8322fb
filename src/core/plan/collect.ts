import type { Path } from "../path/path.ts";
import type { Access } from "../trace/trace.ts";
import { isByteCode, isDocumentation } from "./areas.ts";
import { deviceName, judgeDevice, namedDevice, nullDevice } from "./devices.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { PlanInput, Reason } from "./plan.ts";
import { changingOperations, tracedReason } from "./writable.ts";

export const generatedPaths = {
	passwd: "/etc/passwd",
	group: "/etc/group",
	nsswitch: "/etc/nsswitch.conf",
	loaderCache: "/etc/ld.so.cache",
};

export function addTraced({ files, trace }: PlanInput, collector: EntryCollector): void {
	const generated = new Set(Object.values(generatedPaths));
	// Opened files come first, so that a mere stat(2) of the same file by another name does not exclude its content.
	const accesses = [...trace.accesses.values()].sort((a, b) => Number(isOnlyLooked(a)) - Number(isOnlyLooked(b)));
	for (const access of accesses) {
		const { failed, path, succeeded } = access;
		if (generated.has(path) || isByteCode(path) || (isDocumentation(path) && isOnlyLooked(access))) continue;
		// A path that was only created, written or removed does not exist on the host or belongs to a writable directory.
		const used = [...succeeded].some((operation) => !changingOperations.has(operation));
		const found = failed.has("EEXIST") && files.status(placeOf(path, files))?.kind === "directory";
		if (used || found) collector.add(path, tracedReason(access), isOnlyLooked(access));
		else if (succeeded.size) collector.addWay(path, tracedReason(access));
	}
}

function isOnlyLooked({ succeeded }: Access): boolean {
	return [...succeeded].every((operation) => operation === "look");
}

export function addDevices({ additions, files, rules, trace }: PlanInput, collector: EntryCollector): void {
	const named = new Map(rules.devices.map((value) => [namedDevice(value, files), value]));
	const add = (path: Path, reason: Reason) => {
		const status = files.status(placeOf(path, files));
		if (!status?.device) return;
		const judgement = judgeDevice(path, status);
		const given = judgement === "give" || (judgement === "ask" && named.has(path));
		// Harmless devices get mode 0666 even if the host's /dev/null lost its mode.
		collector.addDevice(
			path,
			judgement === "give" ? { ...status, mode: 0o666 } : status,
			given ? "include" : "declined",
			judgement === "refuse" ? ["refused-device"] : given ? [] : ["device"],
			reason,
		);
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
