import { isKeepable } from "../confinement/capabilities.ts";
import { clockCalls } from "../confinement/seccomp.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, normalise, outermost, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { refusedCode, refusedNetlink, refusedToKeep, refusedUnixSocket } from "../trace/needs.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { areaOf, holdsState, isByteCode, isMountedByLauncher, isSystemDirectory } from "./areas.ts";
import { judgeDevice } from "./devices.ts";
import { placeOf } from "./links.ts";
import { type Missing, permissionFor, permissionOf } from "./missing.ts";
import { capabilityWord, keepCall, permissionWords, refuses } from "./permissions.ts";
import type { Addition, Entry, FoundPermission, Plan } from "./plan.ts";
import { changes, writes } from "./writable.ts";

/** Calls that are refused for want of a capability, by the capability (capabilities(7)). */
const capabilityOf: Readonly<Record<string, string>> = {
	chown: "chown",
	fchown: "chown",
	lchown: "chown",
	fchownat: "chown",
	setuid: "setuid",
	setreuid: "setuid",
	setresuid: "setuid",
	setgid: "setgid",
	setregid: "setgid",
	setresgid: "setgid",
	setgroups: "setgid",
	bind: "net_bind_service",
	kill: "kill",
	setpriority: "sys_nice",
	sched_setscheduler: "sys_nice",
	setrlimit: "sys_resource",
	prlimit64: "sys_resource",
	chmod: "fowner",
	fchmod: "fowner",
	fchmodat: "fowner",
	utimensat: "fowner",
	...Object.fromEntries(clockCalls.map((call) => [call, "sys_time"])),
};

/**
 * The difference of two traces: what failed in the cage though it worked on the host. What failed in both is noise, and so is
 * what the host itself does not have. `round` is noted in the remedies.
 */
export function findMissing(host: Trace, cage: Trace, plan: Plan, files: Files, round: number): Missing[] {
	const search: Search = {
		host,
		plan,
		files,
		round,
		covers: [
			...plan.writable.map((directory) => directory.path),
			...plan.rules.binds.map((bind) => placeOf(normalise(pathFromText(bind.path)), files)),
		],
		declined: new Set(plan.entries.filter((one) => one.decision === "declined" && !isProven(one)).map(({ path }) => path)),
		proven: new Set(plan.entries.filter(isProven).map(({ path }) => path)),
	};
	const missing = [...cage.accesses.values()].flatMap((access) => missingOf(access, search) ?? []);
	for (const { call, error, program } of cage.refusals.values()) {
		const by = program === undefined ? {} : { program };
		if (host.refusals.has(call)) continue;
		const kept = refusedToKeep(call);
		if (kept.length) {
			missing.push(...missingToKeep(kept, { call, error, ...by }, search));
			continue;
		}
		const name = permissionBehind(call);
		const found = name
			? { remedy: { kind: "opening", name, round, call, ...by } as const }
			: capabilityRemedy([call], by, search);
		const { remedy } = found;
		const unseen = remedy && !isUsed(remedy, host) ? { unseen: true as const } : {};
		missing.push({
			kind: capabilityOf[call] ? "capability" : "filtered",
			call,
			error,
			...by,
			...found,
			...unseen,
			declined: false,
		});
	}
	missing.push(...executedData(host, plan, files));
	return missing
		.map((one) => (isRefused(one, plan) ? { ...one, declined: true } : one))
		.sort((a, b) => ((a.path ?? a.call) < (b.path ?? b.call) ? -1 : 1));
}

/**
 * What the host's run wrote to its state and executed there, one file for each directory. A program may look at the mount's flags and not even try
 * (varnish), and names in the data differ from run to run, so the cage's run need not show it.
 */
function executedData({ accesses }: Trace, plan: Plan, files: Files): Missing[] {
	const allowed = plan.permissions.executableData ?? [];
	const found = new Map<Path, Missing>();
	for (const { calls, path, programs, succeeded } of accesses.values()) {
		if (!succeeded.has("execute")) continue;
		const real = placeOf(path, files);
		const executes = outermost(plan.writable.map((one) => one.path)).find((directory) => isWithin(real, directory));
		if (executes === undefined || allowed.includes(executes) || found.has(executes)) continue;
		const [program] = programs;
		const by = program === undefined ? {} : { program };
		found.set(executes, {
			kind: "noexec",
			path,
			call: [...calls].at(-1) ?? "",
			error: "EACCES",
			executes,
			...by,
			declined: false,
		});
	}
	return [...found.values()];
}

