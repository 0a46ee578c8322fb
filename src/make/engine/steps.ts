import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { Step } from "../../base/engine/events.ts";
import { Failure } from "../../base/failure.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { showPath } from "../../base/path/quote.ts";
import { type Cage, isSameApplication } from "../../cage/cage.ts";
import { stateOfEdit, type Winner, withEdits } from "../../cage/edits.ts";
import { type PresentCage, readableCage, requireNothingWider } from "../../cage/engine/cages.ts";
import { checkDedicatedAccount, startsAs } from "../../cage/engine/dedicated-account.ts";
import { identityFor, planCage } from "../../cage/engine/plan-cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { auditGeneration } from "../../check/engine/audit.ts";
import type { Answers } from "../../options/answers.ts";
import { placeNamed } from "../../plan/links.ts";
import { rulesAccepting, withDocumented } from "../../plan/offers.ts";
import type { Plan } from "../../plan/plan.ts";
import { unusedAllowances } from "../../plan/risks.ts";
import { requireRunnable } from "../../probe/engine/probing.ts";
import type { Application } from "../../service/application.ts";
import { commandBeforeRule } from "../../service/daemons.ts";
import { mergeRules } from "../../template/merge.ts";
import { offersOfDocumentation } from "../../trace/engine/documentation.ts";
import type { Trace } from "../../trace/trace.ts";
import { runTrial, type TrialRound } from "./trial.ts";

/** A generation that is built but not published. */
export interface Candidate {
	readonly plan: Plan;
	readonly manifest: Manifest;
	readonly unchanged: boolean;
}

/** Runs a step, emits its start and end, and measures it in seconds with two decimals. */
export async function timed<T>(
	context: Context,
	step: Step,
	work: () => Promise<T>,
	onHost = false,
): Promise<{ value: T; seconds: number }> {
	const started = context.machine.elapsed();
	context.emit({ event: "step-started", step, ...(onHost ? { onHost } : {}) });
	const value = await work();
	const seconds = Math.round((context.machine.elapsed() - started) / 10) / 100;
	context.emit({ event: "step-finished", step, seconds });
	return { value, seconds };
}

/** Adds a step's seconds, rounded to two decimals. */
export function addSeconds(
	before: Cage["seconds"],
	{ build = 0, trial = 0 }: Partial<Pick<Cage["seconds"], "build" | "trial">>,
): Cage["seconds"] {
	const sum = (a: number, b: number) => Math.round((a + b) * 100) / 100;
	return { ...before, build: sum(before.build, build), trial: sum(before.trial, trial) };
}

/** Throws `name-taken` (exit 2) if the cage exists with another command, account or directory and is not to be replaced. */
export async function checkName(context: Context, answers: Answers, replace: boolean): Promise<Cage | undefined> {
	const { machine } = context;
	const cage = await readableCage(machine.store, answers.name, replace);
	if (answers.dedicatedAccount !== undefined) {
		await checkDedicatedAccount(context, answers.name, answers.dedicatedAccount);
	}
	if (cage && !replace && !possibleApplications(answers).some((one) => isSameApplication(cage.application, one))) {
		throw new Failure("name-taken", { name: answers.name, command: cage.application.command.join(" ") }, 2);
	}
	return cage;
}

/** The application as requested, and as the trace takes it if the command changed by a rule fails. */
function possibleApplications({ application, notes = [] }: Answers): readonly Application[] {
	const own = commandBeforeRule(notes, application.command);
	return own ? [application, { ...application, command: own }] : [application];
}

/** Throws `account-unknown` or `group-unknown` (exit 2), or `account-needs-root` (exit 3). */
export function identityOf({ machine }: Context, answers: Answers): Identity {
	const own = machine.accounts.own();
	const { dedicatedAccount } = answers;
	if (own && dedicatedAccount !== undefined) {
		throw new Failure("account-needs-root", { account: dedicatedAccount, own: own.name }, 3);
	}
	const { user } = answers.application;
	// An account that is created before the trace does not exist yet. Until then, nobody (65534) represents it.
	const isToBeMade = dedicatedAccount !== undefined && startsAs(user, dedicatedAccount);
	if (isToBeMade && !machine.accounts.users().some(({ name }) => name === dedicatedAccount)) {
		const [, ...groups] = (user ?? "").split(":");
		return { ...identityFor(machine, ["65534", ...groups].join(":")), name: dedicatedAccount };
	}
	return identityFor(machine, user);
}

/** Plans a cage from its stored trace, with the owning packages and with offers from the application's documentation. */
export async function planStep(context: Context, cage: Cage, trace: Trace): Promise<Plan> {
	const made = await planCage(context, cage, trace);
	const plan = { ...made, offers: withDocumented(made.offers, await offersOfDocumentation(context, cage, made, trace)) };
	context.emit({ event: "plan-made", plan });
	return plan;
}

