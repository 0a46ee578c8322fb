import type { Path } from "../path/path.ts";

/** What was done with a path. `look` is stat, access, readlink, statfs; `list` reads a directory. */
export type Operation = "look" | "read" | "write" | "execute" | "list" | "enter" | "create" | "remove" | "connect" | "listen";

/** Everything that the application did with one path, folded over all its processes. Its sets may be shared with other accesses. */
export interface Access {
	/** Absolute, as the application named it from its own working directory; not resolved through links. */
	readonly path: Path;
	/** Operations that succeeded at least once. */
	succeeded: ReadonlySet<Operation>;
	/** Those of them that succeeded while the caller's effective uid was 0: root may pass where the file's mode would stop others. */
	rootOps: ReadonlySet<Operation>;
	/** Error names (ENOENT, EACCES…) with the operations that they ended. */
	failed: ReadonlyMap<string, ReadonlySet<Operation>>;
	/** Names of the system calls, the first few of them. */
	calls: ReadonlySet<string>;
	/** Programs (path of their executable) whose processes did it, the first few of them. */
	programs: ReadonlySet<Path>;
	/** Where the kernel really arrived, through links, as strace -y told. */
	real?: Path;
	/** Owner that a successful chown gave it. */
	owner?: { uid: number; gid: number };
}

/** A capability that a call needed and had (capabilities(7)), with the call that shows it. */
export interface CapabilityUse {
	readonly name: string;
	readonly call: string;
	/** Whose process did it; absent from traces that older versions stored. */
	readonly program?: Path;
}

/** A call without a path that was refused. */
export interface Refusal {
	readonly call: string;
	readonly error: string;
	count: number;
	/** The first program that made it; absent from traces that older versions stored. */
	readonly program?: Path;
}

/**
 * Why files may be missing from a trace: an io_uring opens them without a system call (io_uring(7)); a file handle opens them without a
 * name (open_by_handle_at(2)); the application ran before it was watched; a line was too long to be one of strace's.
 */
export type Gap = "io-uring" | "file-handle" | "start-up" | "line-dropped";

/** The folded result of one traced run. Plain data: it can be stored, added to another and compared. */
export interface Trace {
	readonly accesses: Map<Path, Access>;
	/** Programs that were executed, by path. */
	readonly programs: Set<Path>;
	/** Account switches that succeeded. */
	readonly uids: Set<number>;
	readonly gids: Set<number>;
	readonly capabilities: Map<string, CapabilityUse>;
	/**
	 * Permissions (as `--allow` names them) that a successful call may have used: the line does not show whom a signal reached, what a
	 * limit was before, or whether a unix socket was of use.
	 */
	readonly possibleNeeds: Set<string>;
	/** Capabilities that a successful capset(2) or prctl(2) named. The process kept or raised them; whether it used them is not known. */
	readonly kept: Set<string>;
	/** Calls that failed with EPERM or EACCES without naming a path, e.g. `setgroups`, with the error. */
	readonly refusals: Map<string, Refusal>;
	/** Ports that were bound, e.g. `tcp 80`. Socket families whose use succeeded (AF_UNIX only where bind or connect did). */
	readonly ports: Set<string>;
	readonly families: Set<string>;
	/** Ports of this machine that were asked for a connection over the loopback, e.g. `tcp 6379`, whether or not somebody listened. */
	readonly peers: Set<string>;
	/** Ports that a bind was refused for want of a right, e.g. `tcp 80`. */
	readonly refusedPorts: Set<string>;
	/** Abstract unix sockets that were connected or bound (without the leading NUL). */
	readonly abstractSockets: Set<string>;
	/** Directories that the application chrooted into by itself. */
	readonly chroots: Set<Path>;
	/**
	 * Directories in which a file was renamed or linked from one subdirectory to another, named by the part that both paths share. Both need
	 * one mount: rename(2) and link(2) fail with EXDEV across mounts.
	 */
	readonly moves: Set<Path>;
	/** True where memfd_create succeeded. */
	memfd: boolean;
	/** The call by which memory that can be written became executable, where one succeeded. */
	writableCode?: string;
	/** The call that names a group of machines, or joins one, whether or not it succeeded. */
	multicast?: string | undefined;
	/** The first call that set a priority, an affinity or a limit of the application's own. */
	scheduling?: string | undefined;
	/** The call that set the clock, or seemed to: a sandbox only pretends. */
	clock?: string | undefined;
	readonly gaps: Set<Gap>;
	/** Calls that were folded, and processes seen. */
	calls: number;
	processes: number;
	/** Pids (of strace's namespace) whose exit was seen, with how: `exit 1` or `signal SIGSEGV`; the application's main process first. */
	readonly exits: { pid: number; how: string }[];
}

export function emptyTrace(): Trace {
	return {
		accesses: new Map(),
		programs: new Set(),
		uids: new Set(),
		gids: new Set(),
		capabilities: new Map(),
		possibleNeeds: new Set(),
		kept: new Set(),
		refusals: new Map(),
		ports: new Set(),
		families: new Set(),
		peers: new Set(),
		refusedPorts: new Set(),
		abstractSockets: new Set(),
		chroots: new Set(),
		moves: new Set(),
		memfd: false,
		gaps: new Set(),
		calls: 0,
		processes: 0,
		exits: [],
	};
}

