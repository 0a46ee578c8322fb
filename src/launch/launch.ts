import type { Identity } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import type { LandlockRuleset } from "../confine/landlock.ts";
import type { CgroupLimit } from "../confine/limits.ts";
import type { Layer } from "../confine/method.ts";
import type { DirectoryOwner, Limits } from "../service/application.ts";
import type { OwnedDirectory } from "../service/created-directory.ts";
import type { ServiceSettings } from "../service/service-settings.ts";

/**
 * A launch as data. Traces, trials and runs differ only in this value; launch-script.ts turns it into a shell script.
 * docs/security.md explains the order of the steps; the numbers were measured.
 */
export interface LaunchSpec {
	readonly root: CageRoot | SandboxRoot | HostRoot;
	readonly identity: Identity;
	readonly command: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** `own`: a network namespace that looks like the machine's; `none`: an empty one; `host`: shared. */
	readonly network: "host" | "own" | "none";
	readonly limits?: Limits;
	readonly service?: ServiceSettings;
	/** Host path of the socket that receives its notifications. */
	readonly notifications?: Path;
	/** Existing cgroups for some of the limits. */
	readonly groups?: readonly CgroupLimit[];
	/** A process whose network namespace is used for `own`. */
	readonly joins?: number;
	/** Layers to omit, to see whether a test notices. */
	readonly without?: readonly Layer[];
	/** Set for a start without root: the user namespace maps only this account, and no device node can be created. */
	readonly rootless?: Rootless;
	/** Its stdin is a terminal that becomes its session's. */
	readonly hasTerminal?: boolean;
	/** A launcher folder that is deleted once its files are in `.launch`. */
	readonly disposableFolder?: Path;
	/** The starting process; the launch must not outlive it. */
	readonly starter?: number;
	/** It runs under strace, in a PID namespace whose /proc covers the host's. */
	readonly isTraced?: boolean;
	/**
	 * Host paths of the init, the environment executable, setpriv (only for a service) and chroot. systemd starts a service by a path,
	 * and after `env -i` no PATH leads to the others.
	 */
	readonly init: Path;
	readonly environment: Path;
	/** systemd passes sockets, which the application inherits. */
	readonly inheritsSockets?: boolean;
	/** Host path of `socketsExecutable`. */
	readonly socketsProgram?: Path;
	/** Host path of `acceptorExecutable`. */
	readonly acceptor?: Path;
	readonly setpriv: Path;
	readonly chroot: Path;
	/** Host path of `networkExecutable`, for an own network. */
	readonly networkProgram: Path;
}

/** Shell lines of a launch. */
export interface LaunchSteps {
	/** Prepare the new root; any process in the launch's namespaces can run them. */
	readonly mounts: readonly string[];
	/** Enter it and become the application; only the launch's own shell can run them. */
	readonly start: readonly string[];
}

export interface Rootless {
	/** The lowest port that an account may bind in the host's network; its own network starts with the kernel's default. */
	readonly lowestPort: number;
}

/** A built cage: read-only, with writable directories, its own /dev and /tmp, and every layer of confinement. */
export interface CageRoot {
	readonly kind: "cage";
	readonly directory: Path;
	/** Directories to mount over, parents before children. */
	readonly mounts: readonly CageMount[];
	/** Sockets of other services in the host's directories, which a trial's overlays would hide. */
	readonly sockets?: readonly Path[];
	/** The cage's own entries below a temporary directory, which is otherwise empty at each start. */
	readonly temporaryEntries: readonly TemporaryEntry[];
	readonly devices: readonly {
		readonly path: Path;
		readonly type: "c" | "b";
		readonly major: number;
		readonly minor: number;
		readonly mode: number;
	}[];
	readonly proc: boolean;
	/** The settings of its own processes in /proc are writable. */
	readonly ownProcess?: boolean;
	/** /proc also shows the machine's files. */
	readonly kernelProc?: boolean;
	readonly sys?: boolean;
	/** The host's socket to mount at `/dev/log`. */
	readonly syslog?: Path;
	/** The application's capabilities, in lower case without CAP_. */
	readonly capabilities: readonly string[];
	/** Host path of the program that loads the system call filters and the Landlock rules (confine.ts). */
	readonly confiner: Path;
	readonly landlock: LandlockRuleset;
	/** Contents of our executables, for a script that needs no other files. */
	readonly inScript?: {
		readonly init: Uint8Array;
		readonly environment: Uint8Array;
		readonly confiner: Uint8Array;
		readonly sockets?: Uint8Array;
		readonly acceptor?: Uint8Array;
	};
	/** The application finds nothing in `.launch`. False if it needs programs there: `hostFiles`, or the acceptor. */
	readonly hidesLaunch: boolean;
	/** Host programs for this launch only, with their libraries; they are in `.launch` under their own names. */
	readonly hostFiles: readonly Path[];
	/** Further names of the first of them. */
	readonly names: readonly string[];
}

