import { omitUndefined } from "../base/collections.ts";
import { type Path, pathToText } from "../base/path/path.ts";
import type { ListeningAddress } from "../service/found.ts";

/** The ways in which a call uses a path. `look` is stat, access, readlink, statfs; `list` reads a directory. */
export const operations = ["look", "read", "write", "execute", "list", "enter", "create", "remove", "connect", "listen"] as const;
export type Operation = (typeof operations)[number];

/** Everything that the application's processes did with one path. */
export interface Access {
	/** Absolute, as the application named it from its working directory. Links are not resolved. */
	readonly path: Path;
	/** Operations that succeeded at least once. */
	succeeded: ReadonlySet<Operation>;
	/** Operations that succeeded with effective uid 0. Root may do what the file's mode forbids others. */
	rootOps: ReadonlySet<Operation>;
	/** Operations that failed, by error name (ENOENT, EACCES…). */
	failed: ReadonlyMap<string, ReadonlySet<Operation>>;
	/** The first few names of system calls. */
	calls: ReadonlySet<string>;
	/** The first few programs (paths of executables) that did it. */
	programs: ReadonlySet<Path>;
	/** The real path that strace -y showed for the opened file. */
	real?: Path;
	/** The owner after a successful chown(2). */
	owner?: { uid: number; gid: number };
}

/** A capability that a call needed and had (capabilities(7)), and the call. */
interface CapabilityUse {
	readonly name: string;
	readonly call: string;
	/** Absent in traces of older versions. */
	readonly program?: Path;
}

/** A refused call without a path. */
interface Refusal {
	readonly call: string;
	readonly error: string;
	count: number;
	/** The first program that made the call. Absent in traces of older versions. */
	readonly program?: Path;
}

/**
 * Why files may be missing from a trace: io_uring opens them without a system call (io_uring(7)), open_by_handle_at(2) without a
 * name; the application ran before the trace began; a line was longer than strace writes.
 */
export const gaps = ["io-uring", "file-handle", "start-up", "line-dropped"] as const;
export type Gap = (typeof gaps)[number];

/** The result of one traced run, as plain data that can be stored, added and compared. */
export interface Trace {
	readonly accesses: Map<Path, Access>;
	/** Executed programs, by path. */
	readonly programs: Set<Path>;
	/** Those of the main process, which a start script replaces by the daemon. Empty in traces of older versions. */
	readonly mainPrograms: Set<Path>;
	/** Successful account switches. */
	readonly uids: Set<number>;
	readonly gids: Set<number>;
	readonly capabilities: Map<string, CapabilityUse>;
	/**
	 * Permissions, named as in `--allow`, that a successful call may have used. The line does not show which process a signal
	 * reached, what a limit was before, or whether a unix socket was useful.
	 */
	readonly possibleNeeds: Set<string>;
	/**
	 * Capabilities named in a successful capset(2) or prctl(2). The process kept or raised them; whether it used them is unknown.
	 */
	readonly kept: Set<string>;
	/** Calls that failed with EPERM or EACCES without naming a path, e.g. `setgroups`. */
	readonly refusals: Map<string, Refusal>;
	/** Bound ports, e.g. `tcp 80`, and socket families that were used successfully (AF_UNIX only after bind or connect). */
	readonly ports: Set<string>;
	readonly families: Set<string>;
	/**
	 * Services that the application connected to, successfully or not: `tcp 6379` at 127.0.0.1 or ::1, `tcp 127.0.0.2 853` at another
	 * address of this machine.
	 */
	readonly peers: Set<string>;
	/** Addresses without a route, e.g. `tcp 203.0.113.5 443`: every other machine in a sandbox. */
	readonly unreachable: Set<string>;
	/** Ports that bind(2) refused with EACCES, e.g. `tcp 80`. */
	readonly refusedPorts: Set<string>;
	/** Abstract unix sockets that were connected or bound, without the leading NUL. */
	readonly abstractSockets: Set<string>;
	/** Those of other processes: connected, and not bound by the application before. */
	readonly abstractPeers: Set<string>;
	/** Abstract unix sockets on which nobody listened (ECONNREFUSED), as for every one of the host in a sandbox. */
	readonly refusedAbstract: Set<string>;
	/** Directories that the application itself changed its root to. */
	readonly chroots: Set<Path>;
	/**
	 * Directories in which a file was renamed or linked from one subdirectory to another. The whole directory needs one mount:
	 * rename(2) and link(2) fail with EXDEV across mounts.
	 */
	readonly moves: Set<Path>;
	/** Paths for which access(2) said that they may be written. Whoever asks wants to write there later. */
	readonly writeTests: Set<Path>;
	/** Paths whose owner or mode does not allow what access(2) was asked for. */
	readonly refusedTests: Set<Path>;
	/** Real paths of files in which a sandboxed application keeps the number of one of its processes. */
	readonly pidFiles: Set<Path>;
	/** Whether memfd_create(2) succeeded. */
	memfd: boolean;
	/** The call that made writable memory executable. */
	writableCode?: string | undefined;
	/** The call that joined a multicast group or named a group address, successful or not. */
	multicast?: string | undefined;
	/** The first call that set the application's own priority, affinity or limits. */
	scheduling?: string | undefined;
	/** The call that set the clock. In a sandbox it only seems to succeed. */
	clock?: string | undefined;
	readonly gaps: Set<Gap>;
	/** Names of all calls that its processes made, successful or not. Absent if the run recorded only some calls. */
	systemCalls?: ReadonlySet<string>;
	/** Number of calls and processes. */
	calls: number;
	processes: number;
	/**
	 * Processes whose exit the trace shows: pid in strace's namespace, and `exit 1` or `signal SIGSEGV`. The main process comes
	 * first.
	 */
	readonly exits: { pid: number; how: string }[];
}

