import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { isLong, some } from "../long.ts";
import { inProcess, temporaryState } from "../system/cagewright.ts";
import { preparedDemo } from "../system/prepared.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { openTerminal, openWizard, wizardProgram } from "./wizards.ts";

const state = temporaryState();
beforeAll(() => preparedDemo(state));

/** The names for the record, asked once for all cages. */
describe("a question on a terminal", () => {
	const record = () => openWizard(state, ["record", "demo", "-o", `${state}/record.md`]);

	it.each(
		some(1, [
			["Ctrl-C", 130, (program: PtyProgram) => program.press("\x03")],
			["TERM", 143, (program: PtyProgram) => program.kill("SIGTERM")],
		]),
	)("is ended by %s, and nothing was done", async (_, status, end) => {
		const program = record();
		await program.sees("Who initiated this");
		end(program);
		expect((await program.ended).exitCode).toBe(status);
		expect(existsSync(`${state}/record.md`)).toBe(false);
		expect(existsSync(`${state}/settings.json`)).toBe(false);
	});

	it("is not asked while another program reads the record, and a reader that stops is no error", async () => {
		const line = `"$0" "$1" --state "$2" record demo | head -n 1; echo "status \${PIPESTATUS[0]}"`;
		const piped = openTerminal(["bash", "-c", line, process.execPath, wizardProgram, state]);
		expect((await piped.ended).exitCode).toBe(0);
		expect(piped.raw).toMatch(/^# [^\r\n]*demo[^\r\n]*\r\nstatus 0\r\n$/);
	});

	it("is asked once: the answer is stored, and Ctrl-D is no answer", async () => {
		const program = record();
		await program.sees("Who initiated this");
		program.press("Ada (CISO)", keys.enter);
		await program.sees("Who implemented it");
		program.press("\x04");
		expect((await program.ended).exitCode).toBe(0);
		expect(readFileSync(`${state}/record.md`, "utf8")).toMatch(/Initiated by: Ada \\?\(CISO\\?\)\n- Implemented by: open/);
		const again = record();
		expect((await again.ended).exitCode).toBe(0);
		expect(again.raw).not.toContain("Who");
	});
});

describe("a saved template that differs", () => {
	const path = `${state}/templates/mine.json`;
	const save = ["template", "save", "demo", "--as", "mine"];
	const edited = () => writeFileSync(path, readFileSync(path, "utf8").replace(/"cwd": "[^"]*"/, '"cwd": "/srv"'));

	it("is replaced only after a question or with --replace", async () => {
		for (const words of [save, save]) expect((await inProcess(words, { state })).status).toBe(0);
		edited();
		const changed = readFileSync(path, "utf8");
		expect(await inProcess(save, { state })).toMatchObject({ status: 2, stdout: "", stderr: /mine already exists.*--replace/ });
		for (const [answer, status] of Object.entries({ n: 1, y: 0 })) {
			const program = openWizard(state, save);
			await program.sees(/- \/application\/cwd: "\/srv"\s[\s\S]*Replace template mine\? \[y\/N\]/);
			expect(readFileSync(path, "utf8")).toBe(changed);
			program.press(answer, keys.enter);
			expect((await program.ended).exitCode).toBe(status);
		}
		expect(readFileSync(path, "utf8")).not.toBe(changed);
		edited();
		expect((await inProcess([...save, "--replace"], { state })).status).toBe(0);
		expect(readFileSync(path, "utf8")).not.toBe(changed);
	});

	it("is removed after a question, or with --yes", async () => {
		const asking = openWizard(state, ["template", "remove", "mine"]);
		await asking.sees("Remove template mine? [y/N]");
		asking.press(keys.enter);
		expect((await asking.ended).exitCode).toBe(1);
		expect(existsSync(path)).toBe(true);
		const removing = openWizard(state, ["template", "remove", "mine", "--yes"]);
		expect((await removing.ended).exitCode).toBe(0);
		expect(existsSync(path)).toBe(false);
	});
});

it.runIf(isLong)("a dumb terminal without UTF-8 gets whole lines of ASCII", async () => {
	const sitting = { columns: 60, rows: 15, env: { TERM: "dumb", LC_ALL: "C" } };
	const trial = openWizard(state, ["trial", "demo", "--no-selftest"], sitting);
	expect((await trial.ended).exitCode).toBe(0);
	expect(trial.raw).toMatch(/^Trial in the cage, round 1 of 1\.\.\.\r\n[\x20-\x7e\r\n]*$/);
});
