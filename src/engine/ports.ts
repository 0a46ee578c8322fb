import type { FoundApplication } from "../core/application/found.ts";
import type { AuditPolicy } from "../core/cage/audit.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { UnitInput } from "../core/confinement/unit/input.ts";
import type { PackageContents } from "../core/coverage/coverage.ts";
import type { Group, User } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import type { Identity, PackageRef } from "../core/plan/plan.ts";
import type { Greeting } from "../core/probe/recognise.ts";
import type { AlarmService } from "../core/record/alarm-service.ts";
import type { MachineFacts, PackageOrigin } from "../core/record/evidence.ts";
import type { BystanderFacts } from "../core/selftest/escape-arguments.ts";
import type { ProcessState } from "../core/selftest/foreign/state.ts";
import type { ForeignTarget } from "../core/selftest/foreign/verdict.ts";
import type { ObservedProcess } from "../core/selftest/outside.ts";
import type { MergeContext } from "../core/template/merge.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { CageLayout, Sandbox } from "./launch-ports.ts";

export interface Packages {
	/** The package that owns each path, in one query. Paths without an owner are absent. Never throws on an unknown system. */
	owners(paths: readonly Path[]): Promise<Map<Path, PackageRef>>;
	/** Names of the packages whose given version comes from a security archive, as far as the system knows. */
	security(packages: readonly PackageRef[]): Promise<ReadonlySet<string>>;
	/** Time of the last package change, milliseconds since 1970; 0 if unknown. */
	changedAt(): number;
	/**
	 * The contents of the package that owns a path, then of those built from the same source. Empty without an owner. Never
	 * throws. A known `owner` saves reading the records of all packages.
	 */
	related(path: Path, owner?: PackageRef): Promise<readonly PackageContents[]>;
}

/** Resolves names of applications and programs, and values for templates, on this host. */
export interface HostApplications {
	/** The application of a systemd service or socket. Undefined if there is none of that name or it is masked. */
	unit(name: string): Promise<FoundApplication | undefined>;
	/** The full name of the service that a name means, if any. Quicker than `unit`. */
	unitNamed(name: string): string | undefined;
	/** Directories that a program's units create before it starts, in the form of `--directory`. */
	directoriesOf(program: string): readonly string[];
	/** The path of a command's program, from the launcher's PATH or else the caller's. Throws `program-…` (exit 2). */
	program(word: string): string;
	/** Values for a template. Throws `program-not-found` (exit 2) if nothing matches a program's pattern. */
	here(template: Pick<Template, "parameters">, given: ParameterValues): MergeContext;
	/** Connects once to a TCP port. Undefined if the answer is not recognised. */
	greeting(host: string, port: number): Promise<Greeting | undefined>;
}

export interface Documents {
	/** A text file, also gzipped. Undefined if it cannot be read or has another compression. Never throws. */
	text(path: Path): string | undefined;
}

export interface Accounts {
	users(): User[];
	groups(): Group[];
	/**
	 * Creates a system account without home, shell and password, and a group of the same name. The number of both is given, or free: not
	 * in `taken` and unused by processes and containers. Throws `no-free-account-id` (exit 3).
	 */
	create(name: string, number: number | { readonly taken: ReadonlySet<number> }): Promise<void>;
	/** Returns the number that `create` would choose for this name. Throws `no-free-account-id` (exit 3). */
	freeId(name: string, taken: ReadonlySet<number>): number;
	/** Removes an account, and its group if that has no other member. */
	remove(name: string): Promise<void>;
	/** Without root: the only account, and the lowest port that it may bind. */
	own(): OwnAccount | undefined;
}

export interface OwnAccount extends Identity {
	readonly lowestPort: number;
}