/** The fields that are sets. */
const setNames = [
	...(["programs", "uids", "gids", "possibleNeeds", "kept", "ports", "families", "peers", "refusedPorts"] as const),
	...([
		"mainPrograms",
		"abstractSockets",
		"abstractPeers",
		"refusedAbstract",
		"chroots",
		"moves",
		"writeTests",
		"refusedTests",
		"pidFiles",
		"gaps",
		"unreachable",
	] as const),
] as const;
type SetName = (typeof setNames)[number];

function eachSet(make: (name: SetName) => Set<unknown>): Pick<Trace, SetName> {
	return Object.fromEntries(setNames.map((name) => [name, make(name)])) as unknown as Pick<Trace, SetName>;
}

export function emptyTrace(): Trace {
	return {
		...eachSet(() => new Set()),
		accesses: new Map(),
		capabilities: new Map(),
		refusals: new Map(),
		memfd: false,
		calls: 0,
		processes: 0,
		exits: [],
	};
}

/** A TCP service of this machine. `loopbackAddress` also means ::1. */
export interface Peer {
	readonly address: string;
	readonly port: number;
}

export const loopbackAddress = "127.0.0.1";

/** Returns the other services that the application connected to at addresses of this machine. */
export function peersOf({ peers, ports }: Pick<Trace, "peers" | "ports">): Peer[] {
	return [...peers].filter((peer) => !ports.has(peer)).flatMap((peer) => peerNamed(peer) ?? []);
}

/** Returns the addresses to which no route leads. */
export function unreachablePeers({ unreachable }: Pick<Trace, "unreachable">): Peer[] {
	return [...unreachable].flatMap((peer) => peerNamed(peer) ?? []);
}

/** Parses an element of `Trace.peers` or `Trace.unreachable`. */
function peerNamed(text: string): Peer | undefined {
	const [, address = loopbackAddress, port] = /^tcp (?:([\da-f.:]+) )?(\d+)$/.exec(text) ?? [];
	return port === undefined ? undefined : { address, port: Number(port) };
}

/** Where the application listened. The trace does not keep the addresses of ports; in its own network, the loopback leads to most. */
export function listeningAddresses({ accesses, ports }: Pick<Trace, "accesses" | "ports">): ListeningAddress[] {
	const inet = [...ports].flatMap((text): ListeningAddress[] => {
		const [protocol, port] = text.split(" ");
		return protocol === "tcp" || protocol === "udp" ? [{ protocol, address: loopbackAddress, port: Number(port) }] : [];
	});
	const unix = [...accesses.values()].flatMap(({ path, succeeded }): ListeningAddress[] => {
		const text = succeeded.has("listen") ? pathToText(path) : undefined;
		return text === undefined ? [] : [{ protocol: "unix", path: text }];
	});
	return [...inet, ...unix];
}

