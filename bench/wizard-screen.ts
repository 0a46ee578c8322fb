import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { render } from "ink";
import { createElement } from "react";
import { loadMessages } from "../src/messages/load.ts";
import type { Answers } from "../src/options/answers.ts";
import type { Plan } from "../src/plan/plan.ts";
import { App } from "../src/wizard/draw.tsx";
import { systemClock } from "../src/wizard/host/clock.ts";
import { WizardStore } from "../src/wizard/runner.ts";
import { decodeKeys, nothingDecoded } from "../src/wizard/state/keys.ts";
import { redis, ScriptedSession } from "../test/ui/scripted-session.ts";
import { waitedForProcessor } from "./harness.ts";

/** A session whose plans the bench makes. */
class PlanningSession extends ScriptedSession {
	readonly #make: (answers: Answers) => Promise<Plan>;

	constructor(make: (answers: Answers) => Promise<Plan>) {
		super();
		this.#make = make;
	}

	override plan(answers: Answers) {
		return this.#make(answers);
	}
}

const messages = await loadMessages("en");

/** The wizard at the start of planning, drawn as on a terminal; `store` asks `make` for each plan. */
export function atPlanning(columns: number, make: (answers: Answers) => Promise<Plan>) {
	const store = new WizardStore(new PlanningSession(make), systemClock);
	const output = new Output(columns);
	store.dispatch({ type: "resized", columns, rows: columns === 80 ? 24 : 60 });
	const look = { messages, color: true, ascii: false };
	// Draw every picture at once. Otherwise Ink would merge pictures, and some keys would seem to cost nothing.
	const instance = render(createElement(App, { store, look }), {
		stdout: output as unknown as NodeJS.WriteStream,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	const drawn = async (work: () => void): Promise<number> => {
		const before = output.written;
		const waited = waitedForProcessor();
		const started = performance.now();
		work();
		// React draws in a microtask; without a change nothing is drawn.
		for (let turn = 0; turn < 20 && output.written === before; turn++) await Promise.resolve();
		return Math.max(0, performance.now() - started - (waitedForProcessor() - waited));
	};
	const done = (job: "requirements" | "validate") =>
		store.dispatch({ type: "done", job, ticket: store.state.jobs[job] ?? 0, value: [] });
	store.dispatch({ type: "started", initial: redis });
	done("requirements");
	done("validate");
	store.press([{ id: "enter" }]);
	done("validate");
	store.dispatch({
		type: "done",
		job: "trace",
		ticket: store.state.jobs.trace ?? 0,
		value: { probes: [], exercises: [], signals: [], output: "", answered: true },
	});
	return {
		store,
		drawn,
		press: (input: string) => drawn(() => store.press(decodeKeys(nothingDecoded, input).keys)),
		close() {
			instance.unmount();
			store.dispose();
		},
	};
}

/** A terminal that shows nothing and counts its input. */
class Output extends Writable {
	readonly isTTY = true;
	readonly rows: number;
	readonly columns: number;
	written = 0;

	constructor(columns: number) {
		super();
		this.columns = columns;
		this.rows = columns === 80 ? 24 : 60;
		EventEmitter.setMaxListeners(50, this);
	}

	override _write(_chunk: unknown, _encoding: string, done: () => void): void {
		this.written++;
		done();
	}
}