/** A generation on disk and its audit rules. */
export interface CageToAudit {
	/** Host path of the generation. */
	readonly root: Path;
	readonly policy: AuditPolicy;
	/** Its expected content. Without it, nothing is compared. */
	readonly manifest?: Manifest;
	/** Reads every file; otherwise only those whose stat(2) changed since the copy. */
	readonly thorough?: boolean;
	/** The application's data: host path `source`, mounted over `path`. */
	readonly data?: readonly { readonly path: Path; readonly source: Path }[];
	/** True for the present generation, whose state is mounted from its usual place. */
	readonly isPresent?: boolean;
	/** Host directories that the cage shows. */
	readonly binds?: readonly { readonly path: Path; readonly mayBeAbsent: boolean }[];
}

/** A process with one of the accounts' user ids (credentials(7)). */
export interface AccountUse {
	readonly pid: number;
	readonly uid: number;
	/** Its program, or its name if the program cannot be read. */
	readonly program: string;
}

/** The host's part of a self-test. */
export interface SelftestTools {
	/** Host path of the program that tries the escape techniques. Throws `processor-unsupported` (exit 3). */
	program(): Path;
	hostRoot(): { readonly identity: string; readonly disk: number };
	/** Starts a process outside the cage, under its account. */
	bystander(identity: Identity): Promise<Bystander>;
	/** Starts the escape techniques as a systemd service. Throws `systemctl-failed` and then leaves nothing behind. */
	service(request: AttemptsService): Promise<StartedAttempts>;
}

/** Facts for the record. */
export interface RecordFacts {
	/** The user who runs this: the login behind sudo if there is one. */
	who(): string;
	/** The login of the person who runs this. Undefined for root, because an account that several people use names nobody. */
	person(): string | undefined;
	/** The service of `cagewright watch`, and whether it watches this cage. Undefined if systemd does not run. */
	alarmService(cage: string): Promise<AlarmService | undefined>;
	host(): Pick<MachineFacts, "host" | "system" | "distribution" | "architecture" | "packageKind" | "kernel" | "cagewright">;
	/** Origins of the packages that are installed in exactly this version; the others are absent. */
	origins(packages: readonly PackageRef[]): readonly (PackageRef & PackageOrigin)[];
	/** Returns the hash in hexadecimal. */
	sha256(text: string): string;
	/** Whether packaged configuration is unmodified, with the package's own text if it is on this machine. Other paths are absent. */
	asShipped(paths: readonly Path[]): ReadonlyMap<Path, { readonly isSame: boolean; readonly text?: string }>;
}

/** A service that exists only for a self-test. */
export interface AttemptsService {
	/** Its unit. */
	readonly text: string;
	/** Where our init, the escape techniques and these host files are copied to. */
	readonly launcher: Path;
	readonly brought: readonly Path[];
	/** Created for its output. */
	readonly output: Path;
	/** Created empty, with owner and mode of their source. */
	readonly directories: readonly { readonly source: Path; readonly place: Path }[];
}

export interface StartedAttempts {
	/** All output so far. */
	output(): string;
	runs(): Promise<boolean>;
	observe(root: Path): Promise<ObservedProcess | undefined>;
	/** systemd's explanation. */
	problem(): Promise<string>;
	/** Stops it and removes its unit. */
	remove(): Promise<void>;
}

/** Services that exist only for a trial. */
export interface TrialServices {
	/** Whether the application's writable data has at most this many bytes. */
	fits(cage: CageLayout, bytes: number): boolean;
	/** Copies everything that the application may write into the sandbox. `sockets`: those of others in it, which are the host's. */
	copies(cage: CageLayout, sandbox: Sandbox, sockets: readonly Path[]): Promise<Pick<UnitInput, "data" | "binds">>;
	/** Loads a unit with this text without starting it. `client` is a unit that ends with this process. */
	place(text: (client: string) => string): Promise<PlacedService>;
}

interface PlacedService {
	readonly name: string;
	/** systemd can reload it. */
	readonly reloads: boolean;
	/** Stops it and removes its unit. */
	remove(): Promise<void>;
}

