import * as v from "valibot";
import { omitUndefined } from "../../base/collections.ts";
import { noteSchema } from "../../base/failure.ts";
import type { Answers } from "../../options/answers.ts";
import type { Plan } from "../../plan/plan.ts";
import { applicationSchema, rulesSchema } from "../../service/application.ts";
import { type PlannedFiles, plannedFiles } from "../../sessions/ports.ts";
import { noFilesState } from "../state/files-state.ts";
import { type KeptState, keptOf } from "../state/kept-state.ts";
import { emptyTrial, type Screen, screens, startState, type WizardState } from "../state/state.ts";
import { atRest, newTracing, type TraceState } from "../state/tracing-state.ts";
import type { TraceSummary } from "../state/values.ts";
import { formFor, hasAllFields, withoutTrying } from "../steps/form/fields.ts";

/** The wizard's state as stored. */
type StoredState = Omit<KeptState, "files"> & {
	readonly files: Pick<WizardState["files"], "opened" | "touched">;
	readonly planned?: PlannedFiles;
};

/** Expects a state without running jobs. The engine stores the trace. */
export function storedOf(state: WizardState): StoredState {
	const { files, plan, trace } = state;
	return {
		...keptOf(state),
		...(trace ? { trace: withoutAccesses(trace) } : {}),
		files: { opened: files.opened, touched: files.touched },
		...(plan ? { planned: plannedOf(plan) } : {}),
	};
}

function withoutAccesses(trace: TraceState): TraceState {
	if (!trace.result) return trace;
	const { trace: _, ...result } = trace.result as TraceSummary & { readonly trace?: unknown };
	return { ...trace, result };
}

const remembered = new WeakMap<Plan, PlannedFiles>();

/** Returns the same object for the same plan, so that it is written only once. */
function plannedOf(plan: Plan): PlannedFiles {
	const planned = remembered.get(plan) ?? plannedFiles(plan);
	remembered.set(plan, planned);
	return planned;
}

const strings = v.array(v.string());
const list = v.array(v.looseObject({}));

const answersSchema = v.looseObject({
	name: v.string(),
	application: applicationSchema,
	rules: rulesSchema,
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

const roundSchema = v.looseObject({
	round: v.number(),
	probes: outcomes,
	failedExercises: strings,
	missing: v.array(v.looseObject({ kind: v.string(), call: v.string(), error: v.string(), declined: v.boolean() })),
	answered: v.boolean(),
	output: v.string(),
});

/** The number of screens before this one. */
const distance = (screen: Screen) => screens.indexOf(screen);

/** Validates the fields that screens use. */
const stateSchema = v.looseObject({
	screen: v.picklist(screens),
	cursors: v.record(v.string(), v.number()),
	queries: v.record(v.string(), v.string()),
	warnings: v.array(noteSchema),
	output: strings,
	files: v.looseObject({ opened: strings, touched: strings }),
	form: v.optional(formSchema),
	trace: v.optional(tracingSchema),
	trial: v.looseObject({ rounds: v.array(roundSchema) }),
	proposal: v.optional(answersSchema),
	failure: v.optional(noteSchema),
	chosen: v.optional(v.string()),
	prompt: v.optional(v.looseObject({ kind: v.string(), line: v.looseObject({ text: v.string(), at: v.number() }) })),
	template: v.optional(v.looseObject({ name: v.string(), path: v.string() })),
	unit: v.optional(v.string()),
	planned: v.optional(v.looseObject({ entries: v.number(), files: list })),
});

interface RestoredState {
	readonly state: KeptState;
	/** False if parts were unreadable, so that the session resumes at the form. */
	readonly whole: boolean;
	readonly planned?: PlannedFiles;
}

/**
 * Restores the state, or only the answers if the rest is inconsistent. `traced`: the trace was stored too. Undefined if even the
 * answers are unreadable.
 */
export function restored(fields: Readonly<Record<string, unknown>>, traced: boolean): RestoredState | undefined {
	const parsed = v.safeParse(answersSchema, fields.answers);
	if (!parsed.success) return undefined;
	const answers = parsed.output as unknown as Answers;
	// Earlier versions used another name for this screen.
	const stored = { ...startState, ...fields, ...(fields.screen === "lacks" ? { screen: "form" } : {}) };
	const state = v.is(stateSchema, stored) ? stateFrom(stored as unknown as StoredState) : undefined;
	const { planned } = stored as unknown as StoredState;
	if (state && isReached(state, traced)) return { state: { ...state, answers }, whole: true, ...omitUndefined({ planned }) };
	return { state: keptOf({ ...startState, screen: "form", answers, form: formFor(answers) }), whole: false };
}

function stateFrom({ planned: _, tried: __, ...stored }: StoredState & { readonly tried?: unknown }): KeptState {
	const { answers, files, form, screen, trace } = stored;
	const { opened, touched } = files;
	const fresh = answers && formFor(answers);
	return keptOf({
		...startState,
		...stored,
		screen: distance(screen) < distance("form") ? "form" : screen,
		files: { ...noFilesState, opened, touched, resumed: true },
		trial: { ...emptyTrial, ...stored.trial },
		// The form of an older version has other fields.
		...(fresh ? { form: form && hasAllFields(form) ? withoutTrying({ ...fresh, ...form, going: false }) : fresh } : {}),
		...(trace ? { trace: atRest({ ...newTracing(trace.subject), ...trace }) } : {}),
	});
}

/** Whether the state has everything that its screen needs. */
function isReached({ screen, trace, trial }: KeptState, traced: boolean): boolean {
	if (trace?.result && !traced) return false;
	if (distance(screen) >= distance("files") && !trace?.result?.answered) return false;
	return distance(screen) < distance("trial") || trial.rounds.length > 0;
}
