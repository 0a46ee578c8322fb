import { tracedRootCapabilities } from "../confinement/capabilities.ts";
import type { Files } from "../machine/facts.ts";
import { type Path, parent } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { refusedToKeep } from "../trace/needs.ts";
import { isNeverAllowed } from "../trace/never-allowed.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, isByteCode, isMountedByLauncher } from "./areas.ts";
import { placeOf } from "./links.ts";
import { allows, capabilityWord } from "./permissions.ts";
import type { Plan } from "./plan.ts";
import { changes } from "./writable.ts";

/** The right to set the clock: the one of those that reach the whole machine that a cage can be given. */
const clockWord = capabilityWord("sys_time");

/** Calls that the application made and that neither the sandbox nor a cage allows, with their error. */
export function refusedCalls({ refusals }: Pick<Trace, "refusals">): { readonly call: string; readonly error: string }[] {
	// clone(2) fails so for nothing but namespaces.
	return [...refusals.values()].filter(({ call }) => isNeverAllowed(call) || call === "clone");
}

/** Capabilities that a root start wanted to keep and that the sandbox does not grant unasked. */
export function refusedCapabilities({ refusals }: Pick<Trace, "refusals">): readonly string[] {
	const granted = new Set<string>(tracedRootCapabilities([]));
	return [...new Set([...refusals.keys()].flatMap(refusedToKeep))].filter((name) => !granted.has(name));
}

/** The options that permit them. */
export const capabilityOptions = (names: readonly string[]) => names.map((name) => `--allow ${capabilityWord(name)}`).join(" ");

/** What the application wanted of the machine itself and did not get while it was traced. */
export function refusedNotes(trace: Trace, rules: Plan["rules"]): Plan["notes"] {
	const settings = [...trace.accesses.values()]
		.filter(({ failed, path }) => areaOf(path) === "kernel" && [...(failed.get("EROFS") ?? [])].some((one) => changes.has(one)))
		.map(({ path }) => showPath(path));
	const kept = refusedCapabilities(trace);
	return [
		...(kept.length
			? [{ code: "capabilities-refused", values: { names: kept.join(", "), option: capabilityOptions(kept) } }]
			: []),
		...refusedCalls(trace).map(({ call, error }) => ({ code: "call-refused", values: { call, error } })),
		...(settings.length ? [{ code: "kernel-setting-refused", values: { paths: settings.slice(0, 5).join(", ") } }] : []),
		...(trace.clock === undefined
			? []
			: [
					{
						code: allows(rules, clockWord) ? "clock-allowed" : "clock-pretended",
						values: { call: trace.clock, option: `--allow ${clockWord}` },
					},
				]),
	];
}

/** A place that an application could not write. `directory` is the real one that would hold it. */
interface RefusedWrite {
	readonly path: Path;
	readonly error: string;
	readonly directory: Path;
}

const refusals = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS"]);

/**
 * The last place that an application wanted to write and never could; undefined where there is none. A daemon that ends at its start without a
 * word has often lacked the directory of its pid file, which its service makes. That nothing was there to take away is no refusal.
 */
export function lastRefusedWrite(trace: Trace, files: Files): RefusedWrite | undefined {
	for (const { failed, path, succeeded } of [...trace.accesses.values()].reverse()) {
		if (succeeded.size || isMountedByLauncher(path) || isByteCode(path)) continue;
		for (const [error, operations] of failed) {
			const wanted = [...operations].some((one) => changes.has(one) && !(one === "remove" && error === "ENOENT"));
			if (refusals.has(error) && wanted) return { path, error, directory: placeOf(parent(path), files) };
		}
	}
	return undefined;
}
