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
	await wizard.pressAt(/demo\s+demo/, "/redis");
	await wizard.pressAt(/❯ redis\s+template/, keys.enter, keys.enter);
	await wizard.pressAt("[ Start tracing ]", keys.enter);
	await wizard.pressAt("It answers.", keys.enter);
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
	await wizard.pressAt(/[1-9]\d* left out/, "/redis.conf");
	await wizard.pressAt(/\[All 1\]/, keys.enter);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);

	wizard.resize(60, 15);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);
	wizard.resize(columns, rows);
	await wizard.sees(/❯ \[.\] \/etc\/redis\/redis\.conf/);

	wizard.press("/", keys.escape);
	await wizard.sees(/▸ \[✓\] Libraries/);
	// Undo everything; the first plan returns.
	wizard.press("u");
	await wizard.pressAt(/ 0 left out/, "\x12");
	await wizard.pressAt(/[1-9]\d* left out/, "u", "u");
	await wizard.sees("There is nothing to undo.");
	await wizard.sees(/ 0 left out/);

	// An empty writable directory becomes a rule of the equivalent command.
	wizard.press("/var/lib/redis", keys.enter);
	await wizard.pressAt(/❯ \[w\] \/var\/lib\/redis/, "e");
	await wizard.sees("starts empty");
	await wizard.pressAt(/filter: /, keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
	expect(wizard.isRestored).toBe(true);
	expect(wizard.raw).not.toContain("\x1b[3J");
	expect(leftovers(state)).toEqual([]);
});
