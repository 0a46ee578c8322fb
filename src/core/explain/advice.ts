import type { Cage } from "../cage/cage.ts";
import type { Manifest } from "../cage/manifest.ts";
import { limitsPorts } from "../confinement/seccomp/filter-permissions.ts";
import type { Alarm } from "../detection/alarm.ts";
import { pathFromText } from "../path/path.ts";
import { allowedReason, portWord } from "../plan/permission-words.ts";
import { explainName } from "./explain.ts";
import { explainPath } from "./path.ts";

/** The facts of an alarm that decide what would permit it. */
export type RefusedUse = Pick<Alarm, "call" | "kind" | "path" | "port" | "why">;

/**
 * Returns the options with which the cage would permit what the alarm reports, as `explain` names them; empty if no option does.
 * Undefined for an alarm that is about no refusal.
 */
export function optionsPermitting(
	{ call, kind, path, port, why }: RefusedUse,
	cage: Cage,
	manifest: Manifest,
): readonly string[] | undefined {
	if (kind === "crash" || kind === "drift") return undefined;
	if (kind === "decoy") return [];
	if (port !== undefined) return limitsPorts(manifest.permissions) ? [allowedReason(portWord(port))] : [];
	if (kind === "file") return path?.startsWith("/") ? optionsForPath(path, manifest) : [];
	const name = why === "foreign-socket" ? "connect" : call;
	if (name === undefined || (kind === "syscall" && isLandlocks(why))) return [];
	return explainName(name, cage, manifest).flatMap((one) => (one.subject === "call" ? one.refusals.flatMap(optionsOf) : []));
}

const optionsOf = ({ option, options }: { readonly option?: string; readonly options?: readonly string[] }) =>
	options ?? (option === undefined ? [] : [option]);

/** Nothing opens other processes to a cage. */
const isLandlocks = (why: Alarm["why"]) => why === "foreign-memory" || why === "foreign-signal";

/** Reading and executing are left to mounts and modes, so Landlock refused a change. */
function optionsForPath(path: string, manifest: Manifest): string[] {
	const facts = { manifest, plan: undefined, trace: undefined, onHost: [] };
	return explainPath(pathFromText(path), facts).refusals.flatMap((one) => (one.what === "write" ? optionsOf(one) : []));
}
