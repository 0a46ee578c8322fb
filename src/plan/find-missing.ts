import { by } from "../base/collections.ts";
import type { Files } from "../base/machine/facts.ts";
import { isWithin, normalise, outermost, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { isIdle, isKeepable } from "../confine/capabilities.ts";
import { isRefusedOutright } from "../confine/seccomp/filter.ts";
import { permittedCalls } from "../confine/seccomp/observed-calls.ts";
import { isSyscall } from "../confine/seccomp/syscalls.ts";
import {
	refusedCapabilitiesIn,
	refusedCode,
	refusedNetlink,
	refusedPacketSocket,
	refusedUevents,
	refusedUnixSocket,
} from "../trace/needs.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { areaOf, isByteCode, isMountedByLauncher, isStateParent, isSystemDirectory } from "./areas.ts";
import { judgeDevice } from "./devices.ts";
import { linkChain, placeNamed, placeOf } from "./links.ts";
import { isOwnSetting, type Missing, needsConsent, permissionFor, permissionOf } from "./missing.ts";
import { capabilityWord, keepCall, permissionWords, refuses } from "./permission-words.ts";
import type { Addition, Entry, FoundPermission, Plan } from "./plan.ts";
import { capabilityOf, portNumbers } from "./plan-permissions.ts";
import { changingOperations, wantsToChange } from "./writable.ts";

/**
 * Compares two traces: what failed in the cage although it worked on the host. What failed in both is noise, and so is what the
 * host does not have. Remedies carry `round`.
 */
export function findMissing(
	{ cage, host }: { readonly host: Trace; readonly cage: Trace },
	plan: Plan,
	files: Files,
	round: number,
): Missing[] {
	const search: Search = {
		host,
		plan,
		files,
		round,
		covers: [
			...plan.writable.map((directory) => directory.path),
			...plan.rules.binds.map((bind) => placeNamed(bind.path, files)),
		],
		declined: new Set(
			plan.entries
				.filter((one) => one.decision === "declined" && !isProven(one) && !isOnlyLarge(one, plan))
				.map(({ path }) => path),
		),
		proven: new Set(plan.entries.filter(isProven).map(({ path }) => path)),
		changed: new Set([...host.accesses.values()].flatMap((access) => (wantsToChange(access) ? [parent(access.path)] : []))),
	};
	const missing = [...cage.accesses.values()].flatMap((access) => missingOf(access, search) ?? []);
	for (const { call, error, program } of cage.refusals.values()) {
		const by = program === undefined ? {} : { program };
		if (host.refusals.has(call) || (call === "bind" && portsOf(host, cage, plan).length)) continue;
		const kept = refusedCapabilitiesIn(call);
		if (kept.length) {
			missing.push(...missingToKeep(kept, { call, error, ...by }, search));
			continue;
		}
		if (isUnobserved(call, plan)) {
			missing.push({ kind: "filtered", call, error, ...by, ...callRemedy(call, by, search), declined: false });
			continue;
		}
		const name = permissionBehind(call);
		const found = name
			? { remedy: { kind: "opening", name, round, call, ...by } as const }
			: capabilityRemedy([call], by, search);
		const { remedy } = found;
		const unseen = remedy && !isUsed(remedy, host) ? { unseen: true as const } : {};
		const kind = capabilityOf[call] ? "capability" : "filtered";
		missing.push({ kind, call, error, ...by, ...found, ...unseen, declined: false });
	}
	missing.push(...portsOf(host, cage, plan), ...executedData(host, plan, files), ...refusedTests(cage, search));
	return missing
		.map((one) => (isRefused(one, plan) ? { ...one, declined: true } : one))
		.sort(by(({ call, path }) => path ?? call));
}

/** Returns the TCP ports that the cage's run wanted to bind and the plan does not contain. */
function portsOf(host: Trace, { refusedPorts }: Trace, { permissions: { ports, tcpPorts } }: Plan): Missing[] {
	if (ports !== undefined || tcpPorts === undefined) return [];
	return portNumbers(refusedPorts, "tcp")
		.filter((port) => !tcpPorts.includes(port) && !host.refusedPorts.has(`tcp ${port}`))
		.map((port) => ({ kind: "port", call: `bind ${port}`, error: "EACCES", port, unseen: true, declined: false }));
}

/** Returns what root may not use in the cage, by access(2). The sandbox lets it override modes, so that the application goes on there. */
function refusedTests(cage: Trace, { files, host, plan, round }: Search): Missing[] {
	if (plan.identity.uid !== 0) return [];
	return [...cage.refusedTests].flatMap((path): Missing[] => {
		const [program] = cage.accesses.get(path)?.programs ?? [];
		if (host.refusedTests.has(path) || areaOf(placeOf(path, files)) === "kernel") return [];
		const by = program === undefined ? {} : { program };
		const name = host.writeTests.has(path) ? "dac_override" : "dac_read_search";
		const call = `access ${showPath(path)}`;
		const remedy = { kind: "capability", name, round, call, ...by } as const;
		return [{ kind: "owner-or-mode", path, call: "access", error: "EACCES", ...by, remedy, declined: false }];
	});
}

/**
 * Returns what the host's run wrote to its state and executed there, one file per directory. The cage's run need not show it: a
 * program may check the mount's flags and not even try (varnish), and file names in the data differ between runs.
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
		const call = [...calls].at(-1) ?? "";
		found.set(executes, { kind: "noexec", path, call, error: "EACCES", executes, ...by, declined: false });
	}
	return [...found.values()];
}

/** capset(2) fails as a whole, so that every requested capability that the plan does not grant may be the cause. */
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

/** Whether a successful call on the host used this permission. An application that already ran may have used any before. */
function isUsed(remedy: Addition, { capabilities, families, gaps, memfd, possibleNeeds, writableCode }: Trace): boolean {
	if (remedy.kind === "opening" && needsConsent(remedy.name)) return false;
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
		default:
			return false;
	}
}

