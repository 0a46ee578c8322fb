import { expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { leftovers } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { finish, openWizard, planned, save, sessionAtFiles } from "./wizards.ts";

it("removes unneeded files from a candidate: Esc changes nothing, Enter tests and saves the best result", async () => {
	const state = temporaryState();
	await sessionAtFiles(state);
	const wizard = openWizard(state, ["--resume", "demo"], { columns: 100, rows: 40 });
	await planned(wizard);
	await wizard.sees("escape techniques tried: 0 succeed");

	wizard.press("m");
	await wizard.pressAt("The first trial runs with all files", keys.escape);
	await wizard.sees("Stopped. The cage was not changed.");
	await eventually(() => expect(leftovers(state)).toEqual([]));

	wizard.press("m");
	// Stop early, because the rest takes minutes.
	await wizard.sees(/Trial \d+ of about \d+: [1-9]\d* files? \(/, 90);
	wizard.press(keys.enter);
	const shown = await wizard.sees("Press b to build");
	const [, out = "", of = ""] = /demo does not need (\d+) of its (\d+) files/.exec(shown) ?? [];
	expect(shown).toMatch(/Left out, by kind:.*Left out, by package:/s);
	wizard.press("b");
	await wizard.sees(/^2 +yes/m);
	await wizard.pressAt("escape techniques tried: 0 succeed", keys.enter);
	await save(wizard);
	await wizard.sees("make demo --minimise --yes");
	await finish(wizard);

	const cage = (await cagewright(["show", "demo", "--json"], { state })).json;
	expect(cage.files).toBe(Number(of) - Number(out));
	expect(await cagewright(["trial", "demo", "--no-selftest", "--quiet"], { state })).toMatchObject({ status: 0 });
	await eventually(() => expect(leftovers(state)).toEqual([]));
});