/** E.g. `127.0.0.1:6379`, `[fd00::2]:80`. */
export function showPeer({ address, port }: Peer): string {
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * An event that a run waits for, `limit` seconds at most: the start or end of an application or service, an answer to a probe, or the end of an exercise.
 * `said` is the last line that the probe printed.
 */
export type AwaitedEvent = { readonly limit: number } & (
	| { readonly for: "start" | "end"; readonly program: string }
	| { readonly for: "answer"; readonly command: string; readonly said: string }
	| { readonly for: "exercise"; readonly command: string }
);

/** Adds two traces: whatever one of them shows counts. Changes neither; accesses may share sets, which nobody changes. */
export function addTraces(a: Trace, b: Trace): Trace {
	const accesses = new Map<Path, Access>();
	for (const access of a.accesses.values()) accesses.set(access.path, { ...access });
	for (const access of b.accesses.values()) {
		const known = accesses.get(access.path);
		accesses.set(access.path, known ? addAccesses(known, access) : { ...access });
	}
	const refusals = new Map([...a.refusals].map(([call, refusal]) => [call, { ...refusal }] as const));
	for (const [call, refusal] of b.refusals) {
		const known = refusals.get(call);
		refusals.set(call, { ...refusal, ...known, count: refusal.count + (known?.count ?? 0) });
	}
	const systemCalls =
		a.systemCalls || b.systemCalls ? union<string>(a.systemCalls ?? new Set(), b.systemCalls ?? new Set()) : undefined;
	return {
		...eachSet((name) => union<unknown>(a[name], b[name])),
		accesses,
		capabilities: new Map([...b.capabilities, ...a.capabilities]),
		refusals,
		memfd: a.memfd || b.memfd,
		writableCode: a.writableCode ?? b.writableCode,
		multicast: a.multicast ?? b.multicast,
		clock: a.clock ?? b.clock,
		scheduling: a.scheduling ?? b.scheduling,
		...omitUndefined({ systemCalls }),
		calls: a.calls + b.calls,
		processes: a.processes + b.processes,
		exits: [...a.exits, ...b.exits],
	};
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
	return new Set([...a, ...b]);
}

function addAccesses(a: Access, b: Access): Access {
	const failed = new Map(a.failed);
	for (const [error, operations] of b.failed) failed.set(error, union(failed.get(error) ?? new Set(), operations));
	return {
		...a,
		...b,
		...omitUndefined({ real: a.real }),
		succeeded: union(a.succeeded, b.succeeded),
		rootOps: union(a.rootOps, b.rootOps),
		failed,
		calls: union(a.calls, b.calls),
		programs: union(a.programs, b.programs),
	};
}

/** Returns the trace with successful reads of these paths, for questions about what they would load. */
export function withReads(trace: Trace, paths: readonly Path[]): Trace {
	if (!paths.length) return trace;
	const accesses = new Map(trace.accesses);
	for (const path of paths) {
		const known = accesses.get(path);
		const none = { path, rootOps: new Set<Operation>(), failed: new Map(), calls: new Set<string>(), programs: new Set<Path>() };
		accesses.set(path, { ...none, ...known, succeeded: new Set<Operation>([...(known?.succeeded ?? []), "read"]) });
	}
	return { ...trace, accesses };
}

/** The news of one run compared with the runs before. */
export interface TraceDifference {
	/** The first few of `count` newly used paths. */
	readonly paths: readonly Path[];
	readonly count: number;
	readonly programs: readonly Path[];
	/** Lower case, without `CAP_`. */
	readonly capabilities: readonly string[];
	/** E.g. `tcp 80`. */
	readonly ports: readonly string[];
	readonly uids: readonly number[];
}

const maxPaths = 20;

export function newInRun(before: Trace, run: Trace): TraceDifference {
	const isUsed = (path: Path) => (before.accesses.get(path)?.succeeded.size ?? 0) > 0;
	const paths = [...run.accesses.values()].flatMap(({ path, succeeded }) => (succeeded.size && !isUsed(path) ? [path] : []));
	return {
		paths: paths.slice(0, maxPaths),
		count: paths.length,
		programs: missingFrom(before.programs, run.programs),
		capabilities: missingFrom(new Set(before.capabilities.keys()), new Set(run.capabilities.keys())),
		ports: missingFrom(before.ports, run.ports),
		uids: missingFrom(before.uids, run.uids),
	};
}

/** Adds a run of the same application. The gap `start-up` remains only if no run was traced from its start. */
export function addRun(before: Trace, run: Trace): Trace {
	const sum = addTraces(before, run);
	if (!before.gaps.has("start-up") || !run.gaps.has("start-up")) sum.gaps.delete("start-up");
	return sum;
}

export function isEmptyDifference({ capabilities, count, ports, programs, uids }: TraceDifference): boolean {
	return count + programs.length + capabilities.length + ports.length + uids.length === 0;
}

function missingFrom<T>(before: ReadonlySet<T>, run: ReadonlySet<T>): T[] {
	return [...run].filter((element) => !before.has(element));
}
