import { beforeAll, expect, test } from "vitest";
import { inProcess, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { preparedDemo } from "../system/prepared.ts";
import { openWizard } from "./wizards.ts";

const state = temporaryState();
beforeAll(() => preparedDemo(state));

async function linesOn(words: readonly string[], columns: number): Promise<string[]> {
	const program = openWizard(state, words, { columns });
	await program.ended;
	return program.raw.split("\r\n").map((line) => line.trimEnd());
}

test.each(["doctor", "apps", "apps ssh", "check demo"])("%s wraps between words on a terminal only", async (words) => {
	const columns = 70;
	// A process of another test may start or end between both runs, and may share the cage's account.
	await eventually(async () => {
		const shown = await linesOn(words.split(" "), columns);
		const piped = (await inProcess(words.split(" "), { state })).stdout;
		const fits = (line: string) => line.length <= columns || !/\S {1,2}\S/.test(line.slice(0, columns).trim());
		expect(shown.filter((line) => !fits(line) && !line.includes("cagewright "))).toEqual([]);
		expect(piped.split("\n").some((line) => line.length > columns)).toBe(true);
		const plain = (text: string) => text.replace(/\s+/g, " ").trim();
		expect(plain(shown.join(" "))).toBe(plain(piped));
	});
});

test("show --history is a table, and --json has the lines of the log", async () => {
	const words = ["show", "demo", "--history"];
	const [head = "", shown = "", ...more] = await linesOn(words, 160);
	expect(head).toMatch(/^Time {2,}Event {2,}Details$/);
	expect(shown).toMatch(
		/^\d{4}-\d\d-\d\d [\d:]{8} UTC {2}made {2,}generation: 1, rounds: 1, files: \d+, size: \d+ MB, answered: yes/,
	);
	expect(head.indexOf("Details")).toBe(shown.indexOf("generation: 1"));
	const { json } = await inProcess([...words, "--json"], { state });
	expect(json.history).toEqual([expect.stringMatching(/^\S+Z made \{"generation":1,.*\}$/)]);
	expect((await inProcess(words, { state })).stdout.trimEnd().split("\n")).toEqual([head, shown, ...more.filter(Boolean)]);
});
