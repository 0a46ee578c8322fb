import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { home, temporaryState } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const wizardLine = (args: readonly string[]) => [join(home, "bin/cagewright.js"), "--state", temporaryState(), ...args];

async function openWizard(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<PtyProgram> {
	running = new PtyProgram(process.execPath, wizardLine(args), { columns: 80, rows: 24, env });
	await running.sees(/demo\s+demo/);
	return running;
}

async function leave(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.ctrlC);
	await wizard.sees("(y/n)");
	wizard.press(keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
}

/** An SGR sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what such a sequence begins with
const styled = /\x1b\[[\d;:]*m/;

/** At first, the demonstration is selected. */
const selectedTemplate = /^❯ \S+ +template /m;

describe("the wizard on terminals of all kinds", () => {
	it.each([
		["NO_COLOR", [], { NO_COLOR: "1" }],
		["--no-color", ["--no-color"], {}],
	])("has no colours with %s", async (_, args, env) => {
		const wizard = await openWizard(args, env);
		wizard.press("j");
		await wizard.sees(selectedTemplate);
		await leave(wizard);
		expect(wizard.raw).not.toMatch(styled);
	});

	it("has colours otherwise", async () => {
		const wizard = await openWizard([], { NO_COLOR: "" });
		await leave(wizard);
		expect(wizard.raw).toMatch(styled);
	});

	it.each([
		["the locale has nothing else", [], { LANG: "C", LC_ALL: "C" }],
		["it is asked for", ["--ascii"], {}],
	])("prints only ASCII if %s", async (_, args, env) => {
		const wizard = await openWizard(args, env);
		await leave(wizard);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
		expect(wizard.raw).toMatch(/^[\x00-\x7f]*$/);
	});

	it("with --inline keeps the terminal's text, and its last frame once below it", async () => {
		const line = ["node", ...wizardLine(["--inline"])].join(" ");
		const wizard = new PtyProgram("sh", ["-c", `seq -f 'line %g' 40; exec ${line}`], { columns: 80, rows: 24 });
		running = wizard;
		await wizard.sees(/demo\s+demo/);
		wizard.press("jjjk");
		await wizard.sees(selectedTemplate);
		for (const [columns, rows] of [
			[90, 24],
			[90, 30],
		] as const) {
			wizard.resize(columns, rows);
			await wizard.sees(new RegExp(`^─{${columns}}$`, "m"));
			await wizard.sees(selectedTemplate);
		}
		await leave(wizard);
		expect(wizard.raw).not.toContain("\x1b[?1049h");
		const history = await wizard.history();
		for (let number = 1; number <= 39; number++) expect(history).toContain(`line ${number}`);
		expect(history.filter((row) => row.startsWith("Cagewright"))).toHaveLength(1);
	});
});
