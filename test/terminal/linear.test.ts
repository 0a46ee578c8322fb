import { describe, expect, it } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { leftovers } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { openWizard, sessionAtFiles } from "./wizards.ts";

const steering = "\x1b";

describe("the wizard line by line", () => {
	it("leads to a saved cage, and draws nothing", async () => {
		const state = temporaryState();
		await sessionAtFiles(state);
		const wizard = openWizard(state, ["--linear", "--resume", "demo"], { rows: 60 });
		/** Answers, and waits for this output and question. */
		const answer = async (line: string, heading: string, asked: string) => {
			const from = wizard.raw.length;
			wizard.press(line, keys.enter);
			await eventually(() =>
				expect(wizard.raw.slice(from)).toMatch(new RegExp(`${heading}.*Your choice, Enter: ${asked}: $`, "s")),
			);
		};
		const printed = (text: RegExp) => eventually(() => expect(wizard.raw).toMatch(text));
		await printed(/Step 3 of 7: Files. Cage: demo.*Your choice, Enter: continue: $/s);
		await answer("", "Step 4 of 7: Accounts", "continue");
		await answer("b", "Step 3 of 7: Files", "continue");
		await answer("", "Step 4 of 7: Accounts", "continue");
		await answer("", "Step 5 of 7: Build", "build and test");
		await answer("", "Step 6 of 7: Trial", "save");
		const untilShell = wizard.raw;
		wizard.press("!", keys.enter);
		await wizard.pressAt("cage demo:/", "echo from within", keys.enter, "exit", keys.enter);
		await eventually(() => expect(wizard.raw.slice(untilShell.length)).toMatch(/\r\nfrom within.*Your choice, Enter: save: $/s));
		const shell = wizard.raw.slice(untilShell.length);
		await answer("", "Step 7 of 7: Save", "choose");
		wizard.press(keys.enter);
		await printed(/The cage demo is ready. Its application answers.*Your choice, Enter: choose: $/s);
		const [, names = ""] = /(\d+)\. (?:selected: )?Name the responsible people/.exec(wizard.raw) ?? [];
		wizard.press(names, keys.enter);
		await printed(/initiated by \(optional\) \(type '\.' to go back\): $/s);
		wizard.press("Erika Mustermann", keys.enter);
		await printed(/implemented by \(optional\) \(type '\.' to go back\): $/s);
		await answer("", "The records of this cage and of all later ones name", "choose");
		wizard.press("1", keys.enter);
		expect((await wizard.ended).exitCode).toBe(0);
		expect(wizard.raw).toContain(`cagewright --state ${state} make demo --yes`);
		expect(wizard.raw.replace(shell, "")).not.toContain(steering);
		expect((await cagewright(["show", "demo", "--json"], { state })).json.generation).toBe(1);
		expect((await cagewright(["record", "demo"], { state })).stdout).toContain("Erika Mustermann");
		expect(leftovers(state)).toEqual([]);
	});

	it.runIf(isLong)("starts automatically if the environment announces a screen reader", async () => {
		const wizard = openWizard(temporaryState(), [], { rows: 60, env: { INK_SCREEN_READER: "true" } });
		await wizard.sees("Your choice, Enter: choose:");
		expect(wizard.raw).not.toContain(steering);
		wizard.press(keys.ctrlC);
		await wizard.pressAt("(y/n)", keys.ctrlC);
		expect((await wizard.ended).exitCode).toBe(130);
	});

	it.runIf(isLong)("stops running work on SIGTERM, on a terminal that can only write lines", async () => {
		const state = temporaryState();
		const wizard = openWizard(state, [], { rows: 60, env: { TERM: "dumb" } });
		await wizard.pressAt("Your choice, Enter: choose:", "1", keys.enter);
		await wizard.pressAt("Your choice, Enter: start tracing:", keys.enter);
		await wizard.sees("Your choice, Enter: continue:");
		wizard.kill("SIGTERM");
		expect((await wizard.ended).exitCode).toBe(143);
		expect(leftovers(state)).toEqual([]);
	});

	it("does not take the end of input for an answer", async () => {
		const state = temporaryState();
		const wizard = openWizard(state, ["--linear"], { rows: 60 });
		await wizard.pressAt("Your choice, Enter: choose:", "\x04");
		expect((await wizard.ended).exitCode).toBe(1);
		expect((await cagewright(["list", "--json"], { state })).json.cages).toEqual([]);
	});
});
