import type { Identity } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import type { ObservedProcess } from "../confine/seccomp/observed-calls.ts";
import type { BystanderFacts } from "./escape-arguments.ts";
import type { ForeignTarget, ProcessState } from "./foreign.ts";

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

/** Disposal resolves when the process and everything it created are gone. */
export interface Bystander extends AsyncDisposable {
	readonly facts: BystanderFacts;
}

/** Sandboxes that Cagewright did not create. Nothing here changes them. */
export interface ForeignSandboxes {
	/**
	 * Finds the process to test. Throws `foreign-needs-root`, `foreign-no-engine` (exit 3), `foreign-no-process`,
	 * `foreign-no-container` or `foreign-unit-stopped` (exit 2).
	 */
	find(kind: ForeignTarget["kind"], name: string): Promise<ForeignTarget>;
	/** Of this program. */
	readonly ownPid: number;
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
