import type { Note } from "../../src/core/failure.ts";
import type { Missing } from "../../src/core/plan/missing.ts";
import type { Answers } from "../../src/core/questions/answers.ts";
import type { Event } from "../../src/engine/events.ts";
import type { Choice } from "../../src/wizard/choice.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/keys.ts";
import { reduce } from "../../src/wizard/reduce.ts";
import { resumed } from "../../src/wizard/results.ts";
import type { Finished, Round } from "../../src/wizard/session/values.ts";
import { type Action, type Intention, type JobKind, type Result, startState, type WizardState } from "../../src/wizard/state.ts";
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
		this.intentions = [];
		return jobs;
	}
}

/** A session that is resumed; the test supplies its state. */
export const resumption = { id: "", whole: true, name: "", ago: 0, changed: 0, example: "" };

export const enter = "\r";
export const down = "\x1b[B";
export const traced = { probes: [], exercises: [], signals: [], output: "", answered: true };

export function atChoices(...choices: readonly Choice[]): Drive {
	const wizard = new Drive().act({ type: "started" }).answer({ job: "requirements", value: [] });
	wizard.answer({ job: "choices", value: choices }).wanted();
	return wizard;
}

export function atForm(initial: Answers = redis): Drive {
	const wizard = new Drive().act({ type: "started", initial }).answer({ job: "requirements", value: [] });
	return wizard.answer({ job: "validate", value: [] });
}

export const atTrace = (): Drive => atForm().type(enter).answer({ job: "validate", value: [] });

export function atFiles(): Drive {
	return atTrace()
		.answer({ job: "trace", value: traced })
		.answer({ job: "plan", value: planFor(redis) });
}

export const atBuild = (): Drive => atFiles().type(enter + enter);

export const finished: Finished = {
	name: "redis",
	root: "/r",
	data: "/d",
	record: "/m",
	answered: true,
	warnings: [],
	command: "cagewright make redis --yes",
	next: [],
	service: "redis-server.service",
	installs: true,
	names: { initiatedBy: "", implementedBy: "operator", asks: false },
};

export const tried = (answered: boolean, missing: readonly Missing[] = []): Round => ({
	round: 1,
	probes: [],
	failedExercises: [],
	missing,
	answered,
	output: "",
});

export function atTrial(round: Round): Drive {
	const wizard = atBuild().type(enter).answer({ job: "try", value: round });
	wizard.wanted();
	return wizard;
}

/** The self-test has passed. */
export function atVerdict(): Drive {
	const wizard = atTrial(tried(true)).answer({ job: "selftest", value: { test: selftestOf() } });
	wizard.wanted();
	return wizard;
}

export function atSave(names: Partial<Finished["names"]> = {}): Drive {
	const value = { ...finished, names: { ...finished.names, ...names } };
	const wizard = atVerdict().type(enter).answer({ job: "finish", value });
	wizard.wanted();
	return wizard;
}
