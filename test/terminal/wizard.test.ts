import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cagewright, home, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys, PtyProgram } from "./terminal.ts";
import { takeNames } from "./to-trial.ts";

/** The wizard as a person has it: a terminal, keys, and what the screen shows. Nothing else is looked into. */
let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

function openWizard(state: string, { columns = 80, rows = 24, args = [] as string[], env = {} } = {}): PtyProgram {
	running = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", state, ...args], {
		columns,
		rows,
		env,
	});
	return running;
}

/** The first screen is complete when the applications of this machine have been found. */
async function seesChoices(wizard: PtyProgram): Promise<void> {
	await wizard.sees(/demo\s+demo/);
}

/** The files step with its plan: Enter goes on from there only once that is made. */
const plannedFiles = /step 3\/7.*left out/s;

/** What holds for the terminal whatever happened in it is checked when it is disposed of. */
async function expectCleanEnd(wizard: PtyProgram, status: number): Promise<void> {
	expect((await wizard.ended).exitCode).toBe(status);
}

describe.each([
	["80x24", 80, 24],
	["200x60", 200, 60],
])("the wizard at %s", (_size, columns, rows) => {
	it("leads from the demonstration to a cage that answers", async () => {
		const state = temporaryState();
		const wizard = openWizard(state, { columns, rows });
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.sees("[ Start tracing ]");
		wizard.press(keys.enter);
		await wizard.sees("It answers.");
		wizard.press(keys.enter);
		await wizard.sees(plannedFiles);
		wizard.press(keys.enter);
		await wizard.sees("step 4/7");
		wizard.press(keys.enter);
		await wizard.sees("step 5/7");
		wizard.press(keys.enter);
		await wizard.sees("It answers from inside its cage");
		wizard.press(keys.enter);
		await wizard.sees("make demo --yes");
		await takeNames(wizard);
		wizard.press(keys.enter);
		await expectCleanEnd(wizard, 0);
		// The equivalent command stays to be read after the alternate screen is gone.
		expect((await wizard.screen()).join("\n")).toContain(`cagewright --state ${state} make demo --yes`);
		const shown = await cagewright(["show", "demo", "--json"], { state });
		expect(shown.json.generation).toBe(1);
		expect(leftovers(state)).toEqual([]);
	});
});

describe("the wizard", () => {
	it("puts redis into a cage, found by search", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press("/redis");
		await wizard.sees(/> redis\s+template/);
		// The first ends the search, the second chooses.
		wizard.press(keys.enter, keys.enter);
		await wizard.sees("[ Start tracing ]");
		wizard.press(keys.enter);
		await wizard.sees("It answers.");
		wizard.press(keys.enter);
		await wizard.sees(plannedFiles);
		wizard.press(keys.enter);
		await wizard.sees("step 4/7");
		wizard.press(keys.enter);
		await wizard.sees("step 5/7");
		wizard.press(keys.enter);
		await wizard.sees("It answers from inside its cage");
		wizard.press(keys.enter);
		await wizard.sees("make redis --yes");
		await takeNames(wizard);
		wizard.press(keys.enter);
		await expectCleanEnd(wizard, 0);
		const shown = await cagewright(["show", "redis", "--json"], { state });
		expect(shown.json.files).toBeLessThan(25);
		expect(leftovers(state)).toEqual([]);
	});

	it("speaks German where it is asked to", async () => {
		const wizard = openWizard(temporaryState(), { args: ["--lang", "de"] });
		await wizard.sees("Käfig");
		wizard.press("q");
		await wizard.sees(/j|J/);
		wizard.press(keys.ctrlC);
		await expectCleanEnd(wizard, 130);
	});

	it("asks at the first Ctrl-C and ends at the second, with nothing made", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press(keys.ctrlC);
		await new Promise((resolve) => setTimeout(resolve, 300));
		wizard.press(keys.ctrlC);
		await expectCleanEnd(wizard, 130);
		expect((await cagewright(["list", "--json"], { state })).json.cages).toEqual([]);
	});

	it.each([
		["SIGHUP", 129],
		["SIGTERM", 143],
	] as const)("ends the traced application and gives the terminal back on %s", async (signal, status) => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.sees("[ Start tracing ]");
		wizard.press(keys.enter);
		await wizard.sees("It answers.");
		wizard.kill(signal);
		await expectCleanEnd(wizard, status);
		expect(leftovers(state)).toEqual([]);
	});

	it("keeps every answer on the way back", async () => {
		const wizard = openWizard(temporaryState());
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.sees("[ Start tracing ]");
		wizard.press(keys.enter);
		await wizard.sees("It answers.");
		wizard.press(keys.enter);
		await wizard.sees(plannedFiles);
		wizard.press(keys.enter);
		await wizard.sees("step 4/7");
		wizard.press(keys.escape);
		await wizard.sees(plannedFiles);
		wizard.press(keys.escape);
		await wizard.sees("step 2/7");
		// The trace is still there: going on does not start the application again.
		wizard.press(keys.enter);
		await wizard.sees(plannedFiles);
		wizard.press(keys.ctrlC, keys.ctrlC);
		await expectCleanEnd(wizard, 130);
	});

	it("says which verb to use where there is no terminal", async () => {
		const result = await cagewright([], { state: temporaryState() });
		expect(result.status).toBe(2);
		expect(result.stderr).toMatch(/cagewright make/);
		expect(result.stderr.trim().split("\n")).toHaveLength(1);
	});
});
