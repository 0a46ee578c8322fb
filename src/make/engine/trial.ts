import { omitUndefined } from "../../base/collections.ts";
import { type Context, launchMethod } from "../../base/engine/context.ts";
import type { ProbeOutcome } from "../../base/engine/events.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { type Path, pathFromText } from "../../base/path/path.ts";
import type { MeasuredConfinement } from "../../cage/cage.ts";
import type { Finding } from "../../cage/finding.ts";
import type { Method } from "../../confine/method.ts";
import type { Permissions } from "../../confine/permissions.ts";
import type { CageLayout } from "../../launch/ports.ts";
import { findMissingAccounts } from "../../plan/accounts.ts";
import { areaOf } from "../../plan/areas.ts";
import { findMissing, findMissingAtStart } from "../../plan/find-missing.ts";
import { isTolerable, type Missing, permissionFor, rankMissing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import { probeAfterStart, probeUntilAnswered, runExercise } from "../../probe/engine/probing.ts";
import type { Application } from "../../service/application.ts";
import { neighbourPeers, neighbourSockets } from "../../trace/engine/neighbours.ts";
import { laterGraceSeconds, survives } from "../../trace/engine/trace.ts";
import { watchedRun, withLog } from "../../trace/engine/watched-run.ts";
import { refusedNetlink, refusedUnixSocket } from "../../trace/needs.ts";
import type { Trace } from "../../trace/trace.ts";

interface TrialInput {
	readonly application: Application;
	readonly identity: Identity;
	readonly plan: Plan;
	readonly cage: CageLayout;
	/** The observations on the host, for comparison. */
	readonly trace: Trace;
	/** Exercises that passed and signals that the application survived on the host. */
	readonly exercises: readonly string[];
	readonly signals: readonly string[];
	readonly round: number;
}

export interface TrialRound {
	readonly round: number;
	readonly probes: readonly ProbeOutcome[];
	/** Exercises and signals that worked in the trace but not in the cage. */
	readonly failedExercises: readonly string[];
	/** Output of the first exercise that failed. */
	readonly exerciseOutput?: string;
	readonly missing: readonly Missing[];
	/** Refused system calls. If the application answered, it does without them. */
	readonly refusedCalls: readonly string[];
	/** Files of /proc and /sys about the machine that the application read in the sandbox. */
	readonly kernelFiles?: readonly Path[];
	readonly answered: boolean;
	/** The confinement while it answered. Absent if it never answered. */
	readonly measured?: MeasuredConfinement;
	readonly reportsReady?: true;
	readonly method: Method;
	/** Warnings of the generation's audit. */
	readonly findings: readonly Finding[];
	/** The end of the application's output, and its exit status if it ended without being asked. */
	readonly output: string;
	readonly ended?: number;
}

/**
 * Runs one trial: the application in its cage under every layer, in its own network, on a copy of its data that is discarded.
 * Probes it from outside and compares it with its run on the host.
 */
export async function runTrial(context: Context, input: TrialInput): Promise<Omit<TrialRound, "findings">> {
	const { application, cage, identity, plan, round, trace } = input;
	const method = launchMethod(context, round === 1);
	await using sandbox = await context.machine.launcher.createSandbox(await neighbourPeers(context, application, trace));
	const sockets = neighbourSockets(context.machine, trace, { uid: identity.uid, rules: plan.rules }, cage);
	const run = await watchedRun(
		context,
		{ application, identity, launch: { kind: "cage", cage, sandbox, sockets }, number: round, grace: laterGraceSeconds },
		async ({ run: launched }) => {
			const { timeout: seconds } = application;
			const first = await probeUntilAnswered(context, launched, application.probes, { seconds });
			const probes = await probeAfterStart(context, launched, application, { first, seconds });
			const measured = launched.measure(cage.root);
			const failed: ProbeOutcome[] = [];
			const failedSignals: string[] = [];
			if (probes.every((probe) => probe.ok)) {
				for (const exercise of input.exercises) {
					const outcome = await runExercise(context, launched, exercise, application);
					if (!outcome.ok) failed.push(outcome);
				}
				for (const signal of input.signals)
					if (!(await survives(context, application, launched, signal))) failedSignals.push(signal);
			}
			return { probes, failed, failedSignals, measured, reportsReady: launched.readiness?.isReady ?? false };
		},
	);
	const { failed, measured, probes, reportsReady } = run.value;
	// A signal may ask for an end with status 0: memcached takes up to two seconds, longer than the sandbox watched.
	const stoppedWell = run.value.failedSignals.length > 0 && run.endedItself && run.ended.status === 0;
	const failedSignals = stoppedWell ? [] : run.value.failedSignals;
	// An answer counts only from a process whose root is the cage.
	const answered = measured?.inside === true && probes.every((probe) => probe.ok) && !failedSignals.length;
	const { accounts, files } = context.machine;
	const output = answered ? run.output : withLog(context, sandbox, run);
	const isAsBefore = answered && !failed.length;
	const found = findMissing({ host: trace, cage: run.trace }, plan, files, round);
	// No access means that not even the program was executed.
	const atStart = run.endedItself && !run.trace.accesses.size ? findMissingAtStart(plan, files) : [];
	const differences = [...found, ...atStart].filter((one) => (one.proven ? !isAsBefore : !answered || !isTolerable(one)));
	// Output about accounts does not matter while the application answers.
	const unknown = answered
		? []
		: findMissingAccounts(
				{ trace: run.trace, output, ended: run.endedItself, round },
				{ plan, users: accounts.users(), groups: accounts.groups(), files },
			);
	const ended = run.endedItself && !stoppedWell;
	const missing = await ranked(context, input, [...differences, ...unknown], { ...run, output, ended });
	return {
		round,
		probes,
		failedExercises: [...failed.map(({ command }) => command), ...failedSignals],
		...(failed[0] ? { exerciseOutput: failed[0].output } : {}),
		missing,
		refusedCalls: recordedRefusals(run.trace, plan.permissions),
		...(answered ? {} : { kernelFiles: hostFiles(trace) }),
		answered,
		...omitUndefined({ measured }),
		...(reportsReady ? { reportsReady } : {}),
		method,
		output,
		...(ended ? { ended: run.ended.status } : {}),
	};
}

/**
 * Names of refused calls, of which the kernel's records say no more: `socket(AF_KEY)` is a socket. Refusals that it does not record
 * would only hide others of the same name.
 */
function recordedRefusals({ refusals }: Trace, { netlink, triesUnixSockets }: Permissions): string[] {
	const quiet = [...(triesUnixSockets ? [refusedUnixSocket] : []), ...(netlink === undefined ? [refusedNetlink] : [])];
	const recorded = [...refusals.keys()].filter((call) => !quiet.includes(call));
	return [...new Set(recorded.map((call) => call.replace(/\(.*/, "")))];
}

function hostFiles({ accesses }: Trace): Path[] {
	return [...accesses.values()].flatMap(({ path, succeeded }) =>
		areaOf(path) === "kernel" && permissionFor(path) !== "proc" && (succeeded.has("read") || succeeded.has("list")) ? [path] : [],
	);
}

/** Looks up owners only for missing items. */
async function ranked(
	{ machine }: Context,
	{ application, plan }: TrialInput,
	missing: readonly Missing[],
	{ ended, lastFailed, output }: { ended: boolean; lastFailed: readonly string[]; output: string },
): Promise<Missing[]> {
	if (!missing.length) return [];
	const program = pathFromText(application.command[0] ?? "");
	const own = plan.entries.find((entry) => entry.path === program)?.package?.name;
	const owners = await machine.packages.owners(missing.flatMap(({ path }) => path ?? []));
	return rankMissing(missing, { output, ended, lastFailed, owners, ...omitUndefined({ package: own }) });
}
