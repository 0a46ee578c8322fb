import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { render } from "ink";
import { createElement } from "react";
import { decodeKeys, nothingDecoded } from "../../src/core/wizard/keys.ts";
import type { WizardSession } from "../../src/engine/session.ts";
import { messagesFor } from "../../src/messages/messages.ts";
import { App } from "../../src/ui/app.tsx";
import { WizardStore } from "../../src/ui/store.ts";
import { largePlan } from "../ui/large-plan.ts";
import { redis, ScriptedSession } from "../ui/scripted-session.ts";
import type { Bench, Result } from "./harness.ts";

const count = 50_000;
const repetitions = 15;
/** A screen shows sixty pictures a second; what is later, one feels. */
const budget = 16;

/** From the first row, whose group is open because its secrets wait. */
const libraries = "\x1b[Hhj";
const resources = "\x1b[Hhjjjj";

/** Keys that a person presses in the files, from a state that `before` leads to. */
const cases: readonly { readonly what: string; readonly keys: string; readonly before?: string; readonly after?: string }[] = [
	{ what: "down in an open group", before: `${libraries}l`, keys: "j" },
	{ what: "page down in an open group", before: `${libraries}l`, keys: "\x1b[6~" },
	{ what: "to the end", before: `${libraries}l`, keys: "G", after: "\x1b[H" },
	{ what: "a group of a fifth of them opened", before: libraries, keys: "l", after: "h" },
	{ what: "half of them opened", before: resources, keys: "*", after: "*" },
	{ what: "Space on an entry", before: `${libraries}llj`, keys: " ", after: "u" },
	{ what: "Space on a fifth of them", before: libraries, keys: " ", after: "u" },
	{ what: "Space on half of them", before: resources, keys: " ", after: "u" },
	{ what: "undo of half of them", before: `${resources} `, keys: "u", after: " " },
	{ what: "the first letter of a search", before: "/", keys: "e", after: "\x15" },
	{ what: "the fifth letter of a search", before: "/libe", keys: "x", after: "\x15" },
	{ what: "letters that lie apart", before: "/usrx8", keys: "6", after: "\x15" },
	{ what: "the next view", keys: "\t", after: "\x1b[Z" },
	{ what: "all that a search found left out", before: "/page-1\r", keys: "a", after: "u" },
	{ what: "the next that waits", keys: "!" },
];

/** Milliseconds from a key to the picture that follows, with as many entries as a cage may ever have. */
export const wizard: Bench = {
	name: "wizard",
	async run() {
		const results: Result[] = [];
		for (const columns of [80, 200]) {
			for (const one of cases) {
				const screen = await atFiles(columns);
				const values: number[] = [];
				await screen.press(one.before ?? "");
				for (let repetition = 0; repetition < repetitions; repetition++) {
					values.push(await screen.press(one.keys));
					if (one.after !== undefined) await screen.press(one.after);
				}
				screen.close();
				results.push({ what: `${one.what}, ${columns} columns`, values, unit: "ms", target: { atMost: budget } });
			}
		}
		const arrivals: number[] = [];
		for (let repetition = 0; repetition < 5; repetition++) {
			const screen = await atFiles(200);
			await screen.press(`${libraries}lj `);
			arrivals.push(await screen.plan());
			screen.close();
		}
		results.push({ what: "a new plan arrives (no key)", values: arrivals, unit: "ms" });
		return results;
	},
};

/** Never answers by itself: the plan is handed over by the bench. */
class SilentSession extends ScriptedSession {
	override plan() {
		return new Promise<never>(() => {});
	}
}

async function atFiles(columns: number) {
	const session: WizardSession = new SilentSession();
	const store = new WizardStore(session);
	const output = new Output(columns);
	store.dispatch({ type: "resized", columns, rows: columns === 80 ? 24 : 60 });
	const look = { messages: messagesFor("en"), color: true, ascii: false };
	// Every picture at once: else Ink would make those of one moment one, and some keys would cost nothing.
	const instance = render(createElement(App, { store, look }), {
		stdout: output as unknown as NodeJS.WriteStream,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	const drawn = async (work: () => void): Promise<number> => {
		const before = output.written;
		const started = performance.now();
		work();
		// React draws in a microtask; what changes nothing is not drawn.
		for (let turn = 0; turn < 20 && output.written === before; turn++) await Promise.resolve();
		return performance.now() - started;
	};
	store.dispatch({ type: "started", initial: redis });
	const plan = () => {
		const { answers = redis, jobs } = store.state;
		const made = largePlan(answers, count);
		return drawn(() => store.dispatch({ type: "done", job: "plan", ticket: jobs.plan ?? 0, value: made }));
	};
	store.dispatch({ type: "done", job: "lacks", ticket: store.state.jobs.lacks ?? 0, value: [] });
	store.dispatch({ type: "done", job: "validate", ticket: store.state.jobs.validate ?? 0, value: [] });
	store.press([{ id: "enter" }]);
	store.dispatch({ type: "done", job: "validate", ticket: store.state.jobs.validate ?? 0, value: [] });
	store.dispatch({
		type: "done",
		job: "trace",
		ticket: store.state.jobs.trace ?? 0,
		value: { probes: [], exercises: [], signals: [], output: "", answered: true },
	});
	await plan();
	if (store.state.screen !== "files" || !store.state.plan) throw new Error(`the bench is at ${store.state.screen}`);
	return {
		plan,
		press: (input: string) => drawn(() => store.press(decodeKeys(nothingDecoded, input).keys)),
		close() {
			instance.unmount();
			store.dispose();
		},
	};
}

/** A terminal that shows nothing and counts what it gets. */
class Output extends Writable {
	readonly isTTY = true;
	readonly rows = 60;
	readonly columns: number;
	written = 0;

	constructor(columns: number) {
		super();
		this.columns = columns;
		EventEmitter.setMaxListeners(50, this);
	}

	override _write(_chunk: unknown, _encoding: string, done: () => void): void {
		this.written++;
		done();
	}
}
