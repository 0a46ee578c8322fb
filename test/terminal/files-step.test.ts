import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { home, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys, PtyProgram } from "./terminal.ts";

/** The files step with a plan of this machine: what keys do to which rows, and what comes of it at the end. */
let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

async function atFiles(state: string, columns: number, rows: number): Promise<PtyProgram> {
	const args = [join(home, "bin/cagewright.js"), "--state", state];
	const wizard = new PtyProgram(process.execPath, args, { columns, rows });
	running = wizard;
	await wizard.sees(/demo\s+demo/);
	wizard.press("/redis");
	await wizard.sees(/> redis\s+template/);
	wizard.press(keys.enter, keys.enter);
	await wizard.sees("[ Start tracing ]");
	wizard.press(keys.enter);
	await wizard.sees("It answers.");
	wizard.press(keys.enter);
	await wizard.sees(/step 3\/7.*left out/s);
	return wizard;
}

it.each([
	["80x24", 80, 24],
	["200x60", 200, 60],
] as const)("files of redis at %s: keys in one read, resize, search, undo", async (_size, columns, rows) => {
	const state = temporaryState();
	const wizard = await atFiles(state, columns, rows);
	await wizard.sees(/> \+ \[x\] Program/);

	// To the configuration, into it and its second row, all in one read. It stays out while the next plan is made, and in that plan.
	wizard.press("\x1b[H", "jj", "l", "jj", " ");
	await wizard.sees(/> +\[ \] .*\n.*Accounts/s);
	await wizard.sees(/[1-9]\d* left out/);
	wizard.press("/redis.conf");
	await wizard.sees(/<All 1>/);
	wizard.press(keys.enter);
	await wizard.sees(/> \[.\] \/etc\/redis\/redis\.conf/);

	// Another size, and the same row.
	wizard.resize(60, 15);
	await wizard.sees(/> \[.\] \/etc\/redis\/redis\.conf/);
	wizard.resize(columns, rows);
	await wizard.sees(/> \[.\] \/etc\/redis\/redis\.conf/);

	wizard.press("/", keys.escape);
	await wizard.sees(/\+ \[x\] Libraries/);
	// Everything that was decided is taken back, and the plan from before is there again.
	wizard.press("u");
	await wizard.sees(/ 0 left out/);
	wizard.press("\x12");
	await wizard.sees(/[1-9]\d* left out/);
	wizard.press("u", "u");
	await wizard.sees("Nothing was decided before that.");
	await wizard.sees(/ 0 left out/);

	// State that begins empty is a rule of the command that does the same.
	wizard.press("/var/lib/redis", keys.enter);
	await wizard.sees(/> \[w\] \/var\/lib\/redis/);
	wizard.press("e");
	await wizard.sees("begins empty");
	await wizard.sees(/filter: /);
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
	expect(wizard.isRestored).toBe(true);
	expect(wizard.raw).not.toContain("\x1b[3J");
	expect(leftovers(state)).toEqual([]);
});
