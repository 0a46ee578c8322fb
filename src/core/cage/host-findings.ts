import { etc, isWithin, type Path, pathToText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { startsEmpty } from "../plan/areas.ts";
import { judgeDevice } from "../plan/devices.ts";
import { aboutOthers, HostAccess, type HostFacts } from "../plan/host-access.ts";
import type { Finding } from "./finding.ts";
import { isInPlace } from "./in-place.ts";
import { type Manifest, type ManifestBind, rootsOf } from "./manifest.ts";

/**
 * Judges a generation's binds again: an earlier release built it, or the host has changed. `allow` are the words of `--allow`. A
 * generation that an earlier release built still starts, so that an update of Cagewright stops no service. Directories of its state
 * that are in place (`inPlace`) are judged like binds with a consent: the administrator moved the service.
 */
export function auditHostAccess(
	{ binds, entries, writable }: Pick<Manifest, "binds" | "entries" | "writable">,
	{ allow, inPlace = [] }: { readonly allow: readonly string[]; readonly inPlace?: readonly Path[] },
	facts: HostFacts,
): Finding[] {
	const access = new HostAccess(facts);
	const state = rootsOf({ writable }).filter((path) => isInPlace(path, { inPlace }));
	const ofState = state.map((path): ManifestBind => ({ path: pathToText(path) ?? path, access: "rw", consent: true }));
	const mounted = [...binds, ...ofState].flatMap((bind): Finding[] => {
		const problem = access.problemOfBind(bind, { allow, allowWrite: bind.consent ? [bind.path] : [] });
		if (!problem || (bind.consent && problem.code === "bind-control-socket")) return [];
		// A directory's owner may change at any time, and that must stop no service.
		const isOld = bind.consent === undefined;
		return [{ ...problem, severity: isOld || aboutOthers.has(problem.code) ? "warning" : "danger" }];
	});
	// `release` gives state back to the host.
	const returned = writable.flatMap(({ path }): Finding[] => {
		const place = startsEmpty(path) ? undefined : access.executedAt(path);
		const values = place && { trusted: showPath(place.path), source: place.source };
		return values ? [{ code: "writable-executed", path, severity: "warning", values }] : [];
	});
	const controlling = entries.flatMap(({ device, path, ...entry }): Finding[] => {
		if (!device) return [];
		const { type, ...numbers } = device;
		const kind = type === "b" ? ("block-device" as const) : ("character-device" as const);
		if (judgeDevice(path, { ...entry, kind, device: numbers }) !== "refuse") return [];
		return [{ code: "device-controls", path, severity: "warning", values: device }];
	});
	return [...mounted, ...returned, ...controlling];
}

/**
 * Finds configuration that the application may change although no run changed it: `plan --take-documented` of an earlier release
 * stored such rules.
 */
export function auditConfiguration({ writable }: Pick<Manifest, "writable">): Finding[] {
	return writable.flatMap(({ path, reasons }): Finding[] =>
		isWithin(path, etc) && reasons.every((reason) => reason.kind === "rule" && reason.rule === "writable")
			? [{ code: "configuration-writable", path, severity: "warning", values: {} }]
			: [],
	);
}
