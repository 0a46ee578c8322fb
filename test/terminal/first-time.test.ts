import { expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { openWizard } from "./wizards.ts";

it("leads a new user to a saved redis with few keys", async () => {
	const state = temporaryState();
	const wizard = openWizard(state);
	let pressed = 0;
	const typed: string[] = [];
	const press = (key: string) => {
		pressed++;
		wizard.press(key);
	};
	const type = (text: string) => {
		typed.push(text);
		wizard.press(text);
	};

	await wizard.sees(/demo\s+demo/);
	press("/");
	type("redis");
	await wizard.sees(/❯ redis\s+template/);
	// The first Enter ends the search, the second chooses.
	press(keys.enter);
	press(keys.enter);
	// On every following screen, Enter accepts the proposal.
	await wizard.sees("[ Start tracing ]");
	press(keys.enter);
	await wizard.sees("It answers.", 60);
	press(keys.enter);
	await wizard.sees(/step 3\/7.*left out/s, 60);
	press(keys.enter);
	await wizard.sees("step 4/7");
	press(keys.enter);
	await wizard.sees("step 5/7");
	press(keys.enter);
	await wizard.sees(/It answers from its cage/, 60);
	press(keys.enter);
	await wizard.sees("make redis --yes");
	// The names for the record: accept the proposal.
	await wizard.sees("initiated by");
	press(keys.enter);
	await wizard.sees("implemented by");
	press(keys.enter);
	await wizard.sees("The records of this cage and of all later ones name");
	press(keys.enter);
	expect((await wizard.ended).exitCode).toBe(0);

	expect(pressed).toBeLessThanOrEqual(12);
	expect(typed).toEqual(["redis"]);
	const shown = await cagewright(["show", "redis", "--json"], { state });
	expect(shown.json.generation).toBe(1);
	expect(shown.json.files).toBeLessThan(25);
	expect(leftovers(state)).toEqual([]);
});
