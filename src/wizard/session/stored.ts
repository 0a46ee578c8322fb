import * as v from "valibot";
import { noRules } from "../../core/application/application.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Answers } from "../../core/questions/answers.ts";
import { type Form, noTrial, type Screen, startState, type WizardState } from "../state.ts";
import { type KeptFiles, keptFiles, restoredFiles } from "../steps/files/kept.ts";
import { formFor } from "../steps/form/fields.ts";
import { withoutTrying } from "../steps/form/probe.ts";
import { atRest, newTracing, type Tracing } from "../steps/trace/tracing-state.ts";
import type { Round, Traced } from "./values.ts";

/**
 * What of the wizard's state outlives the process, and how it comes back. Everything is kept but what is listed here, so a new field needs
 * nothing but to be plain data; where what was stored lacks it, it has the value of `startState`.
 */
const transient = [
	"size",
	"jobs",
	"ticket",
	"lacks",
	"choices",
	"question",
	"asked",
	"notice",
	"exit",
	"discarded",
	"resuming",
	"commands",
	"thenBuild",
	"surroundings",
	"building",
	"awaited",
	"minimising",
	"unneeded",
	"finished",
	"naming",
] as const satisfies readonly (keyof WizardState)[];

/** The wizard's state as it comes back. */
export type Kept = Omit<WizardState, (typeof transient)[number]>;

/** The wizard's state as it is stored: plain data, and a plan of 50,000 entries no more often than it must be. */
export type Stored = Omit<Kept, "files"> & {
	readonly files: KeptFiles;
	/** The plan that was tried last; `plan` where it is the one on the screen. */
	readonly tried?: Plan | "plan";
};

/** Of a state in which nothing runs any more. The trace itself is the engine's. */
export function storedOf(state: WizardState): Stored {
	const { files, plan, trace } = state;
	const { tried } = files;
	return {
		...keptOf(state),
		...(trace ? { trace: withoutAccesses(trace) } : {}),
		files: keptFiles(files),
		...(tried ? { tried: tried === plan ? "plan" : tried } : {}),
	};
}

function keptOf(state: WizardState): Kept {
	const kept: Partial<WizardState> = { ...state };
	for (const name of transient) delete kept[name];
	return kept as Kept;
}

const stripped = new WeakMap<Tracing, Tracing>();

/** The same value for the same trace: so it is told that nothing changed. */
function withoutAccesses(trace: Tracing): Tracing {
	if (!trace.result) return trace;
	const known = stripped.get(trace);
	if (known) return known;
	const { trace: _, ...result } = trace.result as Traced & { readonly trace?: unknown };
	const less = { ...trace, result };
	stripped.set(trace, less);
	return less;
}

/** Whether somebody would miss it: a form that nobody touched is made again by one key. */
export function isWorthKeeping(state: WizardState): boolean {
	const { answers, chosen, form, proposal, trace } = state;
	if (!answers || state.finished) return false;
	if (trace || chosen === undefined || answers !== proposal) return true;
	return form !== undefined && texts(form) !== texts(formFor(answers));
}

function texts(form: Form): string {
	return JSON.stringify(form.rows.map(({ field, line }) => [field, line.text]));
}

const strings = v.array(v.string());
const list = v.array(v.looseObject({}));

const answersSchema = v.looseObject({
	name: v.string(),
	application: v.looseObject({
		command: strings,
		cwd: v.string(),
		env: v.record(v.string(), v.string()),
		probes: strings,
		exercises: strings,
		timeout: v.number(),
		network: v.picklist(["host", "none"]),
		directories: strings,
	}),
	rules: v.looseObject({ binds: v.optional(list) }),
	onHost: v.boolean(),
	rounds: v.number(),
});

const formSchema = v.looseObject({
	rows: v.array(v.looseObject({ field: v.string(), line: v.looseObject({ text: v.string(), at: v.number() }) })),
	cursor: v.number(),
	problems: list,
});

const outcomes = v.array(v.looseObject({ command: v.string(), ok: v.boolean(), output: v.string() }));
const tracedSchema = v.looseObject({
	probes: outcomes,
	exercises: outcomes,
	signals: strings,
	output: v.string(),
	answered: v.boolean(),
});
const tracingSchema = v.looseObject({ subject: v.string(), result: v.optional(tracedSchema) });

const planSchema = v.looseObject({
	application: v.looseObject({ command: strings }),
	identity: v.looseObject({ name: v.string(), uid: v.number() }),
	entries: v.array(
		v.looseObject({
			path: v.string(),
			kind: v.string(),
			decision: v.picklist(["include", "declined"]),
			size: v.number(),
			reasons: list,
			risks: strings,
		}),
	),
	writable: v.array(v.looseObject({ path: v.string(), reasons: list, seeds: list })),
	shared: list,
	offers: list,
	accounts: v.looseObject({ users: list, groups: list }),
	openings: v.looseObject({ capabilities: list }),
	notes: list,
});

