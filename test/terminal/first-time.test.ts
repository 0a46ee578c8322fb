import { expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { form, openWizard, plannedFiles } from "./wizards.ts";

it("leads a new user to a saved redis with few keys", async () => {
	const state = temporaryState();
	const wizard = openWizard(state);
	await wizard.pressAt(/demo\s+Demonstration/, "/redis");
	// The first Enter ends the search, the second chooses.
	await wizard.pressAt(/❯ redis\s/, keys.enter, keys.enter);
	// On every following screen, one Enter accepts the proposal.
	const steps = [form, "It answers.", plannedFiles, "step 4/7", "step 5/7", "It answers from its cage", "❯ Save"];
	for (const text of [...steps, /❯ Finish.*Record .*make redis --yes/s]) {
		await wizard.sees(text);
		wizard.press(keys.enter);
	}
	expect((await wizard.ended).exitCode).toBe(0);
	const shown = await cagewright(["show", "redis", "--json"], { state });
	expect(shown.json.generation).toBe(1);
	expect(shown.json.files).toBeLessThan(30);
	expect(leftovers(state)).toEqual([]);
});