/** Returns the permission without which the filter refuses a call. */
function permissionBehind(call: string): FoundPermission | undefined {
	if (call === refusedUnixSocket) return "unixSockets";
	if (call === refusedNetlink) return "netlink";
	if (call === refusedUevents) return "uevents";
	if (call === refusedPacketSocket) return "packetSockets";
	if (call === "memfd_create") return "memfd";
	return refusedCode.test(call) ? "writableCode" : undefined;
}

/**
 * Whether the application's own filter refused the call only because the trace did not see it. A call that is refused to every
 * application was killed for, which it need not be: then the filter refuses it.
 */
function isUnobserved(call: string, { permissions }: Plan): boolean {
	if (!permissions.calls || !isSyscall(call)) return false;
	return !permissions.calls.made.includes(call) && (isRefusedOutright(call) || !permittedCalls(permissions.calls).has(call));
}

function callRemedy(call: string, by: { readonly program?: Path }, { round }: Search): { remedy: Addition } {
	return { remedy: { kind: "call", name: call, round, call, ...by } };
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
	/** Directories covered by the application's data or by binds. */
	readonly covers: readonly Path[];
	readonly declined: ReadonlySet<Path>;
	readonly proven: ReadonlySet<Path>;
	/** Directories in which the host's run changed something. */
	readonly changed: ReadonlySet<Path>;
}

function isProven({ reasons }: Entry): boolean {
	return reasons.some(({ kind }) => kind === "unneeded");
}

/** Left out because of its size alone, so that it may go in as soon as a trial fails without it. */
function isOnlyLarge({ path }: Entry, { declined }: Plan): boolean {
	return declined.some((one) => one.path === path && one.risk === "large");
}

/** Something exists already or is busy: a working cage gives these answers too. */
const normalErrors = new Set(["EEXIST", "ENOTEMPTY", "EBUSY", "EAGAIN", "EINTR", "EINPROGRESS", "EADDRINUSE", "ETXTBSY"]);

