import type { Application, Rules } from "../application/application.ts";
import type { HeldLimit } from "../confinement/limits.ts";
import type { Weakness } from "../confinement/method.ts";
import type { Note } from "../failure.ts";
import type { Minimised } from "../minimise/minimised.ts";
import type { Path } from "../path/path.ts";
import type { MissingKind } from "../plan/missing.ts";
import type { Addition } from "../plan/plan.ts";
import type { SelftestSummary } from "../selftest/verdict.ts";
import type { FindingCode } from "./finding.ts";
import type { Footprint } from "./footprint.ts";

/** What is remembered of a cage beside its generations: what was asked for, what was decided, and how the trials went. */
export interface Cage {
	readonly name: string;
	readonly application: Application;
	readonly rules: Rules;
	/** The template it was made from. */
	readonly template?: string;
	/** Values that were given to its parameters. */
	readonly parameters?: Readonly<Record<string, string>>;
	/** The systemd unit it was made from, and what reading it told. */
	readonly unit?: string;
	readonly notes?: readonly Note[];
	/** Dangers of the audit that the administrator accepted, as `--accept-finding` takes them. */
	readonly accepted?: readonly string[];
	/** Name of the host's account that the cage has for itself. */
	readonly dedicatedAccount?: string;
	/** What it has that another service could have as well, as of the last build. */
	readonly footprint?: Footprint;
	/** How long its old generations are kept; without it, as `defaultRetention` says. */
	readonly retention?: Retention;
	readonly onHost: boolean;
	/** What trials found and what was accepted of it. */
	readonly additions: readonly Addition[];
	/** What trials showed to be unnecessary; it stays out of every later generation. */
	readonly minimised?: Minimised;
	/** What worked while tracing and is tried again in each trial. */
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** It has a handler of its own for SIGTERM. */
	readonly handlesTerm: boolean;
	/** Its main process keeps the account that it is started as, so no other has to be signalled; absent where nobody looked. */
	readonly keepsAccount?: boolean;
	/** While tracing it did not end soon after SIGTERM and was killed. */
	readonly endsSlowly?: boolean;
	/** ISO 8601, UTC. */
	readonly madeAt: string;
	readonly trials: readonly TrialSummary[];
	/** How it did as a service of systemd, the last time that this was tried. */
	readonly unitTrial?: UnitTrialSummary;
	/** The ways out, tried after the last trial; absent where they were not. */
	readonly selftest?: SelftestSummary;
	readonly seconds: { readonly trace: number; readonly plan: number; readonly build: number; readonly trial: number };
}

/** What a service has to do in a trial as one of systemd, in this order; each is a verb of systemctl(1). */
export const unitSteps = ["start", "reload", "restart", "stop"] as const;
export type UnitStep = (typeof unitSteps)[number];

export interface UnitTrialSummary {
	readonly generation: number;
	/** Full name of the service that it was the trial of. */
	readonly unit: string;
	/** The step that did not work, with what systemd and the application said. */
	readonly failed?: { readonly step: UnitStep; readonly state: string; readonly words: string };
	/** It did not answer after its reload, so its unit has no reload. */
	readonly withoutReload?: true;
}

/** Confinement as the kernel tells it of a running process (proc_pid_status(5)), not as it was asked for. */
export interface Measured {
	/** Its root directory is the cage's generation, by device and inode. */
	readonly inside: boolean;
	readonly seccomp: boolean;
	readonly noNewPrivileges: boolean;
	/** Every capability that it has or could get back: permitted, effective, inheritable, ambient, bounding. */
	readonly capabilities: readonly string[];
	/** Kinds of namespaces that are not the host's. */
	readonly namespaces: readonly string[];
	/** The limits that were asked for and what holds each. */
	readonly limits?: readonly HeldLimit[];
}

/** A round as the record tells it. */
export interface TrialSummary {
	readonly round: number;
	readonly at: string;
	readonly generation: number;
	readonly answered: boolean;
	/** What the kernel said of the application's main process while it answered. */
	readonly measured?: Measured;
	/** The layers that this machine could not give; absent in what older versions wrote. */
	readonly weaker?: readonly Weakness[];
	readonly probes: readonly { readonly command: string; readonly ok: boolean }[];
	/** What the audit found; a danger only where it was overridden. */
	readonly findings: readonly {
		readonly code: FindingCode;
		readonly path: string;
		readonly severity: "danger" | "warning";
		/** Absent in what older versions wrote. */
		readonly values?: Readonly<Record<string, string | number>>;
	}[];
	readonly failedExercises: readonly string[];
	/** Calls that were refused; an application that answered does without them. Absent if there was none, and in what older versions wrote. */
	readonly refusedCalls?: readonly string[];
	/** What was added before this round. */
	readonly added: readonly string[];
	/** Of the build and the trial; absent in what older versions wrote. */
	readonly seconds?: number;
	readonly missing: readonly {
		readonly kind: MissingKind;
		readonly what: string;
		readonly call: string;
		readonly error: string;
		readonly declined: boolean;
	}[];
}

/** Two cages do the same work where they run the same command as the same account in the same place. */
export function isSameApplication(a: Application, b: Application): boolean {
	return JSON.stringify(a.command) === JSON.stringify(b.command) && a.user === b.user && a.cwd === b.cwd;
}

/** What still holds in a cage that has these paths: one that went back to an older generation. */
export function withoutReturned({ minimised, ...cage }: Cage, there: ReadonlySet<Path>): Cage {
	const paths = minimised?.paths.filter((path) => !there.has(path)) ?? [];
	return minimised && paths.length ? { ...cage, minimised: { ...minimised, paths } } : cage;
}

/** How long old generations are kept: the way back, and what a later look needs. */
export interface Retention {
	/** Old generations that are kept at most, beside the present one. */
	readonly generations: number;
	/** Days after which an old generation goes, whatever their number; the last one before the present stays all the same. */
	readonly days?: number;
}

export const defaultRetention: Retention = { generations: 2 };

export interface OldGeneration {
	readonly generation: number;
	/** Milliseconds since 1970; absent where its manifest cannot be read. */
	readonly madeAt?: number;
	/** Something still runs in it: it never goes. */
	readonly runs: boolean;
}

/**
 * Which of the generations on disk are cleared away. The one before the present stays always: it is the way back. After a rollback, those that came
 * later than the present are old ones too, and the newest of all stays: it is the way forward again.
 */
export function generationsToClear(
	all: readonly OldGeneration[],
	present: number,
	rule: Retention,
	now: number,
): readonly number[] {
	const old = all.filter(({ generation }) => generation !== present).sort((a, b) => b.generation - a.generation);
	const wayBack = old.find(({ generation }) => generation < present)?.generation;
	const oldest = rule.days === undefined ? 0 : now - rule.days * 24 * 60 * 60 * 1000;
	return old
		.filter(({ generation, madeAt = now, runs }, index) => {
			if (runs || generation === wayBack) return false;
			return index >= Math.max(1, rule.generations) || madeAt < oldest;
		})
		.map(({ generation }) => generation);
}
