import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { home, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import { keys, PtyProgram } from "./terminal.ts";

/** The files step with a plan of this machine, and its effect on the command. */
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
	await wizard.sees(/❯ redis\s+template/);
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
	await wizard.sees(/❯ ▸ \[✓\] Program/);

	// To the second row of the configuration in one read. It stays out in the new plan.
	wizard.press("\x1b[H", "jj", "l", "jj", " ");
	await wizard.sees(/❯ +\[ \] .*\n.*Accounts/s);
	await wizard.sees(/[1-9]\d* left out/);
	wizard.press("/redis.conf");
	await wizard.sees(/\[All 1\]/);
	wizard.press(keys.enter);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);

	wizard.resize(60, 15);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);
	wizard.resize(columns, rows);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);

	wizard.press("/", keys.escape);
	await wizard.sees(/▸ \[✓\] Libraries/);
	// Undo everything; the first plan returns.
	wizard.press("u");
	await wizard.sees(/ 0 left out/);
	wizard.press("\x12");
	await wizard.sees(/[1-9]\d* left out/);
	wizard.press("u", "u");
	await wizard.sees("There is nothing to undo.");
	await wizard.sees(/ 0 left out/);

	// An empty writable directory becomes a rule of the equivalent command.
	wizard.press("/var/lib/redis", keys.enter);
	await wizard.sees(/❯ \[w\] \/var\/lib\/redis/);
	wizard.press("e");
	await wizard.sees("starts empty");
	await wizard.sees(/filter: /);
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
	expect(wizard.isRestored).toBe(true);
	expect(wizard.raw).not.toContain("\x1b[3J");
	expect(leftovers(state)).toEqual([]);
});