function missingOf(access: Access, search: Search): Missing | undefined {
	for (const [error, operations] of access.failed) {
		if (normalErrors.has(error) || isByteCode(access.path)) continue;
		// For an open for reading and writing, writing decides.
		for (const operation of [...operations].sort(
			(a, b) => Number(changingOperations.has(b)) - Number(changingOperations.has(a)),
		)) {
			if (isNormalFailure(operation, error)) continue;
			if (failsOnlyInCage(operation, error, access, search)) {
				const missing = missingBehind(access, error, operation, search);
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
 * Whether a permission is for something that the traced run did not do with this path. Files do not count: if the application
 * does not answer without a file, the file may go in as if the trace had shown it.
 */
function isUnseen({ path }: Access, { kind, remedy }: Missing, { host }: Search): boolean {
	if (remedy?.kind === "opening" && needsConsent(remedy.name)) return true;
	if (host.gaps.has("start-up") || remedy === undefined || remedy.kind === "path" || remedy.kind === "writable") return false;
	const onHost = host.accesses.get(path);
	if (onHost === undefined) return true;
	return kind === "capability" && remedy.kind === "capability" && !onHost.calls.has(remedy.call);
}

/** Failures that are normal: removing a stale pid file that does not exist, or readlink(2) on something that is no link. */
function isNormalFailure(operation: Operation, error: string): boolean {
	return (operation === "remove" && error === "ENOENT") || (operation === "look" && error === "EINVAL");
}

/** A daemon that dropped its privileges cannot remove its pid file on the host either. */
function isMixed(operation: Operation, error: string, { path }: Access, { host }: Search): boolean {
	return (error === "EACCES" || error === "EPERM") && !!host.accesses.get(path)?.failed.get(error)?.has(operation);
}

function failsOnlyInCage(operation: Operation, error: string, { path, succeeded }: Access, search: Search): boolean {
	const { changed, files, host } = search;
	if (succeeded.has(operation)) return false;
	const onHost = host.accesses.get(path);
	// If something existed already, such as what an earlier run left in /run, the cage's run has to create it.
	if (onHost) return onHost.succeeded.has(operation) || (operation === "create" && !!onHost.failed.get("EEXIST")?.has(operation));
	// The trace did not see the start, so any layer of the cage that refuses something there may be one that the start needs
	// open.
	if (host.gaps.has("start-up") && isCageError(error, operation)) return areaOf(placeOf(path, files)) !== "kernel";
	// Names of temporary files differ between runs.
	if (error === "EROFS" && changed.has(parent(path))) return true;
	// The host's run never used this path; the cage's run came here because something else failed. The cage may need it if the
	// host has it.
	if (error !== "ENOENT" || operation === "create") return false;
	const real = placeOf(path, files);
	return areaOf(real) !== "kernel" && files.status(real) !== undefined;
}

/** Errors that only a cage causes: it is read-only, closed to the account, or has no parent directory for it. */
function isCageError(error: string, operation: Operation): boolean {
	return error === "EROFS" || error === "EACCES" || error === "EPERM" || (error === "ENOENT" && operation === "create");
}

/** The permission for a file of the kernel, if one shows it. */
function kernelRemedy(
	{ calls, path, programs }: Access,
	real: Path,
	operation: Operation,
	round: number,
): Pick<Missing, "remedy"> {
	const [call = ""] = calls;
	const [program] = programs;
	const permission = permissionFor(areaOf(path) === "kernel" ? path : real);
	const name =
		changingOperations.has(operation) && isOwnSetting(path) ? "ownProcess" : permission === "proc" ? permission : undefined;
	if (name === undefined) return {};
	const by = program === undefined ? {} : { program };
	return { remedy: { kind: "opening", name, round, call: `${call} ${showPath(path)}`, ...by } };
}

/** The item that explains an error, with its remedy. Returns undefined if the error is expected. */
function missingBehind(access: Access, error: string, operation: Operation, search: Search): Missing | undefined {
	const { covers, declined, files, plan, round } = search;
	const { path } = access;
	const [call = ""] = access.calls;
	const [program] = access.programs;
	const by = program === undefined ? {} : { program };
	const common = { path, call, error, ...by, declined: false };
	const real = placeOf(path, files);
	const area = areaOf(real);
	if (area === "kernel") return { ...common, kind: "kernel-file", ...kernelRemedy(access, real, operation, round) };
	const wantsToWrite = wantsToChange(access) || changingOperations.has(operation);
	// Read-only binds have their content from the beginning.
	const isSeen = plan.rules.binds.some(({ access, path }) => access === "ro" && isWithin(real, pathFromText(path)));
	const isState = covers.some((place) => isWithin(real, place)) && !isSeen;
	const isCovered = covers.some((place) => isWithin(real, place));
	const directory = parent(real);
	const canOpen =
		(!isSystemDirectory(directory) || isStateParent(directory)) &&
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
			// State that does not exist yet: the host's run created it, or found it where the cage starts empty.
			if (isState && error === "ENOENT" && !changingOperations.has(operation)) return undefined;
			if (isCovered && operation === "create" && access.calls.has("linkat")) {
				// An O_TMPFILE file gets its name via /proc/self/fd (open(2)).
				return { ...common, kind: "absent", remedy: { kind: "opening", name: "proc", round, call: `linkat ${showPath(path)}` } };
			}
			// The old name, which has its own access, is missing (link(2), rename(2)).
			if (isCovered && operation === "create" && isOnlyRenamed(access)) return undefined;
			if (isCovered) return { ...common, kind: "absent", ...(wantsToWrite ? writable : {}) };
			if (files.status(real)) return { ...common, kind: "absent", remedy: { kind: "path", path, round, call } };
			return { ...common, kind: "absent", ...(wantsToWrite ? writable : {}) };
		case "EROFS":
			return { ...common, kind: "read-only", ...writable };
		case "EPERM": {
			const unobserved = [...access.calls].find((name) => isUnobserved(name, plan));
			if (unobserved !== undefined) return { ...common, kind: "filtered", ...callRemedy(unobserved, by, search) };
			const calls = [...access.calls].filter((name) => capabilityOf[name] !== undefined);
			return { ...common, kind: calls.length ? "capability" : "filtered", ...capabilityRemedy(calls, by, search) };
		}
		case "EACCES": {
			// Landlock also answers EACCES for a directory that is not writable.
			if (wantsToWrite && !isCovered) return { ...common, kind: "read-only", ...writable };
			if (plan.identity.uid !== 0) return { ...common, kind: "owner-or-mode" };
			const name = wantsToWrite ? "dac_override" : "dac_read_search";
			return { ...common, kind: "owner-or-mode", remedy: { kind: "capability", name, round, call, ...by } };
		}
		default:
			return { ...common, kind: "absent" };
	}
}

/** Whether it only got its name from another file. */
function isOnlyRenamed({ calls }: Access): boolean {
	return (
		[...calls].some((name) => /^(link|rename)/.test(name)) &&
		![...calls].some((name) => /^(open|creat|mk|bind|symlink)/.test(name))
	);
}

/** If the trace saw the start, the plan already has every device that a cage gets without asking. */
function isGivenDevice(real: Path, { files, host }: Search): boolean {
	const status = files.status(real);
	return host.gaps.has("start-up") && status?.device !== undefined && judgeDevice(real, status) === "give";
}

/**
 * Only an application that starts as root has capabilities to keep. The sandbox simulates the calls of idle ones for every account,
 * so their need first shows in the cage.
 */
function capabilityRemedy(
	calls: readonly string[],
	by: { readonly program?: Path },
	{ plan, round }: Search,
): { remedy?: Addition } {
	const call = calls.find((name) => capabilityOf[name] !== undefined);
	const name = call === undefined ? undefined : capabilityOf[call];
	if (call === undefined || name === undefined || (plan.identity.uid !== 0 && !isIdle(name))) return {};
	return { remedy: { kind: "capability", name, round, call, ...by } };
}

/**
 * Returns the files that were left out although the kernel needs them to execute the application: its program, interpreters, and
 * links to them. Without one, the launch fails before the application's first call, so that its trace shows nothing.
 */
export function findMissingAtStart({ application, entries }: Plan, files: Files): Missing[] {
	const program = normalise(pathFromText(application.command[0] ?? "/"));
	const { end, links } = linkChain(program, files);
	const needed = new Set<Path>([program, ...links.map(({ path }) => path), ...(end === undefined ? [] : [end])]);
	// A script's interpreter has an interpreter of its own.
	for (let known = 0; known < needed.size; ) {
		known = needed.size;
		for (const entry of entries) if (isInterpreterOf(entry, needed)) needed.add(entry.path);
	}
	return entries
		.filter(({ decision, path }) => decision === "declined" && needed.has(path))
		.map(({ path }) => ({ kind: "absent", path, call: "execve", error: "ENOENT", declined: true }));
}

function isInterpreterOf({ reasons }: Entry, programs: ReadonlySet<Path>): boolean {
	return reasons.some((reason) => reason.kind === "interpreter-of" && programs.has(reason.by));
}
