import type { Path } from "../core/path/path.ts";
import type { ProcessState } from "../core/selftest/foreign/state.ts";
import type { ForeignTarget } from "../core/selftest/foreign/verdict.ts";
import type { Observed } from "../core/selftest/outside.ts";

/** Sandboxes that Cagewright did not create. Nothing here changes them. */
export interface ForeignSandboxes {
	/**
	 * Finds the process to test. Throws `foreign-needs-root`, `foreign-no-engine` (exit 3), `foreign-no-process`,
	 * `foreign-no-container` or `foreign-unit-stopped` (exit 2).
	 */
	find(kind: ForeignTarget["kind"], name: string): Promise<ForeignTarget>;
	/** Undefined if the process has ended. */
	state(pid: number): ProcessState | undefined;
	observe(pid: number): Observed | undefined;
	/** Its seccomp filters in hexadecimal, oldest first; none if the kernel does not show them. */
	filters(pid: number): readonly string[];
	/** Directories where its account may write files. */
	covers(pid: number): readonly Path[];
	/** Files that move a process into its cgroups. */
	groupFiles(pid: number): readonly string[];
	/** Runs a perl program that leaves no file behind and that no other process can change. */
	start(program: string, args: readonly string[]): StartedProgram;
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
