import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { cagewright } from "../system/cagewright.ts";
import { type Ordinary, ordinaryUser, readableProgram } from "../system/ordinary.ts";
import { keys, PtyProgram } from "./terminal.ts";
import { takeNames, traced } from "./to-trial.ts";

let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
});

function openWizard({ enter, env, state }: Ordinary, copy: string): PtyProgram {
	const [program = "", ...rest] = [...enter, process.execPath, join(copy, "bin/cagewright.js"), "--state", state];
	running = new PtyProgram(program, rest, { columns: 80, rows: 24, ...(env ? { env } : {}) });
	return running;
}

it("the wizard leads an ordinary user to a cage that answers", async () => {
	const copy = readableProgram();
	const user = ordinaryUser(copy);
	const wizard = openWizard(user, copy);
	await wizard.pressAt(/demo\s+demo/, keys.enter);
	await wizard.pressAt("[ Start tracing ]", keys.enter);
	await wizard.sees("It answers.", 60);
	await traced(wizard);
	await wizard.sees("It answers from its cage", 60);
	wizard.press(keys.enter);
	await wizard.sees("make demo --yes");
	await takeNames(wizard);
	wizard.press(keys.enter);
	expect((await wizard.ended).exitCode).toBe(0);
	expect((await cagewright(["show", "demo", "--json"], user)).json.generation).toBe(1);
	expect((await cagewright(["unit", "demo"], user)).stdout).toMatch(
		new RegExp(`^ExecStart=/\\S+ ${copy}/dist/main.js --state ${user.state} run demo$`, "m"),
	);
});
