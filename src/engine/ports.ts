import type { Bind, Limits } from "../core/application/application.ts";
import type { FoundApplication } from "../core/application/found.ts";
import type { OwnedDirectory } from "../core/application/made-directory.ts";
import type { Greeting } from "../core/application/recognise.ts";
import type { AuditPolicy } from "../core/cage/audit.ts";
import type { Measured } from "../core/cage/cage.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { HostShell } from "../core/confinement/brought-shell.ts";
import type { KeptInTemporary } from "../core/confinement/launch.ts";
import type { Layer } from "../core/confinement/layers.ts";
import type { Method } from "../core/confinement/method.ts";
import type { Architecture } from "../core/confinement/syscalls.ts";
import type { UnitInput } from "../core/confinement/unit/input.ts";
import type { Failure } from "../core/failure.ts";
import type { Group, User } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import type { PackageContents } from "../core/plan/coverage.ts";
import type { Identity, Openings, PackageRef } from "../core/plan/plan.ts";
import type { MachineFacts, PackageOrigin } from "../core/record/record.ts";
import type { Observed } from "../core/selftest/outside.ts";
import type { DecoyFacts } from "../core/selftest/program.ts";
import type { Here } from "../core/template/merge.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { RunningProcess } from "../core/trace/running.ts";

/** What the engine needs from the machine. Adapters in `system/` implement it; only `cli/` puts the two together. */

export type { Measured } from "../core/cage/cage.ts";
export type { FileKind, FileStatus, Files, Group, User } from "../core/machine/facts.ts";
export type { Observed } from "../core/selftest/outside.ts";
export type { HostService, ServiceState, Services, UnitSet, Units } from "./systemd-ports.ts";

export interface Packages {
	/** The package that owns each path, in one query for all of them. Paths without an owner are absent. Never throws for an unknown system. */
	owners(paths: readonly Path[]): Promise<Map<Path, PackageRef>>;
	/** Names of those whose given version comes from an archive of security updates, as far as the system knows. */
	security(packages: readonly PackageRef[]): Promise<ReadonlySet<string>>;
	/** When a package was last installed or removed, milliseconds since 1970; 0 where that cannot be told. */
	changedAt(): number;
	/** What the package that owns a path holds, then those that were built from the same source; empty where nobody owns it. Never throws either. */
	related(path: Path): Promise<readonly PackageContents[]>;
}

/** What names mean on this host: of applications, of programs, and in templates. */
export interface HostApplications {
	/** The application of a systemd service or socket; undefined where there is none of that name, or it is masked. */
	unit(name: string): Promise<FoundApplication | undefined>;
	/** The full name of the service that a name means, if there is one; quicker than `unit`. */
	unitNamed(name: string): string | undefined;
	/** What the units of a program make for it before it starts, as `--directory` takes it. */
	directoriesOf(program: string): readonly string[];
	/** Where a command's program is: as the launcher's PATH has it, and only then as the caller's. Throws `program-…` (exit 2). */
	program(word: string): string;
	/** What a template is filled in with. Throws `program-not-found` (exit 2) where nothing matches a program's pattern. */
	here(template: Pick<Template, "parameters">, given: ParameterValues): Here;
	/** What answers at a TCP port, asked once; undefined where nothing is said that could be recognised. */
	greeting(host: string, port: number): Promise<Greeting | undefined>;
}

export interface Documents {
	/** A text file, also one packed with gzip; undefined where it cannot be read, or is packed in another way. Never throws. */
	text(path: Path): string | undefined;
}

export interface Accounts {
	users(): User[];
	groups(): Group[];
	/**
	 * Makes a system account without a home, a shell and a password, with a group of its name. Its number is given, or none of `taken` and none
	 * that a process or container of this machine uses. Throws `no-free-account-id` (exit 3).
	 */
	create(name: string, numbers: AccountNumbers | { readonly taken: ReadonlySet<number> }): Promise<void>;
	/** Takes an account away, with its group where that has no other member. */
	remove(name: string): Promise<void>;
	/** Where this is not root: the one account that there is, and the lowest port that it may bind. */
	own(): OwnAccount | undefined;
}

export interface AccountNumbers {
	readonly uid: number;
	readonly gid: number;
}

export interface OwnAccount extends Identity {
	readonly lowestPort: number;
}

/** A generation on disk, and what it may hold. */
export interface CageToAudit {
	/** Host path of the generation. */
	readonly root: Path;
	readonly policy: AuditPolicy;
	/** What it should hold; without it nothing is compared. */
	readonly manifest?: Manifest;
	/** Reads every file. Else only those are read whose stat(2) is not that of the copy any more. */
	readonly thorough?: boolean;
	/** What the application has written: host path `source`, mounted over `path`. */
	readonly data?: readonly { readonly path: Path; readonly source: Path }[];
	/** True for the present generation, whose state is in its own place. */
	readonly isPresent?: boolean;
	/** Directories of the host that it shows. */
	readonly binds?: readonly Path[];
}

/** A process by one of its user ids (credentials(7)). */
export interface AccountUse {
	readonly pid: number;
	readonly uid: number;
	/** Its program, or its name where that cannot be seen. */
	readonly program: string;
}

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
			readonly kind: "rehearsal";
			readonly rehearsal: Rehearsal;
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
	/** With a rehearsal, what the application writes to its data is thrown away. */
	| { readonly kind: "cage"; readonly cage: CageLayout; readonly rehearsal?: Rehearsal };

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
	readonly openings: Openings;
}