/** An entry of the cage directly below /tmp or /var/tmp. */
export interface TemporaryEntry {
	readonly path: Path;
	readonly kind: "directory" | "file" | "symlink";
	readonly target?: Path;
}

export interface CageMount {
	/** Path in the cage. */
	readonly path: Path;
	/** Host path. */
	readonly source: Path;
	readonly access: "ro" | "rw";
	/** The application may execute what it writes there. */
	readonly isExecutable?: true;
	/** Mounted over a file. */
	readonly isFile?: true;
	/** Another service's socket, which is left out while the service does not run. */
	readonly isSocket?: true;
	/** The host's own, which is no part of the cage's data. */
	readonly isBind?: true;
	/** The launch creates a missing source with this owner and mode. */
	readonly created?: DirectoryOwner;
	/** Device and inode (`stat -c %d:%i`) of a host directory, which must be what is mounted. */
	readonly identity?: string;
	/** A trial writes to this folder instead, with `upper` and `work` (and `lower`). */
	readonly scratch?: Path;
	/** `scratch` gets a tmpfs, which only this launch sees, for the reason of `SandboxRoot.memory`. */
	readonly inMemory?: true;
}

/** The sandbox: the host's files with an overlay over each file system, so that changes are discarded. */
export interface SandboxRoot {
	readonly kind: "sandbox";
	/** Empty folder for the new root. */
	readonly directory: Path;
	/** A tmpfs for all layers, if the disk is an overlay itself (in a container), because those cannot be stacked. */
	readonly memory?: Path;
	/** The host's mounts in mounting order, `/` first. */
	readonly mounts: readonly SandboxMount[];
	/** Devices of its /dev: the harmless ones and those requested; and links directly below the host's /dev. */
	readonly devices: CageRoot["devices"];
	readonly deviceLinks: readonly Path[];
	/** Host sockets that the sandbox can reach. Resolved paths. */
	readonly sockets: readonly Path[];
	/** The socket at `/dev/log` instead of the host's. */
	readonly log?: Path;
	/** Created if missing. Resolved paths, because a link would lead to the host. */
	readonly directories: readonly (OwnedDirectory & { readonly path: Path })[];
	/** Removed before, as after a boot: runtime directories and pid files that the service left. Resolved paths. */
	readonly leftovers?: readonly Path[];
	/** Directories that the account owns in the sandbox, whoever owns them on the host. */
	readonly given: readonly Path[];
	/** The application's capabilities. */
	readonly capabilities: readonly string[];
	/** Host path of the program that enters the root and loads the filter (confine.ts). */
	readonly confiner: Path;
}

export type SandboxMount =
	/** `mode`: the layer root's, if it cannot copy the owner of the covered directory. `readOnly` as on the host. */
	| {
			readonly kind: "overlay";
			readonly path: Path;
			readonly scratch: Path;
			readonly mode?: number;
			readonly readOnly?: boolean;
	  }
	/** Read-only, because an automount or single file cannot have an overlay. */
	| { readonly kind: "bind"; readonly path: Path }
	| { readonly kind: "file"; readonly path: Path }
	| { readonly kind: "proc"; readonly path: Path }
	| { readonly kind: "sysfs"; readonly path: Path }
	| { readonly kind: "dev"; readonly path: Path }
	/** Without root, where no overlay can cover other mounts: an empty root with the host's entries. */
	| { readonly kind: "skeleton"; readonly path: Path }
	| { readonly kind: "folder"; readonly path: Path; readonly mode: number }
	| { readonly kind: "link"; readonly path: Path; readonly target: Path };

/** The real file system and usually the real network; only on request. */
export interface HostRoot {
	readonly kind: "host";
	readonly capabilities: readonly string[];
}

/**
 * Words for unshare(1): the account keeps its number and gets every capability in the namespace (user_namespaces(7)). Without `--keep-caps` the next
 * program would lose them, because it is not root.
 */
export const ownUser = ["--user", "--map-current-user", "--keep-caps"];

/** RLIMIT_CORE in bytes: the only value that prevents the kernel from starting a core handler. */
export const coreLimit = 1;
