import type { Failure } from "../base/failure.ts";
import type { Identity } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import type { MeasuredConfinement } from "../cage/cage.ts";
import type { Layer, Method } from "../confine/method.ts";
import type { Permissions } from "../confine/permissions.ts";
import type { ObservedProcess } from "../confine/seccomp/observed-calls.ts";
import type { WritablePlaces } from "../plan/binds.ts";
import type { Bind, Limits } from "../service/application.ts";
import type { OwnedDirectory } from "../service/created-directory.ts";
import type { ServiceSettings } from "../service/service-settings.ts";
import type { TraceMode } from "../trace/calls.ts";
import type { RunningProcess } from "../trace/running.ts";
import type { Peer } from "../trace/trace.ts";
import type { HostShell } from "./host-shell.ts";
import type { CageMount, CageRoot, TemporaryEntry } from "./launch.ts";

/** How an application is started. */
export interface LaunchRequest {
	readonly launch: Launch;
	readonly identity: Identity;
	readonly command: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** Opened before the application starts and passed to it (`parsePassedSocket`). */
	readonly sockets?: readonly string[];
	/** systemd passes the sockets instead. */
	readonly inheritsSockets?: boolean;
	readonly network: "host" | "own" | "none";
	readonly limits?: Limits;
	/** Absent for a command other than the application's own. */
	readonly service?: ServiceSettings;
	/** Host files that appear in the cage's `.launch` for this launch only, e.g. an interpreter with its loader and libraries. */
	readonly hostFiles?: readonly Path[];
	/** Layers that are left out, for the self-test and for tests. */
	readonly without?: readonly Layer[];
	/** Further names of the first of these files. */
	readonly names?: readonly string[];
	/**
	 * Its stdin is a pipe or a terminal of its own; otherwise stdin is empty. The launch ends with its first process, even if
	 * that left others in the background.
	 */
	readonly attended?: "pipe" | "terminal";
	/** Traces with strace; not `fast` if our own filter runs, because its denials would not show. */
	readonly trace?: { readonly mode: TraceMode; onData(chunk: Uint8Array): void };
	/** Whether a service that detaches has not done so yet, which its trace shows. */
	readonly isDetaching?: () => boolean;
	/** Receives the application's output. Otherwise it is written to our stdout and stderr. */
	readonly onOutput?: (chunk: Uint8Array) => void;
	/** Told once for each of our outputs (1, 2) that some of the application's output could not be written (errno(3)). */
	readonly onLoss?: (descriptor: number, error: string) => void;
	/** Passes the output to our terminal unchanged, including control sequences. */
	readonly raw?: boolean;
	/** Must resolve before anything is started. The launch is prepared in the meantime and cancelled if this rejects. */
	readonly after?: Promise<unknown>;
	readonly signal?: AbortSignal;
}

export type Launch =
	/** Creates directories that the host does not have (RuntimeDirectory= and similar). */
	| {
			readonly kind: "sandbox";
			readonly sandbox: Sandbox;
			readonly directories: readonly (OwnedDirectory & { readonly path: Path })[];
			readonly leftovers?: readonly Path[];
			readonly given: readonly Path[];
			/** Requested by rules, in addition to the harmless ones. */
			readonly devices: CageLayout["devices"];
			/** Capabilities that rules allow, and those of the unit's that a trace can show. */
			readonly capabilities: readonly string[];
			/** Host sockets that the application may connect to. */
			readonly sockets: readonly Path[];
	  }
	| {
			readonly kind: "host";
			/** As in the sandbox. */
			readonly capabilities: readonly string[];
	  }
	/**
	 * In a sandbox, what the application writes to its data is discarded. `sockets`: those of other services in its state in place, which
	 * the sandbox would hide.
	 */
	| { readonly kind: "cage"; readonly cage: CageLayout; readonly sandbox?: Sandbox; readonly sockets?: readonly Path[] };

/** The launcher's view of a built cage. */
export interface CageLayout extends WritablePlaces {
	readonly name: string;
	/** The present generation. */
	readonly root: Path;
	readonly writable: readonly Path[];
	readonly binds: readonly Bind[];
	readonly temporaryEntries: readonly TemporaryEntry[];
	readonly devices: CageRoot["devices"];
	readonly permissions: Permissions;
	/** Uids that the application's processes may have. */
	readonly uids: readonly number[];
}

/** A folder for what sandboxed applications write. A second start in the same sandbox finds what the first one left. */
export interface Sandbox extends AsyncDisposable {
	readonly folder: Path;
	/** The process whose network namespace is used. If absent, each start creates one. */
	readonly network?: number;
}

export interface RunEnd {
	/** Exit status, or 128 + the signal that ended it. */
	readonly status: number;
	/** Set if it was killed because its writes were about to fill the disk. */
	readonly stoppedFor?: "disk-space";
}

/** A running application that can be probed. */
export interface Reachable {
	/** Host pid of the init or its substitute, whose root and network are the application's. */
	readonly init: number;
	readonly ended: Promise<RunEnd>;
	/** Absent if the application does not report its readiness. */
	readonly readiness?: Readiness;
	/**
	 * Whether its start goes on, as for systemd: it has not detached yet although its service does, or commands of its unit after the
	 * start have not ended. Absent for a process that ran before.
	 */
	isStarting?(): boolean;
}

/** What an application has reported so far (sd_notify(3)). */
export interface Readiness {
	readonly isReady: boolean;
	/** Its own words. */
	readonly status: string;
	/** Its start may take until then, in milliseconds as `elapsed`. */
	readonly extendedUntil: number | undefined;
}

