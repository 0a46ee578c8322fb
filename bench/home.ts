import { inTurn, milliseconds, type Result, ratios } from "./harness.ts";
import { openWizard, untilShown } from "./startup.ts";

/** A person notices a later answer. */
const budget = 50;
const repetitions = 7;
/** Keys, and milliseconds between two: together long enough for the list to be refreshed. */
const keys = 100;
const every = 100;

/** How fast the list of cages opens, compared with the list of applications of a machine without cages, and answers keys. */
export async function homeResults(sizes: readonly number[], stateOf: (size: number) => string): Promise<Result[]> {
	const opens = sizes.map((size) => [`at${size}`, () => untilShown("on this machine", stateOf(size))] as const);
	const measured = await inTurn<string>(repetitions, {
		choices: () => untilShown("Demonstration", stateOf(0)),
		...Object.fromEntries(opens),
	});
	const { choices = [] } = measured;
	const results: Result[] = [];
	for (const size of sizes) {
		const own = measured[`at${size}`] ?? [];
		results.push({
			what: `the list of ${size} cages`,
			against: "the list of applications",
			values: ratios(own, choices),
			unit: "x",
			target: { atMost: 2 },
			note: `${milliseconds(own)} / ${milliseconds(choices)}`,
		});
		const answers = await answersToKeys(stateOf(size));
		results.push({ what: `a key in the list of ${size} cages`, values: answers, unit: "ms", target: { atMost: budget } });
		results.push({ what: "the slowest of them", values: [Math.max(...answers)], unit: "ms" });
	}
	return results;
}

/** Milliseconds from each key to the first output after it. */
async function answersToKeys(state: string): Promise<number[]> {
	const pty = openWizard(state);
	let seen = "";
	let heard = () => {};
	pty.onData((data) => {
		seen += data;
		heard();
	});
	const hears = () => new Promise<void>((resolve) => (heard = resolve));
	while (!seen.includes("on this machine")) await hears();
	const answers: number[] = [];
	for (let at = 0; at < keys; at++) {
		await new Promise((resolve) => setTimeout(resolve, every));
		const started = performance.now();
		const answer = hears();
		pty.write(at % 2 ? "k" : "j");
		await answer;
		answers.push(performance.now() - started);
	}
	const ended = new Promise((resolve) => pty.onExit(resolve));
	pty.write("\x03\x03");
	await ended;
	return answers;
}
