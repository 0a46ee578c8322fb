import type { FoundApplication } from "../core/application/found.ts";
import type { Greeting } from "../core/application/recognise.ts";
import type { AuditPolicy } from "../core/cage/audit.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import type { Architecture } from "../core/confinement/syscalls.ts";
import type { UnitInput } from "../core/confinement/unit/input.ts";
import type { Group, User } from "../core/machine/facts.ts";
import type { Path } from "../core/path/path.ts";
import type { PackageContents } from "../core/plan/coverage.ts";
import type { Identity, PackageRef } from "../core/plan/plan.ts";
import type { MachineFacts, PackageOrigin } from "../core/record/record.ts";
import type { Observed } from "../core/selftest/outside.ts";
import type { DecoyFacts } from "../core/selftest/program.ts";
import type { Here } from "../core/template/merge.ts";
import type { ParameterValues } from "../core/template/parameters.ts";
import type { Template } from "../core/template/template.ts";
import type { CageLayout, Sandbox } from "./launch-ports.ts";

/** What the engine needs from the machine. Adapters in `system/` implement it; only `cli/` puts the two together. */

export type { Measured } from "../core/cage/cage.ts";
export type { FileKind, FileStatus, Files, Group, User } from "../core/machine/facts.ts";
export type { Observed } from "../core/selftest/outside.ts";
export type {
	Attached,
	AttachRequest,
	CageLayout,
	Ended,
	FailureWatch,
	FailureWatchRequest,
	Launch,
	Launched,
	Launcher,
	LaunchRequest,
	LineProblem,
	Reachable,
	Sandbox,
	ShellResult,
} from "./launch-ports.ts";
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
	/** Copies of all that the application may write, for the time of the sandbox. */
	copies(cage: CageLayout, sandbox: Sandbox): Promise<Pick<UnitInput, "data" | "binds">>;
	/** Lets systemd read a unit with this text; nothing is started. `client` is a unit that ends with us. */
	place(text: (client: string) => string): Promise<PlacedService>;
}

interface PlacedService {
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
	/** Names of the man pages in packaging/man/. */
	manuals(): readonly string[];
	/** Names of Cagewright's man pages in the system's folders, also those of other versions. */
	installedManuals(): readonly string[];
	/** Puts the program that runs now there; one that was there before is replaced by one rename. */
	install(): Promise<void>;
	/** False where there was none. */
	uninstall(): Promise<boolean>;
}