/** TCP ports of other services that the application asked for over the loopback. */
export function peerPorts({ peers, ports }: Trace): number[] {
	return [...peers].filter((peer) => !ports.has(peer)).map((peer) => Number(peer.slice("tcp ".length)));
}

/** Something that a run still waits for: the application's end, or an answer to a probe. `said` is the last line that the probe printed. */
export type Awaited =
	| { readonly for: "end"; readonly program: string }
	| { readonly for: "answer"; readonly command: string; readonly said: string };

/** Several runs add up: whatever succeeded, failed or was needed in one of them counts. Neither argument is changed; the sets of an access are never changed, so they are shared. */
export function addTraces(a: Trace, b: Trace): Trace {
	const accesses = new Map<Path, Access>();
	for (const access of a.accesses.values()) accesses.set(access.path, { ...access });
	for (const access of b.accesses.values()) {
		const known = accesses.get(access.path);
		accesses.set(access.path, known ? both(known, access) : { ...access });
	}
	const refusals = new Map([...a.refusals].map(([call, refusal]) => [call, { ...refusal }] as const));
	for (const [call, refusal] of b.refusals) {
		const known = refusals.get(call);
		refusals.set(call, { ...refusal, ...known, count: refusal.count + (known?.count ?? 0) });
	}
	const writableCode = a.writableCode ?? b.writableCode;
	const multicast = a.multicast ?? b.multicast;
	const clock = a.clock ?? b.clock;
	const scheduling = a.scheduling ?? b.scheduling;
	return {
		accesses,
		programs: union(a.programs, b.programs),
		uids: union(a.uids, b.uids),
		gids: union(a.gids, b.gids),
		capabilities: new Map([...b.capabilities, ...a.capabilities]),
		possibleNeeds: union(a.possibleNeeds, b.possibleNeeds),
		kept: union(a.kept, b.kept),
		refusals,
		ports: union(a.ports, b.ports),
		families: union(a.families, b.families),
		peers: union(a.peers, b.peers),
		refusedPorts: union(a.refusedPorts, b.refusedPorts),
		abstractSockets: union(a.abstractSockets, b.abstractSockets),
		chroots: union(a.chroots, b.chroots),
		moves: union(a.moves, b.moves),
		memfd: a.memfd || b.memfd,
		...(writableCode === undefined ? {} : { writableCode }),
		...(multicast === undefined ? {} : { multicast }),
		...(clock === undefined ? {} : { clock }),
		...(scheduling === undefined ? {} : { scheduling }),
		gaps: union(a.gaps, b.gaps),
		calls: a.calls + b.calls,
		processes: a.processes + b.processes,
		exits: [...a.exits, ...b.exits],
	};
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
	return new Set([...a, ...b]);
}

/** As `union`, but gives `a` itself where it already has all: two runs mostly do the same with a path. */
function together<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
	for (const element of b) if (!a.has(element)) return union(a, b);
	return a;
}

function both(a: Access, b: Access): Access {
	const failed = new Map(a.failed);
	for (const [error, operations] of b.failed) failed.set(error, union(failed.get(error) ?? new Set(), operations));
	const sum: Access = {
		path: a.path,
		succeeded: together(a.succeeded, b.succeeded),
		rootOps: together(a.rootOps, b.rootOps),
		failed,
		calls: together(a.calls, b.calls),
		programs: together(a.programs, b.programs),
	};
	const real = a.real ?? b.real;
	const owner = b.owner ?? a.owner;
	if (real !== undefined) sum.real = real;
	if (owner !== undefined) sum.owner = owner;
	return sum;
}

/** What a run showed that the runs before it had not. */
export interface Added {
	/** Paths that were used and had not been, the first few of `count`. */
	readonly paths: readonly Path[];
	readonly count: number;
	readonly programs: readonly Path[];
	/** Names without `CAP_`, in small letters. */
	readonly capabilities: readonly string[];
	/** E.g. `tcp 80`. */
	readonly ports: readonly string[];
	readonly uids: readonly number[];
}

const maxPaths = 20;

export function addedBy(before: Trace, run: Trace): Added {
	const isUsed = (path: Path) => (before.accesses.get(path)?.succeeded.size ?? 0) > 0;
	const paths = [...run.accesses.values()].flatMap(({ path, succeeded }) => (succeeded.size && !isUsed(path) ? [path] : []));
	return {
		paths: paths.slice(0, maxPaths),
		count: paths.length,
		programs: beyond(before.programs, run.programs),
		capabilities: beyond(new Set(before.capabilities.keys()), new Set(run.capabilities.keys())),
		ports: beyond(before.ports, run.ports),
		uids: beyond(before.uids, run.uids),
	};
}

/** The sum of runs of one application. That a run was watched too late does not matter where another was watched from the start. */
export function addRun(before: Trace, run: Trace): Trace {
	const sum = addTraces(before, run);
	if (!before.gaps.has("start-up") || !run.gaps.has("start-up")) sum.gaps.delete("start-up");
	return sum;
}

export function isNothing({ capabilities, count, ports, programs, uids }: Added): boolean {
	return count + programs.length + capabilities.length + ports.length + uids.length === 0;
}

function beyond<T>(before: ReadonlySet<T>, run: ReadonlySet<T>): T[] {
	return [...run].filter((element) => !before.has(element));
}