/** One for each capability that the process named in vain and that the plan lacks: capset(2) fails as a whole. */
function missingToKeep(
	names: readonly string[],
	refused: Pick<Missing, "call" | "error" | "program">,
	{ host, plan, round }: Search,
): Missing[] {
	const { call: _, error: _error, ...by } = refused;
	const planned = new Set(plan.permissions.capabilities.map(({ name }) => name));
	const missing = plan.identity.uid === 0 ? names.filter((name) => !planned.has(name)) : [];
	return missing.map((name) => ({
		...refused,
		kind: "capability",
		remedy: { kind: "capability", name, round, call: keepCall, ...by },
		...(host.kept.has(name) && isKeepable(name) ? {} : { unseen: true as const }),
		declined: false,
	}));
}

/** Whether a call that succeeded on the host used this permission. An application that was already running may have used any before. */
function isUsed(remedy: Addition, { capabilities, families, gaps, memfd, possibleNeeds, writableCode }: Trace): boolean {
	if (gaps.has("start-up")) return true;
	if (remedy.kind === "capability") return capabilities.has(remedy.name) || possibleNeeds.has(capabilityWord(remedy.name));
	if (remedy.kind !== "opening") return false;
	switch (remedy.name) {
		case "unixSockets":
			return families.has("AF_UNIX") || possibleNeeds.has(permissionWords.unixSockets);
		case "netlink":
			return families.has("AF_NETLINK");
		case "memfd":
			return memfd;
		case "writableCode":
			return writableCode !== undefined;
		case "proc":
			return false;
	}
}

/** The permission for want of which the filter refuses a call. */
function permissionBehind(call: string): FoundPermission | undefined {
	if (call === refusedUnixSocket) return "unixSockets";
	if (call === refusedNetlink) return "netlink";
	if (call === "memfd_create") return "memfd";
	return refusedCode.test(call) ? "writableCode" : undefined;
}

function isRefused(missing: Missing, { rules }: Plan): boolean {
	const word = permissionOf(missing);
	return word !== undefined && refuses(rules, word);
}

interface Search {
	readonly host: Trace;
	readonly plan: Plan;
	readonly files: Files;
	readonly round: number;
	/** Places that the application's own data, or directories of the host, lie over. */
	readonly covers: readonly Path[];
	readonly declined: ReadonlySet<Path>;
	readonly proven: ReadonlySet<Path>;
}

function isProven({ reasons }: Entry): boolean {
	return reasons.some(({ kind }) => kind === "unneeded");
}

/** That something is there already, or is busy, is the answer of a cage that works. */
const noLayer = new Set(["EEXIST", "ENOTEMPTY", "EBUSY", "EAGAIN", "EINTR", "EINPROGRESS", "EADDRINUSE", "ETXTBSY"]);

function missingOf(access: Access, search: Search): Missing | undefined {
	for (const [error, operations] of access.failed) {
		if (noLayer.has(error) || isByteCode(access.path)) continue;
		// An open for reading and writing is judged by what asks for more.
		for (const operation of [...operations].sort((a, b) => Number(changes.has(b)) - Number(changes.has(a)))) {
			if (isAsWished(operation, error)) continue;
			if (failsOnlyInCage(operation, error, access, search)) {
				const missing = judge(access, error, operation, search);
				if (!missing) continue;
				return {
					...missing,
					...(isMixed(operation, error, access, search) ? { mixed: true } : {}),
					...(isUnseen(access, missing, search) ? { unseen: true } : {}),
				};
			}
		}
	}
	return undefined;
}

/**
 * A permission for what the traced run did not do with that path. A file is none: where the application does not answer without it, it may go in as if the
 * traced run had come to it.
 */
function isUnseen({ path }: Access, { kind, remedy }: Missing, { host }: Search): boolean {
	if (host.gaps.has("start-up") || remedy === undefined || remedy.kind === "path" || remedy.kind === "writable") return false;
	const onHost = host.accesses.get(path);
	if (onHost === undefined) return true;
	return kind === "capability" && remedy.kind === "capability" && !onHost.calls.has(remedy.call);
}

/** What was to be taken away is not there: the host's run found a stale pid file to remove. Or what was looked at is no link (readlink(2)). */
function isAsWished(operation: Operation, error: string): boolean {
	return (operation === "remove" && error === "ENOENT") || (operation === "look" && error === "EINVAL");
}

/** A daemon that gave up its rights cannot take its pid file away, on the host either. */
function isMixed(operation: Operation, error: string, { path }: Access, { host }: Search): boolean {
	return (error === "EACCES" || error === "EPERM") && !!host.accesses.get(path)?.failed.get(error)?.has(operation);
}

function failsOnlyInCage(operation: Operation, error: string, { path, succeeded }: Access, { files, host }: Search): boolean {
	if (succeeded.has(operation)) return false;
	const onHost = host.accesses.get(path);
	if (onHost) return onHost.succeeded.has(operation);
	// Its start was not watched on the host, so whatever layer of the cage stops it there may be one that it needs opened.
	if (host.gaps.has("start-up") && stopsByLayer(error, operation)) return areaOf(placeOf(path, files)) !== "kernel";
	// The host's run never came here: it went another way because something failed. What the host has, the cage may want.
	if (error !== "ENOENT" || operation === "create") return false;
	const real = placeOf(path, files);
	return areaOf(real) !== "kernel" && files.status(real) !== undefined;
}