/** The cage with rules for everything that the documentation names beyond its plan. */
export async function takeDocumented(context: Context, cage: Cage, trace: Trace): Promise<Cage> {
	const { offers } = await planStep({ ...context, emit() {} }, cage, trace);
	return { ...cage, rules: mergeRules(cage.rules, rulesAccepting(offers)) };
}

/** The cage with the state that its plan leaves where the host has it. */
export function withState(cage: Cage, { stateInPlace }: Plan): Cage {
	return stateInPlace ? { ...cage, stateInPlace } : cage;
}

interface BuildInput {
	readonly name: string;
	readonly plan: Plan;
	readonly previous: number | undefined;
	/** Whose configuration wins if both the cage's and the host's were changed. Default: the cage's. */
	readonly winner: Winner | undefined;
}

export async function buildStep(context: Context, input: BuildInput): Promise<Candidate> {
	const { emit, machine, signal } = context;
	const { name, previous } = input;
	await requireNothingWider(
		context,
		name,
		input.plan.writable.map(({ path }) => path),
	);
	const plan = await takeOverEdits(context, input);
	const built = await machine.store.building.build({
		name,
		plan,
		...omitUndefined({ previous }),
		signal,
		onFile: (path, bytesDone, bytesTotal) => emit({ event: "file-copied", path, bytesDone, bytesTotal }),
		onPhase: (phase) => emit({ event: "phase-started", phase }),
	});
	for (const path of built.unstable) emit({ event: "warned", code: "seed-unstable", values: { path: showPath(path) } });
	emit({ event: "generation-built", generation: built.generation, unchanged: built.unchanged });
	return { plan, manifest: built.manifest, unchanged: built.unchanged };
}

/**
 * The plan with the configuration that was edited in the previous generation. Reports conflicts and their winner; an edited file
 * that loses is saved next to the cage.
 */
async function takeOverEdits(context: Context, { name, plan, previous, winner = "cage" }: BuildInput): Promise<Plan> {
	const { machine, signal } = context;
	if (previous === undefined) return plan;
	const manifest = await machine.store.manifest(name, previous);
	const edits = manifest ? await machine.store.edits(manifest, signal) : [];
	if (!manifest || !edits.length) return plan;
	for (const edit of edits.filter((one) => stateOfEdit(one) === "conflict")) {
		const path = showPath(edit.path);
		if (winner === "cage") context.emit({ event: "warned", code: "configuration-kept", values: { name, path } });
		else {
			const aside = await machine.store.building.saveEdit(name, previous, edit);
			const kept = aside === undefined ? `-> ${edit.is}` : showPath(aside);
			context.emit({ event: "warned", code: "configuration-replaced", values: { name, path, kept } });
		}
	}
	return withEdits(plan, manifest, edits, () => winner);
}

export async function trialStep(
	context: Context,
	{ cage, layout, manifest, plan, trace }: PresentCage & { readonly plan: Plan; readonly trace: Trace },
	{ round, rounds }: { readonly round: number; readonly rounds: number },
): Promise<TrialRound> {
	const { dedicatedAccount: account } = cage;
	// Under another account it would have the rights of other services.
	if (account !== undefined && !plan.ownerChange) throw new Failure("account-unknown", { account }, 2);
	if (round === 1) await requireRunnable(context, { probes: cage.application.probes, exercises: cage.exercises });
	context.emit({ event: "phase-started", phase: "auditing" });
	const findings = await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [] });
	context.emit({ event: "phase-started", phase: "starting" });
	context.emit({ event: "round-started", round, rounds });
	const tried = await runTrial(context, {
		application: cage.application,
		identity: plan.identity,
		plan,
		cage: layout,
		trace,
		exercises: cage.exercises,
		signals: cage.signals,
		round,
	});
	const result = { ...tried, findings };
	context.emit({ event: "round-finished", round, missing: result.missing, probes: result.probes });
	return result;
}

/** Warns about paths that were allowed by name but are not in the plan. */
export function warnUnusedAllowances({ emit, machine }: Context, plan: Plan): void {
	for (const { option, path } of unusedAllowances(plan, machine.files)) {
		emit({ event: "warned", code: "allowance-unused", values: { option, path } });
	}
	const used = new Set(plan.allowedBinds);
	for (const path of plan.rules.allowWrite.filter((text) => !used.has(placeNamed(text, machine.files)))) {
		emit({ event: "warned", code: "allowance-unneeded", values: { path } });
	}
}
