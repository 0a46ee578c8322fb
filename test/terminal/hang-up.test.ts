import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { isLong, some } from "../long.ts";
import { inProcess, temporaryFolder, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { preparedDemo } from "../system/prepared.ts";
import { leftovers } from "../system/processes.ts";
import { scoped } from "../system/scoped.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { openTerminal, wizardProgram } from "./wizards.ts";

/**
 * A terminal that disappears, as when a connection breaks. The program can no longer read or write it. The kernel sends HUP to the
 * shell only, which may send it to the program later or never.
 */

const folder = temporaryFolder("hang-up");
let count = 0;

/** Starts the program on a terminal of `script`. The function ends that terminal, and returns the program's exit status. */
function openLine(state: string, words: string): { program: PtyProgram; hangUp: () => Promise<number> } {
	const status = `${folder}/status-${count++}`;
	const line = `trap : HUP; "${process.execPath}" "${wizardProgram}" --state "${state}" ${words}; echo $? >"${status}"`;
	const program = openTerminal(["script", "--quiet", "--command", line, "/dev/null"]);
	const hangUp = async () => {
		program.kill("SIGKILL");
		await program.ended;
		return await eventually(() => {
			expect(readFileSync(status, "utf8")).toMatch(/^\d+\n$/);
			return Number(readFileSync(status, "utf8"));
		});
	};
	return { program, hangUp };
}

describe("a terminal that hangs up", () => {
	const state = temporaryState();
	beforeAll(async () => {
		await preparedDemo(state);
		expect((await inProcess(["template", "save", "demo", "--as", "mine"], { state })).status).toBe(0);
	});

	it.each(
		some(2, [
			["remove demo", "[y/N]"],
			["", "demo"],
			["template remove mine", "Remove template mine?"],
			["record demo -o /dev/null", "Who initiated this"],
			["--linear", "Your choice, Enter:"],
		]),
	)("ends '%s' with 129, and nothing is changed", async (words, text) => {
		const { hangUp, program } = openLine(state, words);
		await program.sees(text);
		expect(await hangUp()).toBe(129);
		expect(existsSync(`${state}/templates/mine.json`)).toBe(true);
		expect(existsSync(`${state}/cages/demo/current`)).toBe(true);
		expect(leftovers(state)).toEqual([]);
	});

	it("ends the trace of a running process, which keeps running", async () => {
		await using watched = scoped(spawn("sleep", ["infinity"], { stdio: "ignore" }));
		const { hangUp, program } = openLine(state, `trace --name seen --attach ${watched.pid} --probe true`);
		await program.sees("press Enter");
		expect(await hangUp()).toBe(129);
		expect(watched.exitCode).toBe(null);
		expect(leftovers(state)).toEqual([]);
	});

	it("is the end of input for a shell in a cage", async () => {
		const { hangUp, program } = openLine(state, "shell demo");
		await program.sees("cage demo:/");
		expect(await hangUp()).toBe(0);
		expect(leftovers(state)).toEqual([]);
	});

	it.runIf(isLong)("ends the wizard while it traces, and the trace is cleaned up", async () => {
		const state = temporaryState();
		const { hangUp, program } = openLine(state, "");
		await program.pressAt(/demo\s+Demonstration/, keys.enter);
		await program.pressAt("[ Start tracing ]", keys.enter);
		await program.sees("It answers.");
		expect(await hangUp()).toBe(129);
		expect(leftovers(state)).toEqual([]);
	});
});
