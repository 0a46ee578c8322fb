import type { Limits } from "../application/application.ts";
import type { OwnedDirectory } from "../application/made-directory.ts";
import { join, type Path, pathFromText } from "../path/path.ts";
import type { Identity } from "../plan/plan.ts";
import type { LandlockRuleset } from "./landlock.ts";
import type { Layer } from "./layers.ts";
import type { GroupLimit } from "./limits.ts";

/**
 * What a launch is, as data, and the places that it uses. The shell script that does it is in launch-script.ts. Traces, trials and runs differ only in this value.
 * The order of the steps and the reasons for each are in docs/security.md; the numbers behind them were measured.
 */
export interface LaunchSpec {
	readonly root: CageRoot | SandboxRoot | HostRoot;
	readonly identity: Identity;
	readonly command: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** `own`: a network namespace with nothing but lo; `none`: without even that; `host`: shared. */
	readonly network: "host" | "own" | "none";
	readonly limits?: Limits;
	/** The control groups that hold some of them, made already. */
	readonly groups?: readonly GroupLimit[];
	/** The process whose network namespace is `own` already. */
	readonly joins?: number;
	/** Layers of a cage that are left out, to see whether that is noticed. */
	readonly without?: readonly Layer[];
	/**
	 * Set where an ordinary user starts it: the namespaces belong to a user namespace that knows this one account, so that nothing
	 * can be handed to another one, and no device node can be made.
	 */
	readonly rootless?: Rootless;
	/** Its stdin is a terminal of its own, which it gets for its session. */
	readonly hasTerminal?: boolean;
	/** A folder of the launcher's that nothing needs any more once its files lie in `.launch`. */
	readonly spent?: Path;
	/** The process that starts it, and that it must not outlive. */
	readonly starter?: number;
	/**
	 * Host paths of the init executable, of the one that sets the environment, of setpriv and chroot. Never names: behind `env -i` they would be looked up in the
	 * application's own PATH, as root.
	 */
	readonly init: Path;
	readonly environment: Path;
	/** Host path of the program that opens the sockets which the application finds open (`socketsExecutable`). */
	readonly socketsProgram?: Path;
	/** Host path of the program that starts the application for each connection (`acceptorExecutable`). */
	readonly acceptor?: Path;
	readonly setpriv: Path;
	readonly chroot: Path;
}

export interface Rootless {
	/** Host path of the program that switches the loopback on (`loopbackExecutable`). */
	readonly loopback: Path;
	/** The lowest port that an account may bind in the host's network; one of its own begins with the kernel's default. */
	readonly lowestPort: number;
}

/** A built cage: read-only, with its writable directories, its own /dev and /tmp, and every layer of confinement. */
export interface CageRoot {
	readonly kind: "cage";
	readonly directory: Path;
	/** Directories below the root that are mounted over, parents before children. */
	readonly mounts: readonly CageMount[];
	/** What of the cage stays visible below a temporary directory, which is otherwise empty at each start. */
	readonly kept: readonly KeptInTemporary[];
	readonly devices: readonly {
		readonly path: Path;
		readonly type: "c" | "b";
		readonly major: number;
		readonly minor: number;
		readonly mode: number;
	}[];
	readonly proc: boolean;
	/** /proc with the machine's files as well. */
	readonly kernelProc?: boolean;
	readonly sys?: boolean;
	/** The host's socket that is mounted at `/dev/log`. */
	readonly syslog?: Path;
	/** Capabilities that the application keeps, lower case without CAP_. */
	readonly capabilities: readonly string[];
	/** Host path of the program that loads the system call filters and the Landlock rules (confine.ts). */
	readonly confiner: Path;
	readonly landlock: LandlockRuleset;
	/** The init and the confiner's file themselves, for a script that has to do without files of ours. */
	readonly inScript?: {
		readonly init: Uint8Array;
		readonly environment: Uint8Array;
		readonly confiner: Uint8Array;
		readonly sockets?: Uint8Array;
		readonly acceptor?: Uint8Array;
	};
	/** The loader and the libraries of setpriv: host paths. */
	readonly tools: readonly [loader: Path, ...libraries: Path[]];
	/** Programs of the host that come along for this launch alone, with their libraries: they lie in `.launch` under their own names. */
	readonly brought: readonly Path[];
	/** Further names of the first of them: links. */
	readonly names: readonly string[];
}

/** Something of the cage directly below /tmp or /var/tmp. */
export interface KeptInTemporary {
	readonly path: Path;
	readonly kind: "directory" | "file" | "symlink";
	readonly target?: Path;
}

export interface CageMount {
	/** Where, inside the cage. */
	readonly path: Path;
	/** What, on the host. */
	readonly source: Path;
	readonly access: "ro" | "rw";
	/** What the application writes there may be executed. */
	readonly isExecutable?: true;
	/** Of a directory of the host: device and inode (`stat -c %d:%i`) of what was found there and has to be what is mounted. */
	readonly identity?: string;
	/** A trial writes here instead: a folder that holds `upper` and `work` (and gets `lower`). */
	readonly scratch?: Path;
}

