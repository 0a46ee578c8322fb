import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cagewright, home, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys, PtyProgram } from "./terminal.ts";
import { takeNames, traced } from "./to-trial.ts";

/** The wizard on a terminal, judged only by its screen. */
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

/** The first screen is complete when the applications were found. */
async function seesChoices(wizard: PtyProgram): Promise<void> {
	await wizard.sees(/demo\s+demo/);
}

/** The files step with its plan, because Enter only works then. */
const plannedFiles = /step 3\/7.*left out/s;

/** `dispose` checks the terminal. */
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
		await wizard.pressAt("[ Start tracing ]", keys.enter);
		await wizard.sees("It answers.");
		await traced(wizard);
		await wizard.pressAt("It answers from its cage", keys.enter);
		await wizard.sees("make demo --yes");
		await takeNames(wizard);
		wizard.press(keys.enter);
		await expectCleanEnd(wizard, 0);
		// The equivalent command stays visible after the alternate screen.
		expect((await wizard.screen()).join("\n")).toContain(`cagewright --state ${state} make demo --yes`);
		const shown = await cagewright(["show", "demo", "--json"], { state });
		expect(shown.json.generation).toBe(1);
		expect(leftovers(state)).toEqual([]);
	});
});

describe("the wizard", () => {
	it("finds redis by search and cages it", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press("/redis");
		await wizard.sees(/❯ redis\s+template/);
		// The first Enter ends the search, the second chooses.
		wizard.press(keys.enter, keys.enter);
		await wizard.pressAt("[ Start tracing ]", keys.enter);
		await wizard.sees("It answers.");
		await traced(wizard);
		await wizard.pressAt("It answers from its cage", keys.enter);
		await wizard.sees("make redis --yes");
		await takeNames(wizard);
		wizard.press(keys.enter);
		await expectCleanEnd(wizard, 0);
		const shown = await cagewright(["show", "redis", "--json"], { state });
		expect(shown.json.files).toBeLessThan(25);
		expect(leftovers(state)).toEqual([]);
	});

	it("displays German on request", async () => {
		const wizard = openWizard(temporaryState(), { args: ["--lang", "de"] });
		await wizard.pressAt("Käfig", "q");
		await wizard.pressAt(/j|J/, keys.ctrlC);
		await expectCleanEnd(wizard, 130);
	});

	it("asks at the first Ctrl-C and exits at the second, without a cage", async () => {
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
	] as const)("stops the traced application and restores the terminal on %s", async (signal, status) => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.pressAt("[ Start tracing ]", keys.enter);
		await wizard.sees("It answers.");
		wizard.kill(signal);
		await expectCleanEnd(wizard, status);
		expect(leftovers(state)).toEqual([]);
	});

	it("keeps every answer when going back", async () => {
		const wizard = openWizard(temporaryState());
		await seesChoices(wizard);
		wizard.press(keys.enter);
		await wizard.pressAt("[ Start tracing ]", keys.enter);
		await wizard.pressAt("It answers.", keys.enter);
		await wizard.pressAt(plannedFiles, keys.enter);
		await wizard.pressAt("step 4/7", keys.escape);
		await wizard.pressAt(plannedFiles, keys.escape);
		await wizard.sees("step 2/7");
		// The trace is kept, so the application does not start again.
		wizard.press(keys.enter);
		await wizard.pressAt(plannedFiles, keys.ctrlC, keys.ctrlC);
		await expectCleanEnd(wizard, 130);
	});

	it("names the verb to use without a terminal", async () => {
		const result = await cagewright([], { state: temporaryState() });
		expect(result.status).toBe(2);
		expect(result.stderr).toMatch(/cagewright make/);
		expect(result.stderr.trim().split("\n")).toHaveLength(1);
	});
});
