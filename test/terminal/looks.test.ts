import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isLong, some } from "../long.ts";
import { temporaryState } from "../system/cagewright.ts";
import { leave, newWizard, openTerminal, openWizard, wizardProgram } from "./wizards.ts";

/** An SGR sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what such a sequence begins with
const styled = /\x1b\[[\d;:]*m/;

/** At first, the demonstration is selected. */
const selectedTemplate = /^❯ (?!demo)\S+ /m;

describe("the wizard on terminals of all kinds", () => {
	it.each(
		some(1, [
			["NO_COLOR", [], { NO_COLOR: "1" }],
			["--no-color", ["--no-color"], {}],
		]),
	)("has no colours with %s", async (_, args, env) => {
		const wizard = await newWizard(args, { env });
		wizard.press("j");
		await wizard.sees(selectedTemplate);
		await leave(wizard);
		expect(wizard.raw).not.toMatch(styled);
	});

	it.runIf(isLong)("has colours otherwise", async () => {
		const wizard = await newWizard([], { env: { NO_COLOR: "" } });
		await leave(wizard);
		expect(wizard.raw).toMatch(styled);
	});

	it.each(
		some(1, [
			["the locale has nothing else", [], { LANG: "C", LC_ALL: "C" }],
			["it is asked for", ["--ascii"], {}],
		]),
	)("prints only ASCII if %s", async (_, args, env) => {
		const wizard = await newWizard(args, { env });
		await leave(wizard);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
		expect(wizard.raw).toMatch(/^[\x00-\x7f]*$/);
	});

	const titled = "\x1b]2;Cagewright\x1b\\";

	it.runIf(isLong)("sets the window's title, and restores it", async () => {
		const wizard = await newWizard();
		await leave(wizard);
		expect(wizard.raw).toContain(titled);
		expect(wizard.raw.lastIndexOf("\x1b[23;2t")).toBeGreaterThan(wizard.raw.lastIndexOf(titled));
	});

	it.runIf(isLong)("does nothing to the window that a setting turns off, or on a console", async () => {
		const state = temporaryState();
		const off = { title: false, notify: false, copy: false };
		mkdirSync(state, { recursive: true, mode: 0o700 });
		writeFileSync(join(state, "settings.json"), JSON.stringify({ terminal: off }), { mode: 0o600 });
		for (const wizard of [openWizard(state), openWizard(temporaryState(), [], { env: { TERM: "linux" } })]) {
			await wizard.sees(/demo\s+Demonstration/);
			await leave(wizard);
			for (const sequence of ["\x1b]", "\x1b[?1004h", "\x1b[22;2t"]) expect(wizard.raw).not.toContain(sequence);
		}
	});

	it("with --inline keeps the terminal's text, and its last frame once below it", async () => {
		const line = `node ${wizardProgram} --state ${temporaryState()} --inline`;
		const wizard = openTerminal(["sh", "-c", `seq -f 'line %g' 40; exec ${line}`]);
		await wizard.sees(/demo\s+Demonstration/);
		wizard.press("jjjk");
		await wizard.sees(selectedTemplate);
		for (const rows of [24, 30]) {
			await wizard.seesAt(90, rows, /^─{90}$/m);
			await wizard.sees(selectedTemplate);
		}
		await leave(wizard);
		expect(wizard.raw).not.toContain("\x1b[?1049h");
		const history = await wizard.history();
		for (let number = 1; number <= 39; number++) expect(history).toContain(`line ${number}`);
		expect(history.filter((row) => row.startsWith("Cagewright"))).toHaveLength(1);
	});
});
