import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { home, make, temporaryState } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

const state = temporaryState();
let running: PtyProgram | undefined;
beforeAll(async () => {
	await make(["demo"], { state });
}, 60_000);
afterEach(() => {
	running?.kill("SIGKILL");
	running?.dispose();
});

/** The names for the record, asked once for all cages. */
describe("a question on a terminal", () => {
	async function record() {
		const args = ["--state", state, "record", "demo", "-o", `${state}/record.md`];
		running = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), ...args], { columns: 80, rows: 24, env: {} });
		return running;
	}

	it.each([
		["Ctrl-C", 130, (program: PtyProgram) => program.press("\x03")],
		["TERM", 143, (program: PtyProgram) => program.kill("SIGTERM")],
	])("is ended by %s, and nothing was done", async (_, status, end) => {
		const program = await record();
		await program.sees("Who initiated this");
		end(program);
		expect((await program.ended).exitCode).toBe(status);
		expect(existsSync(`${state}/record.md`)).toBe(false);
		expect(existsSync(`${state}/settings.json`)).toBe(false);
	});

	it("is asked once: the answer is stored, and Ctrl-D is no answer", async () => {
		const program = await record();
		await program.sees("Who initiated this");
		program.press("Ada (CISO)", keys.enter);
		await program.sees("Who implemented it");
		program.press("\x04");
		expect((await program.ended).exitCode).toBe(0);
		expect(readFileSync(`${state}/record.md`, "utf8")).toMatch(/Initiated by: Ada \\?\(CISO\\?\)\n- Implemented by: open/);
		const again = await record();
		expect((await again.ended).exitCode).toBe(0);
		expect(again.raw).not.toContain("Who");
	});
});

it("a dumb terminal without UTF-8 gets whole lines of ASCII", async () => {
	const args = [join(home, "bin/cagewright.js"), "--state", state, "trial", "demo", "--no-selftest"];
	const env = { TERM: "dumb", LC_ALL: "C" };
	running = new PtyProgram(process.execPath, args, { columns: 60, rows: 15, env });
	expect((await running.ended).exitCode).toBe(0);
	expect(running.raw).toMatch(/^Trial in the cage, round 1 of 1\.\.\.\r\n[\x20-\x7e\r\n]*$/);
});
