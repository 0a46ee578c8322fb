import type { Note, Values } from "../base/failure.ts";
import type { Path } from "../base/path/path.ts";
import type { HeldLimit } from "../confine/limits.ts";
import type { Weakness } from "../confine/method.ts";
import type { MinimiseRecord } from "../plan/minimised.ts";
import type { MissingKind } from "../plan/missing.ts";
import type { Addition } from "../plan/plan.ts";
import type { Application, Rules } from "../service/application.ts";
import type { Company } from "../service/company.ts";
import type { Operation } from "../trace/trace.ts";
import type { FindingCode } from "./finding.ts";
import type { Footprint } from "./footprint.ts";

export interface Retention {
	/** Maximum number of old generations in addition to the present one. */
	readonly generations: number;
	/** Days after which an old generation is removed, except for the latest before the present one. */
	readonly days?: number;
}

export const defaultRetention: Retention = { generations: 2 };

export interface OldGeneration {
	readonly generation: number;
	/** Milliseconds since 1970; absent if the manifest is unreadable. */
	readonly madeAt?: number;
	/** A process still runs in it, so that it is kept. */
	readonly runs: boolean;
}

/**
 * Returns the generations to remove. The latest one before the present one stays for a rollback. After a rollback, later
 * generations count as old too, and the newest stays so that the rollback can be undone.
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

/** Data about a cage besides its generations: requests, decisions and trial results. */
export interface Cage {
	readonly name: string;
	readonly application: Application;
	readonly rules: Rules;
	/** The template that it was made from. */
	readonly template?: string;
	/** Values of the template's parameters. */
	readonly parameters?: Readonly<Record<string, string>>;
	/** The systemd unit that it was made from, and notes from reading it. */
	readonly unit?: string;
	readonly notes?: readonly Note[];
	/** SHA-256 of the request that `make` got last; absent if another verb or the wizard made the cage. */
	readonly requested?: string;
	/** Accepted findings, as for `--accept-finding`. */
	readonly accepted?: readonly string[];
	/** Name of the host account that only this cage uses. */
	readonly dedicatedAccount?: string;
	/**
	 * Directories of the service's state that stay where the host has them (`WritablePlaces.inPlace`). Only that service may start
	 * such a cage, because two instances on the same state would corrupt it. Absent: the state is in the cage's data.
	 */
	readonly stateInPlace?: readonly Path[];
	/** Names of accounts with processes when it was traced, which may be clients of its unix sockets. */
	readonly activeAccounts?: readonly string[];
	/** Set if the cage was made for a service that ran. */
	readonly company?: Company;
	/** Resources that other services may use too, as of the last build. */
	readonly footprint?: Footprint;
	/** How long old generations are kept; the default is `defaultRetention`. */
	readonly retention?: Retention;
	readonly onHost: boolean;
	/** Items that trials found missing and that were accepted. */
	readonly additions: readonly Addition[];
	/** Files that trials proved unnecessary. They stay out of later generations. */
	readonly minimised?: MinimiseRecord;
	/** Exercises and signals that worked while tracing; each trial repeats them. */
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	/** It handles SIGTERM itself. */
	readonly handlesTerm: boolean;
	/** Its main process keeps the account that it starts as, so that no other account has to be signalled. Absent if unknown. */
	readonly keepsAccount?: boolean;
	/** While tracing, it ignored SIGTERM for too long and was killed. */
	readonly endsSlowly?: boolean;
	/** ISO 8601, UTC. */
	readonly madeAt: string;
	readonly trials: readonly TrialSummary[];
	/** The last trial as a systemd service. */
	readonly unitTrial?: UnitTrialSummary;
	/** Escape techniques that were tried after the last trial; absent if they were not. */
	readonly selftest?: SelftestSummary;
	/** Which of them raise an alarm; absent if that was never measured. */
	readonly alarms?: MeasuredAlarms;
	readonly seconds: { readonly trace: number; readonly plan: number; readonly build: number; readonly trial: number };
}

/** Steps of a trial as a systemd service, in order. Each is a verb of systemctl(1). */
export const unitSteps = ["start", "reload", "restart", "stop"] as const;
export type UnitStep = (typeof unitSteps)[number];

