import type { Files } from "../base/machine/facts.ts";
import { type Path, parent } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { isGrantable, traceableCapabilities, tracedRootCapabilities } from "../confine/capabilities.ts";
import { isNeverAllowed } from "../confine/seccomp/filter.ts";
import { refusedCapabilitiesIn } from "../trace/needs.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, isByteCode, isMountedByLauncher } from "./areas.ts";
import { placeOf } from "./links.ts";
import { allows, capabilityWord } from "./permission-words.ts";
import type { Plan } from "./plan.ts";
import { changingOperations } from "./writable.ts";

/** The only capability with an effect on the whole machine that a cage can be given. */
const clockWord = capabilityWord("sys_time");

/** Returns calls that the application made and that neither the sandbox nor a cage allows, with their error. */
export function refusedCalls({ refusals }: Pick<Trace, "refusals">): { readonly call: string; readonly error: string }[] {
	// The filter refuses clone(2) only for namespaces.
	return [...refusals.values()].filter(({ call }) => isNeverAllowed(call) || call === "clone");
}

/** Returns capabilities that an application starting as root wanted to keep and that the sandbox grants only on request. */
export function refusedCapabilities({ refusals }: Pick<Trace, "refusals">): readonly string[] {
	const granted = new Set<string>(tracedRootCapabilities([]));
	return [...new Set([...refusals.keys()].flatMap(refusedCapabilitiesIn))].filter((name) => !granted.has(name));
}

/** Links of another process, which only its own account and CAP_SYS_PTRACE may read (proc(5)). */
const processLink = /^\/proc\/\d+\/(cwd|exe|root)$/;

/** What an application starts as. */
interface StartIdentity {
	readonly isRoot: boolean;
	/** Capabilities that the unit gives its account. */
	readonly granted?: readonly string[];
}

/** Returns those of the unit's capabilities that the account has only if a rule allows them, or never. */
function withheldCapabilities({ granted = [], isRoot }: StartIdentity): readonly string[] {
	const given: readonly string[] = traceableCapabilities(granted);
	return isRoot ? [] : granted.filter((name) => !given.includes(name));
}

/**
 * Returns capabilities that explain why an application failed: those above, the one that its own chroot(2) lacked, and if it
 * starts as root, the one that reads which program a process of another account executes. A start script asks that
 * (start-stop-daemon --exec) before it says that its daemon runs. If it starts as an account and a call was refused, those that
 * its unit gives it, and the one for raw sockets: other sockets are not refused with EPERM.
 */
export function lackedCapabilities(trace: Pick<Trace, "accesses" | "refusals">, start: StartIdentity): readonly string[] {
	const { isRoot } = start;
	const isCallRefused = [...trace.refusals.values()].some(({ error }) => error === "EPERM");
	const isSocketRefused = !isRoot && trace.refusals.get("socket")?.error === "EPERM";
	const accesses = [...trace.accesses.values()];
	const isChrootRefused = accesses.some(({ calls, failed }) => calls.has("chroot") && failed.get("EPERM")?.has("enter"));
	const isLinkRefused = isRoot && accesses.some(({ failed, path }) => failed.has("EACCES") && processLink.test(path));
	return [
		...new Set([
			...refusedCapabilities(trace),
			...(isChrootRefused ? ["sys_chroot"] : []),
			...(isSocketRefused ? ["net_raw"] : []),
			...(isCallRefused ? withheldCapabilities(start).filter(isGrantable) : []),
			...(isLinkRefused ? ["sys_ptrace"] : []),
		]),
	];
}

/** Socket families that a cage can have. */
const possibleFamilies = new Set(["AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"].map((family) => `socket(${family})`));

const refusalErrors: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "EAFNOSUPPORT", "SIGSYS"]);

/**
 * Returns what was refused last among the last failures (newest last): a path or a call, with the error. What
 * succeeded at another time does not count.
 */