/** The sandbox: the host's files, with an overlay over each file system, so that what is written is thrown away. */
export interface SandboxRoot {
	readonly kind: "sandbox";
	/** Folder that will be the new root; empty. */
	readonly directory: Path;
	/** Folder for all layers, where it has to be memory: an overlay cannot write to another overlay (a container's disk). */
	readonly memory?: Path;
	/** Mounts of the host in the order in which they are made, `/` first. */
	readonly mounts: readonly SandboxMount[];
	/** What its /dev holds: the harmless devices and those that were asked for, and links directly below the host's /dev. */
	readonly devices: CageRoot["devices"];
	readonly deviceLinks: readonly Path[];
	/** Sockets of the host that can be reached from the sandbox. Real places. */
	readonly sockets: readonly Path[];
	/** The socket that `/dev/log` leads to in place of the host's. */
	readonly log?: Path;
	/** Made where they are absent. Real places: a link on the way would lead to the host. */
	readonly directories: readonly (OwnedDirectory & { readonly path: Path })[];
	/** Handed to the account, whoever owns them on the host. */
	readonly given: readonly Path[];
	/** Capabilities that the application is started with. */
	readonly capabilities: readonly string[];
	/** Host path of the program that enters the root and loads the system call filter (confine.ts). */
	readonly confiner: Path;
	/** The loader and the libraries of setpriv: host paths. */
	readonly tools: CageRoot["tools"];
}

export type SandboxMount =
	/** `mode` is that of the layer's root, where it cannot take over the owner of what it covers. `readOnly` as on the host. */
	| {
			readonly kind: "overlay";
			readonly path: Path;
			readonly scratch: Path;
			readonly mode?: number;
			readonly readOnly?: boolean;
	  }
	/** As on the host, but read-only: no overlay can be laid over an automount or a single file. */
	| { readonly kind: "bind"; readonly path: Path }
	| { readonly kind: "file"; readonly path: Path }
	| { readonly kind: "proc"; readonly path: Path }
	| { readonly kind: "sysfs"; readonly path: Path }
	| { readonly kind: "dev"; readonly path: Path }
	/** Without root, where no overlay can be laid over what holds other mounts: an empty root, and in it what the host's directories hold. */
	| { readonly kind: "skeleton"; readonly path: Path }
	| { readonly kind: "folder"; readonly path: Path; readonly mode: number }
	| { readonly kind: "link"; readonly path: Path; readonly target: Path };

/** The real file system and, usually, the real network: only on request. */
export interface HostRoot {
	readonly kind: "host";
	readonly capabilities: readonly string[];
}

/** Where the launcher's own files are seen inside. */
export const launchDirectory = pathFromText("/.launch");
/** Its name fits the fifteen characters that a process name has (proc_pid_comm(5)). */
export const initName = "cagewright-init";
export const initInside = join(launchDirectory, initName);
/** An empty directory beside the programs of a unit. */
export const emptyName = pathFromText("empty");
/** The init that leaves the application's descriptors open; its process has the same name, of which the kernel keeps 15 bytes. */
export const openInitName = `${initName}-open`;

/** Where syslog(3) sends to (`_PATH_LOG` of the C library). */
export const syslogName = pathFromText("/dev/log");

/** Where systemd-journald(8) has its sockets, and where the /dev/log of systemd's PrivateDevices= leads. */
export const journalDirectory = pathFromText("/run/systemd/journal");

/**
 * Files of /proc that stay covered where the machine's are shown: memory and where things are in it, keys, the kernel's log, what processes outside wait for, and
 * a switch. Some belong to root alone, as whom an application may start.
 */
export const coveredKernelFiles = [
	...(["kallsyms", "kcore", "keys", "key-users", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats"] as const),
	...(["sched_debug", "sysrq-trigger", "timer_list", "timer_stats", "vmallocinfo", "vmcore"] as const),
];

/** Directories that stay covered where /sys is shown: what firmware hands over may hold keys, and the others tell of all processes. */
export const coveredSysDirectories = [
	...["/sys/firmware", "/sys/fs/bpf", "/sys/fs/pstore", "/sys/kernel/debug", "/sys/kernel/security", "/sys/kernel/tracing"],
].map(pathFromText);

/** Directories that get an empty file system of their own at every launch. */
export const temporaryDirectories = [pathFromText("/tmp"), pathFromText("/var/tmp")] as const;

/**
 * Options of tmpfs(5) for each of them and for /dev/shm. Without a size each may take half of the memory; three of these together leave 40 % of it.
 * A tenth, systemd's own limit, was too little for what databases sort in /tmp and share in /dev/shm. An inode costs the kernel about a
 * kilobyte, which no size counts.
 */
export const temporaryLimits = "size=20%,nr_inodes=128k";

/** Bytes of RLIMIT_CORE: the one value that keeps the kernel from starting a core handler. */
export const coreLimit = 1;