const roundSchema = v.looseObject({
	round: v.number(),
	probes: outcomes,
	failedExercises: strings,
	missing: v.array(v.looseObject({ kind: v.string(), call: v.string(), error: v.string(), declined: v.boolean() })),
	answered: v.boolean(),
	output: v.string(),
});

/** How far a screen lies on the way. */
const distance: Readonly<Record<Screen, number>> = {
	lacks: 0,
	choose: 1,
	form: 2,
	trace: 3,
	files: 4,
	accounts: 5,
	build: 6,
	trial: 7,
	save: 8,
};

export interface Restored {
	readonly state: Kept;
	/** False where something could not be read, so that it begins again before that. */
	readonly whole: boolean;
}

/**
 * The state as it was left, or as far on the way as what was stored holds together. `traced`: the trace is there too. Undefined where not even
 * the answers are.
 */
export function restored(stored: Readonly<Record<string, unknown>>, traced: boolean): Restored | undefined {
	if (!v.is(answersSchema, stored.answers)) return undefined;
	const answers = withAllRules(stored.answers as unknown as Answers);
	const { files: _files, form: _form, plan: _plan, trace: _trace, trial: _trial, ...rest } = sound(stored);
	const form = v.is(formSchema, stored.form)
		? withoutTrying({ ...formFor(answers), ...(stored.form as object), going: false })
		: undefined;
	const trace = restoredTrace(stored.trace, traced);
	const plan = trace?.result?.answered ? asPlan(stored.plan) : undefined;
	const rounds = plan ? restoredRounds(stored.trial) : undefined;
	const state: Kept = {
		...rest,
		answers,
		form: form ?? formFor(answers),
		...(trace ? { trace } : {}),
		...(plan ? { plan } : {}),
		files: restoredFiles(stored.files, stored.tried === "plan" ? plan : asPlan(stored.tried)),
		trial: rounds ? { ...noTrial, ...(stored.trial as object), rounds } : noTrial,
	};
	const furthest: Screen = plan
		? rounds?.length
			? "save"
			: "build"
		: trace?.result?.answered
			? "files"
			: trace
				? "trace"
				: "form";
	const left = Object.hasOwn(distance, String(stored.screen)) ? (stored.screen as Screen) : furthest;
	// Whoever goes on with something has chosen already.
	const wanted = distance[left] < distance.form ? "form" : left;
	const screen = distance[wanted] <= distance[furthest] ? wanted : furthest;
	const lost = [stored.form && !form, stored.trace && !trace, plan && stored.trial && !rounds, screen !== wanted];
	const { overlay: _overlay, prompt: _prompt, ...still } = state;
	return { state: screen === left ? { ...state, screen } : { ...still, screen }, whole: !lost.some(Boolean) };
}

function asPlan(stored: unknown): Plan | undefined {
	return v.is(planSchema, stored) ? (stored as unknown as Plan) : undefined;
}

function restoredTrace(stored: unknown, traced: boolean): Tracing | undefined {
	if (!v.is(tracingSchema, stored)) return undefined;
	const trace = atRest({ ...newTracing(stored.subject), ...(stored as object) } as Tracing);
	return trace.result && !traced ? undefined : trace;
}

function restoredRounds(stored: unknown): readonly Round[] | undefined {
	const { rounds } = (stored ?? {}) as { rounds?: unknown };
	return v.is(v.array(roundSchema), rounds) ? (rounds as unknown as readonly Round[]) : undefined;
}

/** A rule that another version did not know is empty. */
function withAllRules(answers: Answers): Answers {
	return { ...answers, rules: { ...noRules, ...answers.rules } };
}

const told = v.looseObject({ code: v.string(), values: v.record(v.string(), v.union([v.string(), v.number()])) });

/** Fields that a start has not, and that are drawn. */
const shapes: Readonly<Record<string, v.GenericSchema>> = {
	proposal: answersSchema,
	failure: told,
	warnings: v.array(told),
	output: strings,
	chosen: v.string(),
	prompt: v.looseObject({ kind: v.string(), line: v.looseObject({ text: v.string(), at: v.number() }) }),
	template: v.looseObject({ name: v.string(), path: v.string() }),
	unit: v.string(),
};

/** What is not of its kind is left out; fields that nothing is known of here are taken as they are. */
function sound(stored: Readonly<Record<string, unknown>>): Kept {
	const known: Readonly<Record<string, unknown>> = { ...startState };
	const { tried: _, ...fields } = stored;
	const good = Object.entries(fields).filter(([name, value]) => {
		const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
		return shape ? v.is(shape, value) : known[name] === undefined || kindOf(known[name]) === kindOf(value);
	});
	return keptOf({ ...startState, ...Object.fromEntries(good) } as WizardState);
}

function kindOf(value: unknown): string {
	return Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
}
