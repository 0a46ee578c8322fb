import type { Event } from "../../src/base/engine/events.ts";
import type { Note } from "../../src/base/failure.ts";
import type { Answers } from "../../src/options/answers.ts";
import type { Missing } from "../../src/plan/missing.ts";
import { reduce } from "../../src/wizard/reduce/reduce.ts";
import { resumed } from "../../src/wizard/reduce/results.ts";
import type { Choice } from "../../src/wizard/state/choice.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/state/keys.ts";
import {
	type Action,
	type Intention,
	type JobKind,
	type Result,
	startState,
	type WizardState,
} from "../../src/wizard/state/state.ts";
import type { FinishedCage, Round } from "../../src/wizard/state/values.ts";
import { planFor, redis, selftestOf } from "../ui/scripted-session.ts";

/** A wizard without a session: the test sends keys, checks intentions and supplies results. */
export class Drive {
	state: WizardState = startState;
	intentions: Intention[] = [];

	/** All keys arrive in one read, as over SSH. */
	type(input: string): this {
		for (const key of decodeKeys(nothingDecoded, input).keys) this.act({ type: "key", key });
		return this;
	}

	press(id: string): this {
		return this.act({ type: "key", key: { id } });
	}

	act(action: Action): this {
		const { intentions, state } = reduce(this.state, action);
		this.state = state;
		this.intentions.push(...intentions);
		return this;
	}

	answer(result: Result): this {
		return this.act({ type: "done", ticket: this.state.jobs[result.job] ?? -1, ...result });
	}

	fail(job: JobKind, failure: Note): this {
		return this.act({ type: "failed", job, ticket: this.state.jobs[job] ?? -1, failure });
	}

	happen(...events: Event[]): this {
		return this.act({ type: "events-received", events });
	}

	resume(state: object): this {
		const { intentions, state: next } = resumed(this.state, { ...resumption, state });
		this.state = next;
		this.intentions.push(...intentions);
		return this;
	}

	/** Intentions since the last call. */
	wanted(): string[] {
		const jobs = this.intentions.map((intention) => intention.job);
		this.forget();
		return jobs;
	}

	/** Forgets the intentions so far, so that a test sees only those of the keys that it is about. */
	forget(): this {
		this.intentions = [];
		return this;
	}
}

/** A session that is resumed; the test supplies its state. */
export const resumption = { id: "", whole: true, name: "", ago: 0, changed: 0, example: "" };

export const enter = "\r";
export const down = "\x1b[B";
export const traced = { probes: [], exercises: [], signals: [], output: "", answered: true };

/** The application has started and answered its probe. */
export const started: Event = { event: "application-started", where: "rehearsal", run: 1 };
export const answeredProbe: Event = { event: "probe-tried", command: redis.application.probes[0] ?? "", ok: true, output: "" };

const begun = (initial?: Answers): Drive =>
	(initial ? new Drive().act({ type: "started", initial }) : withoutCages()).answer({ job: "requirements", value: [] });

/** Started on a machine without cages. */
export const withoutCages = (): Drive =>
	new Drive().act({ type: "started" }).answer({ job: "home", value: { cages: [], sessions: [] } });

export const atChoices = (...choices: readonly Choice[]): Drive => begun().answer({ job: "choices", value: choices }).forget();
export const atForm = (initial: Answers = redis): Drive => begun(initial).answer({ job: "validate", value: [] }).forget();
export const atTrace = (): Drive => atForm().type(enter).answer({ job: "validate", value: [] }).forget();
export const atEndOfTrace = (): Drive => atTrace().answer({ job: "trace", value: traced }).forget();

/** Answers the plan of the current answers. */
export const planned = (wizard: Drive): Drive => wizard.answer({ job: "plan", value: planFor(wizard.state.answers ?? redis) });
export const atFiles = (): Drive => planned(atEndOfTrace()).forget();
const twice = enter + enter;
export const atBuild = (): Drive => atFiles().type(twice).forget();

export const finished: FinishedCage = {
	name: "redis",
	root: "/r",
	data: "/d",
	record: "/m",
	answered: true,
	warnings: [],
	next: [],
	command: "cagewright make redis --yes",
	service: "redis-server.service",
	installs: true,
	names: { initiatedBy: "", implementedBy: "", proposal: "operator" },
};

export const tried = (answered: boolean, missing: readonly Missing[] = []): Round => {
	return { round: 1, probes: [], failedExercises: [], missing, answered, output: "" };
};

/** The screen was drawn: a page can be scrolled down by this number of lines. */
export const measured = (scrollEnd: number) => ({ type: "measured", scrollEnd }) as const;

export const atTrial = (round: Round): Drive => atBuild().type(enter).answer({ job: "try", value: round }).forget();

export const safe = { job: "selftest", value: { test: selftestOf() } } as const;
/** The self-test has passed. */
export const atVerdict = (): Drive => atTrial(tried(true)).answer(safe).forget();

export function atSave(names: Partial<FinishedCage["names"]> = {}): Drive {
	const value = { ...finished, names: { ...finished.names, ...names } };
	return atVerdict().type(twice).answer({ job: "finish", value }).forget();
}