/** A process that ran before it was watched. `ended` resolves when the watch is over, for any reason. */
export interface AttachedProcess extends Reachable {
	/** False if processes of its tree started too fast to attach to all of them. */
	readonly isWhole: boolean;
	/** Signals that the process handles, e.g. `SIGHUP`. */
	handledSignals(): string[];
	/** Ends the watch; the process continues. */
	detach(): Promise<void>;
}

export interface AttachRequest {
	readonly pid: number;
	/** Called before the first line of new processes. The first process is `pid` itself. */
	onProcesses(processes: readonly RunningProcess[]): void;
	onData(chunk: Uint8Array): void;
	readonly signal: AbortSignal;
}

/** A started application. */
export interface StartedApplication extends Reachable {
	isStarting(): boolean;
	/** Sends a signal to the application through its init. */
	signal(name: string): void;
	/** Signals that the application's main process handles, e.g. `SIGHUP`. */
	handledSignals(): string[];
	/** Whether its main process and its forks still have the account that it was started as. */
	keepsAccount(): boolean;
	/** The confinement of the application's main process, read from outside. Undefined when it has ended. */
	measure(root: Path): MeasuredConfinement | undefined;
	/** Everything about its confinement that is visible from outside. Undefined when it has ended. */
	observe(root: Path): ObservedProcess | undefined;
	/** Sends TERM or the service's own signal, then KILL after this many seconds. Resolves when no process is left. */
	stop(graceSeconds: number): Promise<RunEnd>;
}

export interface ShellResult {
	readonly ok: boolean;
	readonly status: number;
	/** The end of its output, both streams, at most 4 KiB. */
	readonly output: string;
	readonly timedOut: boolean;
}

export type LineProblem =
	/** `detail` is the shell's message. */
	| { readonly code: "line-unreadable"; readonly values: { readonly detail: string } }
	/** The line may succeed without the program if it `hasAlternatives`. `package` contains the program, if known. */
	| {
			readonly code: "line-program-missing";
			readonly values: { readonly program: string; readonly package?: string };
			readonly hasAlternatives: boolean;
	  };

export interface Launcher {
	/** How cages are confined on this machine. Throws `no-launcher`, or `not-full-…` if weaker confinement was refused (both exit 3). */
	method(): Method;
	/** Throws a Failure if the launch fails before the application itself starts. */
	start(request: LaunchRequest): Promise<StartedApplication>;
	/** Programs for looking around in a cage. Throws `shell-missing` (exit 3). */
	hostShell(): HostShell;
	/**
	 * Creates a sandbox. With `peers`, or if it `holdsNetwork`, it has a network of its own until it is disposed of, in which these
	 * addresses lead to the host's services.
	 */
	createSandbox(peers?: readonly Peer[], holdsNetwork?: boolean): Promise<Sandbox>;
	/**
	 * The ends of those files that a run wrote in the sandbox, the latest change last. Links are not followed. Empty if its layers were
	 * in memory.
	 */
	writtenTexts(sandbox: Sandbox, paths: readonly Path[]): readonly string[];
	/** Removes scratch folders and stopped processes that killed commands left. Returns the failures. */
	clearAbandoned(): Promise<readonly Failure[]>;
	/**
	 * Runs a shell line on the host's file system in the network of a launched application, or in an empty network. The line sees
	 * the application's root at `$CAGEWRIGHT_ROOT`, where no link is followed, and every process that it starts ends with it.
	 * `root` is the variable's value if nothing was launched.
	 */
	shell(
		line: string,
		where: { launched?: Reachable; network?: number; onHost?: boolean; root?: string },
		timeoutSeconds: number,
		signal?: AbortSignal,
	): Promise<ShellResult>;
	/** Why a shell line cannot run here, found without running it. Undefined if no reason is known. */
	lineProblem(line: string): Promise<LineProblem | undefined>;
	/** Host pids of all processes whose root is this generation, and of the inits that receive signals for the application. */
	running(root: Path): { readonly processes: readonly number[]; readonly inits: readonly number[] };
	/** `running` for several roots, in their order, with one look at all processes. */
	runningInEach(roots: readonly Path[]): readonly ReturnType<Launcher["running"]>[];
	/** Whether a process of `running` is suspended (SIGSTOP), or has ended. */
	isSuspended(pid: number): boolean;
	/** Milliseconds since 1970, exact to a hundredth of a second. Undefined if it has ended. */
	startedAt(pid: number): number | undefined;
	/** Whether a process of this machine listens on the unix socket at this path. */
	isListening(socket: Path): Promise<boolean>;
	/** CPU seconds used by an application and everything it started. */
	cpuSeconds(launched: Reachable): number;
	/** Throws `unsafe-directory` if another user can change the state folder, which determines the application's processes. */
	requireSafeState(): void;
	/** Sends a signal to a process that `running` returned. It may have ended. */
	send(pid: number, signal: string): void;
	/**
	 * A program that loads the filter and Landlock rules for the cage's unit. Undefined if there is none for this processor.
	 * `hasSockets`: the unit passes sockets. `startsSession` as in `Confinement`.
	 */
	unitConfiner(
		cage: CageLayout,
		identity: Identity,
		kind: { readonly hasSockets: boolean; readonly startsSession: boolean },
	): Uint8Array | undefined;
	/** The first programs of an image, for any kernel. Throws `processor-unsupported` (exit 3). */
	imagePrograms(cage: CageLayout, identity: Identity): { readonly confiner: Uint8Array; readonly init: Uint8Array };
	/**
	 * Writes a script and our programs into a new folder in `folder`, and returns the command that starts the cage with these
	 * mounts as a systemd service. The same launch gets the same folder.
	 */
	placeLaunch(request: LaunchRequest, mounts: readonly CageMount[], folder: Path): Promise<readonly string[]>;
	/** The shell commands that start the cage, for reading or for pasting into a root shell. */
	print(request: LaunchRequest): string;
}