/** Disposal resolves when the process and everything it created are gone. */
export interface Bystander extends AsyncDisposable {
	readonly facts: BystanderFacts;
}

/** One requirement. `missing`: something does not work without it; `weaker`: it works with less protection; `note`: worth knowing. */
export interface Requirement {
	readonly what: (typeof requirements)[number];
	readonly state: "ok" | "weaker" | "missing" | "note";
	/** Path or version. After `-`, missing features. */
	readonly found: string;
	/** It is installed, but does not run. */
	readonly notRunning?: true;
	/** The package that provides it, if any. */
	readonly package?: string;
}

export const requirements = [
	...(["root", "processor", "strace", "util-linux", "systemd", "getcap", "failure-watch"] as const),
	...(["overlay", "namespaces"] as const),
	...(["user-namespaces", "seccomp", "landlock", "yama", "selinux", "apparmor", "cgroup"] as const),
] as const;

export interface Doctor {
	examine(): Requirement[];
	/** The command that root must type to install these packages. Undefined for root, or without a known package manager. */
	commandForRoot(packages: readonly string[]): string | undefined;
	/** Throws `install-needs-root`, `no-package-manager` or `install-failed` (exit 3). */
	install(packages: readonly string[], onLine: (line: string) => void): Promise<void>;
}

/** A program was started or has ended. Both events have the same number; `line` is the command as one would type it. */
export type CommandEvent =
	| { readonly event: "command-started"; readonly number: number; readonly line: string }
	| { readonly event: "command-ended"; readonly number: number; readonly status: number };

export interface CommandFeed {
	/** Calls the listener for each start and end. Returns a function that stops listening. */
	listen(listener: (event: CommandEvent) => void): () => void;
}

/** The installed program in its fixed place. */
export interface ProgramPlace {
	/** Whether a package of the distribution has installed the program: the `running` one, or another copy. */
	package(): "none" | "running" | "other";
	/** `link`: a link to a program elsewhere, such as a clone. `foreign`: something else has the name. */
	state(): Promise<"none" | "ours" | "link" | "foreign">;
	/** The folder that the link points to. `clone`: with more than a release, and running. `foreign`: anything else. */
	folder(): Promise<"none" | "ours" | "clone" | "foreign">;
	/** The text of a file in packaging/, from the running program's release. */
	packaged(name: string): string;
	/** The text of the watch's unit that the program's package has installed. */
	packagedWatch(): string | undefined;
	/** Names of the man pages in packaging/man/. */
	manuals(): readonly string[];
	/** Names of Cagewright's man pages in the system's folders, including those of other versions. */
	installedManuals(): readonly string[];
	/** Copies the running program there. An existing one is replaced with one rename. */
	install(): Promise<void>;
	/** False if nothing was installed. Removes only a folder of ours. */
	uninstall(): Promise<boolean>;
}

/** Sandboxes that Cagewright did not create. Nothing here changes them. */
export interface ForeignSandboxes {
	/**
	 * Finds the process to test. Throws `foreign-needs-root`, `foreign-no-engine` (exit 3), `foreign-no-process`,
	 * `foreign-no-container` or `foreign-unit-stopped` (exit 2).
	 */
	find(kind: ForeignTarget["kind"], name: string): Promise<ForeignTarget>;
	/** Undefined if the process has ended. */
	state(pid: number): ProcessState | undefined;
	observe(pid: number): ObservedProcess | undefined;
	/** Directories where its account may write files. */
	covers(pid: number): readonly Path[];
	/** Files that move a process into its cgroups. */
	groupFiles(pid: number): readonly string[];
	/** Runs the escape techniques after these files of cgroups have moved the process there. */
	start(args: readonly string[], groupFiles: readonly string[]): StartedProgram;
}

export interface StartedProgram {
	/** All output so far. */
	output(): string;
	hasEnded(): boolean;
	/** The process that it forked. */
	child(): number | undefined;
	/** Kills it. Resolves when it is gone. */
	stop(): Promise<void>;
}
