import { describe, expect, it } from "vitest";
import { cagewright, temporaryState } from "../system/cagewright.ts";
import { keys } from "./terminal.ts";
import { openWizard } from "./wizards.ts";

/** The wizard on a terminal, judged only by its screen. */

describe("the wizard", () => {
	it("asks at the first Ctrl-C and exits at the second, without a cage", async () => {
		const state = temporaryState();
		const wizard = openWizard(state);
		await wizard.pressAt(/demo\s+demo/, keys.ctrlC);
		await wizard.pressAt("(y/n", keys.ctrlC);
		expect((await wizard.ended).exitCode).toBe(130);
		expect((await cagewright(["list", "--json"], { state })).json.cages).toEqual([]);
	});

	it("names the verb to use without a terminal", async () => {
		const result = await cagewright([], { state: temporaryState() });
		expect(result.status).toBe(2);
		expect(result.stderr).toMatch(/cagewright make/);
		expect(result.stderr.trim().split("\n")).toHaveLength(1);
	});
});
