import type { Bind, Limits } from "../core/application/application.ts";
import type { OwnedDirectory } from "../core/application/made-directory.ts";
import type { Measured } from "../core/cage/cage.ts";
import type { HostShell } from "../core/confinement/brought-shell.ts";
import type { KeptInTemporary } from "../core/confinement/launch.ts";
import type { Layer } from "../core/confinement/layers.ts";
import type { Method } from "../core/confinement/method.ts";
import type { Failure } from "../core/failure.ts";
import type { Path } from "../core/path/path.ts";
import type { Identity, Permissions } from "../core/plan/plan.ts";
import type { Observed } from "../core/selftest/outside.ts";
import type { RunningProcess } from "../core/trace/running.ts";

/** What the engine needs to start applications and to watch them; `ports.ts` hands it on with the rest of the machine. */

/** Where and how an application is started. */
export interface LaunchRequest {
	readonly spec: Launch;
	readonly identity: Identity;
	readonly command: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** Opened before the application starts, and handed to it (`parseHandedSocket`). */
	readonly sockets?: readonly string[];
	readonly network: "host" | "own" | "none";
	readonly limits?: Limits;
	/** Files of the host that come into the cage's `.launch` for this launch alone, e.g. an interpreter with its loader and libraries. */
	readonly brought?: readonly Path[];
	/** Layers of a cage that are left out. Only the self-test and tests do that. */
	readonly without?: readonly Layer[];
	/** Further names of the first of them there. */
	readonly names?: readonly string[];
	/**
	 * Somebody is at its stdin, by a pipe or with a terminal of its own; without it there is nothing to read. It is over with its first
	 * process, whatever that left in the background.
	 */
	readonly attended?: "pipe" | "terminal";
	/** Watches with strace: `fast` with --seccomp-bpf, `whole` where a filter of ours runs (its denials never show under `fast`). */
	readonly trace?: { readonly mode: "fast" | "whole"; onData(chunk: Uint8Array): void };
	/** What the application prints. Without it, stdin, stdout and stderr are ours. */
	readonly onOutput?: (chunk: Uint8Array) => void;
	/** Where our output is a terminal, it gets what the application prints unchanged, with all that steers a terminal. */
	readonly raw?: boolean;
	/** What has to be found good before anything is started. The launch is prepared meanwhile, and comes to nothing where this rejects. */
	readonly after?: Promise<unknown>;
	readonly signal?: AbortSignal;
}

export type Launch =
	/** Directories are made where the host has none (RuntimeDirectory= and its like). */
	| {
			readonly kind: "sandbox";
			readonly sandbox: Sandbox;
			readonly directories: readonly (OwnedDirectory & { readonly path: Path })[];
			readonly given: readonly Path[];
			/** Asked for by rules, beside the harmless ones. */
			readonly devices: CageLayout["devices"];
			/** Capabilities that rules allow. */
			readonly capabilities: readonly string[];
			/** Sockets of the host at which the application finds somebody. */
			readonly sockets: readonly Path[];
	  }
	| { readonly kind: "host" }
	/** With a sandbox, what the application writes to its data is thrown away. */
	| { readonly kind: "cage"; readonly cage: CageLayout; readonly sandbox?: Sandbox };

/** What the launcher must know of a built cage. */
export interface CageLayout {
	readonly name: string;
	/** The present generation. */
	readonly root: Path;
	readonly data: Path;
	readonly writable: readonly Path[];
	readonly binds: readonly Bind[];
	readonly kept: readonly KeptInTemporary[];
	readonly devices: readonly {
		readonly path: Path;
		readonly type: "c" | "b";
		readonly major: number;
		readonly minor: number;
		readonly mode: number;
	}[];
	readonly permissions: Permissions;
}

/** A place for what sandboxed applications write. Starting twice in the same one finds what the first start left. */
export interface Sandbox {
	readonly folder: Path;
	/** The process whose network namespace it has; absent, each start makes one. */
	readonly network?: number;
	dispose(): Promise<void>;
}

export interface Ended {
	/** Exit status, or 128 + the signal that ended it. */
	readonly status: number;
	/** It was killed because what it wrote was about to fill the disk. */
	readonly stoppedFor?: "disk-space";
}

/** An application that runs and can be asked. */
export interface Reachable {
	/** Host pid of the init (or of what stands in for it), whose root and network are the application's. */
	readonly init: number;
	readonly ended: Promise<Ended>;
}