/** What only a cage says: it is read-only, closed to the account, or lacks the directory to make something in. */
function stopsByLayer(error: string, operation: Operation): boolean {
	return error === "EROFS" || error === "EACCES" || error === "EPERM" || (error === "ENOENT" && operation === "create");
}

/** undefined where it is as it should be. */
function judge(access: Access, error: string, operation: Operation, search: Search): Missing | undefined {
	const { covers, declined, files, plan, round } = search;
	const { path } = access;
	const [call = ""] = access.calls;
	const [program] = access.programs;
	const by = program === undefined ? {} : { program };
	const common = { path, call, error, ...by, declined: false };
	const real = placeOf(path, files);
	const area = areaOf(real);
	if (area === "kernel") {
		const name = permissionFor(areaOf(path) === "kernel" ? path : real);
		const remedy = { kind: "opening", name: "proc", round, call: `${call} ${showPath(path)}`, ...by } as const;
		return { ...common, kind: "kernel-file", ...(name === "proc" ? { remedy } : {}) };
	}
	const wantsToWrite = writes(access) || changes.has(operation);
	// What the application only sees of the host is there from the beginning.
	const isSeen = plan.rules.binds.some(({ access, path }) => access === "ro" && isWithin(real, pathFromText(path)));
	const isState = covers.some((place) => isWithin(real, place)) && !isSeen;
	const isCovered = covers.some((place) => isWithin(real, place));
	const directory = parent(real);
	const canOpen =
		(!isSystemDirectory(directory) || holdsState(directory)) &&
		!isMountedByLauncher(directory) &&
		!plan.writable.some((one) => one.path === directory);
	const writable = canOpen ? { remedy: { kind: "writable", path: directory, round, call } as const } : {};
	switch (error) {
		case "ENOENT":
		case "ENOTDIR":
			if (area === "device" && isGivenDevice(real, search)) {
				return { ...common, kind: "absent", remedy: { kind: "path", path, round, call } };
			}
			if (declined.has(real) || declined.has(path) || area === "device") return { ...common, kind: "absent", declined: true };
			if (search.proven.has(real) || search.proven.has(path)) {
				return { ...common, kind: "absent", proven: true, remedy: { kind: "path", path, round, call } };
			}
			// State that is not there yet: the host's run had made it itself, or found it where the cage begins empty.
			if (isState && error === "ENOENT" && !changes.has(operation)) return undefined;
			if (isCovered && operation === "create" && access.calls.has("linkat")) {
				// open(2), O_TMPFILE: an unnamed file gets its name by way of /proc/self/fd.
				return { ...common, kind: "absent", remedy: { kind: "opening", name: "proc", round, call: `linkat ${showPath(path)}` } };
			}
			if (isCovered) return { ...common, kind: "absent", ...(wantsToWrite ? writable : {}) };
			if (files.status(real)) return { ...common, kind: "absent", remedy: { kind: "path", path, round, call } };
			return { ...common, kind: "absent", ...(wantsToWrite ? writable : {}) };
		case "EROFS":
			return { ...common, kind: "read-only", ...writable };
		case "EPERM": {
			const calls = [...access.calls].filter((name) => capabilityOf[name] !== undefined);
			return { ...common, kind: calls.length ? "capability" : "filtered", ...capabilityRemedy(calls, by, search) };
		}
		case "EACCES": {
			// Landlock answers so as well where a directory was not opened for writing.
			if (wantsToWrite && !isCovered) return { ...common, kind: "read-only", ...writable };
			if (plan.identity.uid !== 0) return { ...common, kind: "owner-or-mode" };
			const name = wantsToWrite ? "dac_override" : "dac_read_search";
			return { ...common, kind: "owner-or-mode", remedy: { kind: "capability", name, round, call, ...by } };
		}
		default:
			return { ...common, kind: "absent" };
	}
}

/** Where the start was watched, each device that a cage is given without a question is in the plan already. */
function isGivenDevice(real: Path, { files, host }: Search): boolean {
	const status = files.status(real);
	return host.gaps.has("start-up") && status?.device !== undefined && judgeDevice(real, status) === "give";
}

/** Only a start as root has capabilities to keep. */
function capabilityRemedy(
	calls: readonly string[],
	by: { readonly program?: Path },
	{ plan, round }: Search,
): { remedy?: Addition } {
	const call = calls.find((name) => capabilityOf[name] !== undefined);
	const name = call === undefined ? undefined : capabilityOf[call];
	if (call === undefined || name === undefined || plan.identity.uid !== 0) return {};
	return { remedy: { kind: "capability", name, round, call, ...by } };
}
