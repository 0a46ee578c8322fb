import { largePlan } from "../test/ui/large-plan.ts";
import { redis } from "../test/ui/scripted-session.ts";
import type { Bench, Result } from "./harness.ts";
import { keysWhilePlanning } from "./keys-while-planning.ts";
import { atPlanning } from "./wizard-screen.ts";

const count = 10_000;
const repetitions = 15;
/** A person notices a later answer. */
const budget = 50;

/** From the first row, whose group is open because its secrets need a decision. */
const libraries = "\x1b[Hhj";
const resources = "\x1b[Hhjjjj";

/** Keys in the files step, from a state that `before` leads to; `after` leads back. */
const cases: readonly {
	readonly what: string;
	readonly keys: string;
	readonly before?: string;
	readonly after?: readonly string[];
}[] = [
	{ what: "down in an open group", before: `${libraries}l`, keys: "j" },
	{ what: "page down in an open group", before: `${libraries}l`, keys: "\x1b[6~" },
	{ what: "to the end", before: `${libraries}l`, keys: "G", after: ["\x1b[H"] },
	{ what: "a group of a fifth of them opened", before: libraries, keys: "l", after: ["h"] },
	{ what: "half of them opened", before: resources, keys: "*", after: ["*"] },
	{ what: "Space on an entry", before: `${libraries}llj`, keys: " ", after: ["u"] },
	{ what: "Space on a fifth of them", before: libraries, keys: " ", after: ["u"] },
	{ what: "Space on half of them", before: resources, keys: " ", after: ["u"] },
	{ what: "undo of half of them", before: `${resources} `, keys: "u", after: [" "] },
	{ what: "redo of half of them", before: `${resources} u`, keys: "\x12", after: ["u"] },
	{ what: "half of them in again", before: `${resources} `, keys: " ", after: ["u"] },
	{ what: "a folder of a fifth of them selected", before: `${libraries}l`, keys: "j", after: ["k"] },
	{ what: "out with all of a kind", before: `${libraries}llj`, keys: "t", after: ["u"] },
	{ what: "out with all of a package", before: `${libraries}llj`, keys: "p", after: ["u"] },
	{ what: "out with what a pattern matches", before: `${libraries}llj`, keys: "g\r", after: ["u"] },
	// Caches of an earlier search or view must not help, so another one comes in between.
	{ what: "the first letter of a search", before: "/", keys: "e", after: ["\x15x", "\x15"] },
	{ what: "the fifth letter of a search", before: "/libe", keys: "x", after: ["\x15libe"] },
	{ what: "letters that lie apart", before: "/usrx8", keys: "6", after: ["\x15usrx8"] },
	{ what: "the next view", keys: "\t", after: ["\x1b[Z", "\x1b[Z", "\t"] },
	{ what: "all that a search found left out", before: "/page-1\r", keys: "a", after: ["u"] },
	{ what: "all that a search found in again", before: "/page-1\ra", keys: "a", after: ["u"] },
	{ what: "the view of what goes in", before: "\t\t", keys: "\t", after: ["\t", "\x1b[Z", "\x1b[Z"] },
	{ what: "the next that waits", keys: "!" },
];

/** Milliseconds from a key to the next picture, with more entries than the largest real cage. */
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
					for (const keys of one.after ?? []) await screen.press(keys);
				}
				screen.close();
				results.push({ what: `${one.what}, ${columns} columns`, values, unit: "ms", target: { atMost: budget } });
			}
		}
		return [...results, ...(await keysWhilePlanning(budget))];
	},
};

/** Stays at the first plan: those that decisions request are never made. */
async function atFiles(columns: number) {
	let isFirst = true;
	const screen = atPlanning(columns, async () => {
		if (!isFirst) return new Promise<never>(() => {});
		isFirst = false;
		return largePlan(redis, count);
	});
	const { store } = screen;
	while (!store.state.plan) await new Promise((resolve) => setTimeout(resolve, 10));
	if (store.state.screen !== "files") throw new Error(`the bench is at ${store.state.screen}`);
	return screen;
}
