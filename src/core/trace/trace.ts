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