/** A place for what rehearsed applications write. Starting twice in the same one finds what the first start left. */
export interface Rehearsal {
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
	rehearse(ports?: readonly number[]): Promise<Rehearsal>;
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

/** What a self-test needs of the host. */
export interface SelftestTools {
	readonly architecture: Architecture;
	/** The host's perl; undefined where there is none. */
	interpreter(): Interpreter | undefined;
	hostRoot(): { readonly identity: string; readonly disk: number };
	/** Starts a process outside, under the account of a cage. */
	decoy(identity: Identity): Promise<Decoy>;
	/** Starts the attempts as a service of the running systemd. Throws `systemctl-failed`, and leaves nothing then. */
	service(request: AttemptsService): Promise<StartedAttempts>;
}

/** What the record asks of the machine. */
export interface Recording {
	/** Who runs this: the account of the login behind sudo counts more than root. */
	who(): string;
	host(): Pick<MachineFacts, "host" | "system" | "distribution" | "architecture" | "packageKind" | "kernel" | "cagewright">;
	/** Of those packages that are installed in just this version; the others are absent. */
	origins(packages: readonly PackageRef[]): readonly (PackageRef & PackageOrigin)[];
	/** In hexadecimal. */
	sha256(text: string): string;
	/**
	 * Of configuration that packages ship, whether the host's is still the same, and the package's own text where it is on this machine. Others are absent.
	 */
	asShipped(paths: readonly Path[]): ReadonlyMap<Path, { readonly isSame: boolean; readonly text?: string }>;
}

/** A service that is there for a self-test alone. */
export interface AttemptsService {
	/** Its unit. */
	readonly text: string;
	/** Where our init and these files of the host are put for it. */
	readonly launcher: Path;
	readonly brought: readonly Path[];
	/** Made for what it prints. */
	readonly output: Path;
	/** Made empty, with owner and mode of their source. */
	readonly directories: readonly { readonly source: Path; readonly place: Path }[];
}

export interface StartedAttempts {
	/** All that was printed so far. */
	output(): string;
	runs(): Promise<boolean>;
	observe(root: Path): Promise<Observed | undefined>;
	/** What systemd says of it. */
	problem(): Promise<string>;
	/** Ends it and takes its unit away. */
	remove(): Promise<void>;
}

/** Services that are there for a trial alone. */
export interface TrialServices {
	/** Whether what the application may write holds no more bytes than that. */
	fits(cage: CageLayout, bytes: number): boolean;
	/** Copies of all that the application may write, for the time of the rehearsal. */
	copies(cage: CageLayout, rehearsal: Rehearsal): Promise<Pick<UnitInput, "data" | "binds">>;
	/** Lets systemd read a unit with this text; nothing is started. `client` is a unit that ends with us. */
	place(text: (client: string) => string): Promise<PlacedService>;
}

export interface PlacedService {
	readonly name: string;
	/** systemd knows how to reload it. */
	readonly reloads: boolean;
	/** Ends it and takes its unit away. */
	remove(): Promise<void>;
}

export interface Interpreter {
	/** With its loader and its libraries: host paths. */
	readonly brought: readonly Path[];
	/** The loader as it is seen inside. */
	readonly loader: Path;
	/** The words in front of a program's text, inside. */
	readonly command: readonly string[];
}

export interface Decoy {
	readonly facts: DecoyFacts;
	/** Resolves when it is gone, with all that it made. */
	dispose(): Promise<void>;
}

/**
 * One thing that the work needs of the machine. `missing`: something does not work without it; `weaker`: it works with less
 * protection; `note`: worth knowing.
 */
export interface Finding {
	readonly what: (typeof examined)[number];
	readonly state: "ok" | "weaker" | "missing" | "note";
	/** Where or in which version it was found; behind `-` what that lacks. */
	readonly found: string;
	/** The package that brings it, where one does. */
	readonly package?: string;
}

export const examined = [
	...(["root", "processor", "strace", "util-linux", "systemd", "perl", "getcap"] as const),
	...(["overlay", "namespaces"] as const),
	...(["user-namespaces", "seccomp", "landlock", "yama", "selinux", "apparmor", "cgroup"] as const),
] as const;

export interface Doctor {
	examine(): Finding[];
	/** What root types to install these packages; undefined where we are root, or know no package manager of this system. */
	commandForRoot(packages: readonly string[]): string | undefined;
	/** Throws `install-needs-root`, `no-package-manager` or `install-failed` (exit 3). */
	install(packages: readonly string[], onLine: (line: string) => void): Promise<void>;
}

/** A program was started for the user, or is over; both carry the same number. `line` is what one would type. */
export type CommandEvent =
	| { readonly event: "command-started"; readonly number: number; readonly line: string }
	| { readonly event: "command-ended"; readonly number: number; readonly status: number };

export interface CommandFeed {
	/** Called for each start and each end. Returns a function that stops listening. */
	listen(listener: (event: CommandEvent) => void): () => void;
}

/** The program in its fixed place on a system. */
export interface ProgramPlace {
	/** `link`: a link to a program elsewhere, such as a clone; `foreign`: something else has the name. */
	state(): Promise<"none" | "ours" | "link" | "foreign">;
	/** The text of a file of packaging/, which comes with the program that runs now. */
	packaged(name: string): string;
	/** Puts the program that runs now there; one that was there before is replaced by one rename. */
	install(): Promise<void>;
	/** False where there was none. */
	uninstall(): Promise<boolean>;
}