export interface UnitTrialSummary {
	readonly generation: number;
	/** Full name of the service that was tried. */
	readonly unit: string;
	/** The step that failed, with the output of systemd and the application. */
	readonly failed?: {
		readonly step: UnitStep;
		readonly state: string;
		readonly words: string;
		/** The system call for which the filter killed a process; empty if the kernel's record of it is not readable. */
		readonly killedFor?: string;
	};
	/** It did not answer after its reload, so that its unit has no reload. */
	readonly withoutReload?: true;
}

/** Confinement as the kernel reports it for a running process (proc_pid_status(5)). */
export interface MeasuredConfinement {
	/** Its root directory is the cage's generation, by device and inode. */
	readonly inside: boolean;
	readonly seccomp: boolean;
	readonly noNewPrivileges: boolean;
	/** All capabilities that it has or could regain: permitted, effective, inheritable, ambient, bounding. */
	readonly capabilities: readonly string[];
	/** Kinds of namespaces that differ from the host's. */
	readonly namespaces: readonly string[];
	/** The requested limits and how each is enforced. */
	readonly limits?: readonly HeldLimit[];
}

/** One round, as the record shows it. */
export interface TrialSummary {
	readonly round: number;
	readonly at: string;
	readonly generation: number;
	readonly answered: boolean;
	/** Measured on the application's main process while it answered. */
	readonly measured?: MeasuredConfinement;
	/** It reported its readiness (sd_notify(3)). */
	readonly reportsReady?: true;
	/** Layers that this machine cannot provide; absent from older versions. */
	readonly weaker?: readonly Weakness[];
	/** Version of the kernel's Landlock interface; absent from older versions. */
	readonly landlock?: number;
	readonly probes: readonly { readonly command: string; readonly ok: boolean }[];
	/** The audit's findings; dangers only if they were accepted. */
	readonly findings: readonly {
		readonly code: FindingCode;
		readonly path: string;
		readonly severity: "danger" | "warning";
		/** Absent from older versions. */
		readonly values?: Values;
	}[];
	readonly failedExercises: readonly string[];
	/** Refused system calls. Absent if there were none, and in older versions. */
	readonly refusedCalls?: readonly string[];
	/** Items that were added before this round. */
	readonly added: readonly string[];
	/** Duration of build and trial; absent from older versions. */
	readonly seconds?: number;
	readonly missing: readonly {
		readonly kind: MissingKind;
		readonly what: string;
		readonly call: string;
		readonly error: string;
		readonly declined: boolean;
	}[];
}

/** Whether two cages run the same command as the same account in the same directory. */
export function isSameApplication(a: Application, b: Application): boolean {
	return JSON.stringify(a.command) === JSON.stringify(b.command) && a.user === b.user && a.cwd === b.cwd;
}

/** Forgets the last request, because the present generation is not its result and the same request must not count as done. */
export function withoutRequest({ requested: _, ...cage }: Cage): Cage {
	return cage;
}

/** Forgets what was minimised if the cage contains it again, after a rollback to an older generation. */
export function withoutRestored({ minimised, ...cage }: Cage, there: ReadonlySet<Path>): Cage {
	const paths = minimised?.paths.filter((path) => !there.has(path)) ?? [];
	return minimised && paths.length ? { ...cage, minimised: { ...minimised, paths } } : cage;
}

/** Which escape techniques the kernel records, so that `watch` can raise an alarm. */
export interface AlarmCoverage {
	/** Techniques that the filter, Landlock or a missing capability refused. */
	readonly filtered: number;
	readonly raised: number;
	/** Seconds from a technique to its record, at most. */
	readonly slowest: number;
	/** Refused techniques without a record. */
	readonly silent: readonly string[];
}

/** The same as it is stored, with the generation that was measured. */
export interface MeasuredAlarms extends AlarmCoverage {
	readonly at: string;
	readonly generation: number;
}

/** The stored summary. */
export interface SelftestSummary {
	readonly at: string;
	readonly tried: number;
	readonly escaped: readonly string[];
	readonly openByDesign: readonly string[];
	/** Failed checks from outside. */
	readonly findings: readonly string[];
}

/** A failed path and call in production. */
export interface WatchedFailure {
	readonly path: Path;
	readonly call: string;
	readonly error: string;
	readonly does: Operation;
}

/** The result of all watches of a cage so far. */
export interface WatchResult {
	/** The first and last moment, ISO 8601, UTC. */
	readonly since: string;
	readonly until: string;
	/** How long it was watched in total. */
	readonly seconds: number;
	readonly failures: readonly WatchedFailure[];
	/** There were more distinct failures than are recorded. */
	readonly full?: boolean;
}
