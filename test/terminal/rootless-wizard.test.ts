import { join } from "node:path";
import { expect, it } from "vitest";
import { cagewright } from "../system/cagewright.ts";
import { ordinaryUser, readableProgram } from "../system/ordinary.ts";
import { keys } from "./terminal.ts";
import { finish, openTerminal, planned, save, untilAnswered } from "./wizards.ts";

it("the wizard leads an ordinary user to a cage that answers", async () => {
	const copy = readableProgram();
	const user = ordinaryUser(copy);
	const { enter, env = {}, state } = user;
	const wizard = openTerminal([...enter, process.execPath, join(copy, "bin/cagewright.js"), "--state", state], { env });
	await untilAnswered(wizard);
	wizard.press(keys.enter);
	await planned(wizard);
	await wizard.sees("It answers from its cage");
	wizard.press(keys.enter);
	await save(wizard);
	await wizard.sees("make demo --yes");
	await finish(wizard);
	expect((await cagewright(["show", "demo", "--json"], user)).json.generation).toBe(1);
	expect((await cagewright(["unit", "demo"], user)).stdout).toMatch(
		new RegExp(`^ExecStart=/\\S+ ${copy}/dist/main.js --state ${user.state} run demo$`, "m"),
	);
});