export function lastRefusal(
	{ accesses, refusals }: Pick<Trace, "accesses" | "refusals">,
	lastFailed: readonly string[],
): { readonly what: string; readonly error: string } | undefined {
	for (const name of [...lastFailed].reverse()) {
		const path = accesses.get(name as Path);
		const error = path ? [...path.failed.keys()].findLast((one) => refusalErrors.has(one)) : refusals.get(name)?.error;
		if (error === undefined || !refusalErrors.has(error)) continue;
		if (path) {
			if (!path.succeeded.size) return { what: showPath(path.path), error };
		} else return { what: name.includes("(") ? name : `${name}()`, error };
	}
	return undefined;
}

/** Returns sockets that the application asked for and that no cage can have, such as those for packet capture. */
export function refusedSocketFamilies({ refusals }: Pick<Trace, "refusals">): string[] {
	return [...refusals.values()].flatMap(({ call }) => (call.startsWith("socket(") && !possibleFamilies.has(call) ? [call] : []));
}

export const capabilityOptions = (names: readonly string[]) => names.map((name) => `--allow ${capabilityWord(name)}`).join(" ");

/** Returns the files of /proc and /sys that the application could not write, because they are read-only in every cage. */
export function refusedSettings({ accesses }: Pick<Trace, "accesses">): Path[] {
	return [...accesses.values()].flatMap(({ failed, path }) =>
		areaOf(path) === "kernel" && [...(failed.get("EROFS") ?? [])].some((one) => changingOperations.has(one)) ? [path] : [],
	);
}

/** Notes what the application, or its unit for it, wanted from the machine itself and did not get while it was traced. */
export function refusedNotes(trace: Trace, rules: Plan["rules"], start: StartIdentity): Plan["notes"] {
	const withheld = withheldCapabilities(start).filter((name) => !allows(rules, capabilityWord(name)));
	const offered = withheld.filter(isGrantable);
	const ofMachine = withheld.filter((name) => !isGrantable(name));
	const settings = refusedSettings(trace).map(showPath);
	const kept = refusedCapabilities(trace).filter(isGrantable);
	const never = refusedCapabilities(trace).filter((name) => !isGrantable(name));
	const clockCode = allows(rules, clockWord) ? "clock-allowed" : "clock-pretended";
	return [
		...(kept.length
			? [{ code: "capabilities-refused", values: { names: kept.join(", "), option: capabilityOptions(kept) } }]
			: []),
		...(offered.length
			? [{ code: "unit-capabilities-withheld", values: { names: offered.join(", "), option: capabilityOptions(offered) } }]
			: []),
		...(ofMachine.length ? [{ code: "unit-capabilities-of-machine", values: { names: ofMachine.join(", ") } }] : []),
		...(never.length ? [{ code: "capabilities-of-machine", values: { names: never.join(", ") } }] : []),
		...refusedCalls(trace).map(({ call, error }) => ({ code: "call-refused", values: { call, error } })),
		...(settings.length ? [{ code: "kernel-setting-refused", values: { paths: settings.slice(0, 5).join(", ") } }] : []),
		...(trace.clock === undefined ? [] : [{ code: clockCode, values: { call: trace.clock, option: `--allow ${clockWord}` } }]),
	];
}

/** A place that the application could not write. `directory` is the real one that would contain it. */
interface RefusedWrite {
	readonly path: Path;
	readonly error: string;
	readonly directory: Path;
}

const refusals = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS"]);

/**
 * Returns the last place that the application wanted to write and never could. A daemon that exits silently at its start often
 * has no directory for its pid file, which its service creates. Failing to remove a missing file does not count. `lastFailed` are
 * the last failures of the run, newest last.
 */
export function lastRefusedWrite(
	trace: Pick<Trace, "accesses">,
	files: Files,
	lastFailed: readonly string[] = [],
): RefusedWrite | undefined {
	const at = new Map(lastFailed.map((name, index) => [name, index]));
	const accesses = [...trace.accesses.values()].reverse();
	for (const { failed, path, succeeded } of accesses.sort((a, b) => (at.get(b.path) ?? -1) - (at.get(a.path) ?? -1))) {
		if (succeeded.size || isMountedByLauncher(path) || isByteCode(path)) continue;
		for (const [error, operations] of failed) {
			const wanted = [...operations].some((one) => changingOperations.has(one) && !(one === "remove" && error === "ENOENT"));
			if (refusals.has(error) && wanted) return { path, error, directory: placeOf(parent(path), files) };
		}
	}
	return undefined;
}