/** A process that ran before, and is watched. `ended` resolves when the watching is over, whatever ended it. */
export interface Attached extends Reachable {
	/** False where processes of its tree came too fast to be all taken hold of. */
	readonly isWhole: boolean;
	/** Signals that the process has a handler for, e.g. `SIGHUP`. */
	handledSignals(): string[];
	/** Ends the watching; the process runs on. */
	detach(): Promise<void>;
}

export interface AttachRequest {
	readonly pid: number;
	/** Called before their first line comes, and again where more processes came meanwhile; the first is `pid` itself. */
	onProcesses(processes: readonly RunningProcess[]): void;
	onData(chunk: Uint8Array): void;
	readonly signal: AbortSignal;
}

/** Cages that run, watched for calls that fail in them. */
export interface FailureWatch {
	/** Resolves when the watching is over, whatever ended it. */
	readonly ended: Promise<void>;
	/**
	 * What is watched from now on, with all that it starts: by processes of each cage. Those that run in no PID namespace of their own throw
	 * `watch-no-namespace` (exit 3).
	 */
	watch(processes: readonly number[]): void;
	/** Takes all of it out of the kernel; what was seen last has come before it resolves. */
	stop(): Promise<void>;
}

export interface FailureWatchRequest {
	/** For each different failure once, a line as `parseFailure` of core/watch reads it; `full` where no more are noted. */
	onLine(line: string): void;
}

/** A started application. */
export interface Launched extends Reachable {
	/** Sends a signal to the application by way of its init. */
	signal(name: string): void;
	/** Signals that the application's main process has a handler for, e.g. `SIGHUP`. */
	handledSignals(): string[];
	/** Its main process, and what forked away from it, have the account that it was started as. */
	keepsAccount(): boolean;
	/** What holds the application's main process, read from outside; undefined when it is gone. */
	measure(root: Path): Measured | undefined;
	/** All that can be seen of its confinement from outside; undefined when it is gone. */
	observe(root: Path): Observed | undefined;
	/** TERM, then KILL after so many seconds; resolves when nothing of it is left. */
	stop(graceSeconds: number): Promise<Ended>;
}

export interface ShellResult {
	readonly ok: boolean;
	readonly status: number;
	/** The end of what it printed, both streams, at most 4 KiB. */
	readonly output: string;
	readonly timedOut: boolean;
}

export type LineProblem =
	/** `detail`: what the shell says. */
	| { readonly code: "line-unreadable"; readonly values: { readonly detail: string } }
	| { readonly code: "line-program-missing"; readonly values: { readonly program: string } };

export interface Launcher {
	/** How a cage is confined here. Throws `no-launcher`, or `not-full-…` where less than everything was refused (both exit 3). */
	method(): Method;
	/** Throws a Failure where the launch fails before the application's own start. */
	start(request: LaunchRequest): Promise<Launched>;
	/** What can be brought into a cage to look around with. Throws `shell-missing` (exit 3). */
	hostShell(): HostShell;
	/** With a network of its own, in which these ports of the loopback lead to the host's. */
	createSandbox(ports?: readonly number[]): Promise<Sandbox>;
	/** Removes what launches of killed commands left: scratch folders, and processes that wait stopped for nobody. Returns why some cannot be removed. */
	clearAbandoned(): Promise<readonly Failure[]>;
	/**
	 * Runs a shell line on the host's file system in the network of a launched application (or, without one, in an empty network). The line sees the
	 * application's root at `$CAGEWRIGHT_ROOT`, where no link is followed, and every process that it starts ends with it. `root` is the variable's
	 * value where nothing was launched.
	 */
	shell(
		line: string,
		where: { launched?: Reachable; network?: number; onHost?: boolean; root?: string },
		timeoutSeconds: number,
		signal?: AbortSignal,
	): Promise<ShellResult>;
	/** What keeps a shell line from running here, told without running it; undefined where nothing is known that does. */
	lineProblem(line: string): Promise<LineProblem | undefined>;
	/** Host pids of every process whose root is this generation, and of those that a signal for the application goes to. */
	running(root: Path): { readonly processes: readonly number[]; readonly inits: readonly number[] };
	/** CPU seconds that an application and all that it started have used. */
	cpuSeconds(launched: Reachable): number;
	/** Sends a signal to a process that `running` named. */
	send(pid: number, signal: string): void;
	/**
	 * For the unit of a cage: a program that loads filter and Landlock rules; undefined where there is none for this processor. `sockets`: the
	 * unit hands over some.
	 */
	unitConfiner(cage: CageLayout, identity: Identity, sockets: boolean): Uint8Array | undefined;
	/** The plain commands that start the cage, for reading and for pasting into a root shell. */
	print(request: LaunchRequest): string;
}
