import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, inject } from "vitest";
import { cagewright, home } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

/** Wizards that are closed and opened again. Each is closed after its test. */
const opened: PtyProgram[] = [];

afterEach(async () => {
	for (const one of opened.splice(0)) await one.close();
});

export function openWizard(state: string, ...args: string[]): PtyProgram {
	const wizard = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", state, ...args], {
		columns: 80,
		rows: 24,
	});
	opened.push(wizard);
	return wizard;
}

export const form = "[ Start tracing ]";
/** Enter only works once the plan is made. */
export const plannedFiles = /step 3\/7.*left out$/ms;
export const offered = /❯ demo\s+session\s+step \d of 7/;

export async function seesChoices(wizard: PtyProgram): Promise<void> {
	await wizard.sees(/demo\s+demo/);
}

/** Goes from the list to a trace that answers. */
export async function untilAnswered(wizard: PtyProgram): Promise<void> {
	await seesChoices(wizard);
	wizard.press(keys.enter);
	await wizard.sees(form);
	wizard.press(keys.enter);
	await wizard.sees("It answers.");
}

/** Copies a session at its files step into a state folder. Each worker traces it once. */
export async function sessionAtFiles(state: string): Promise<void> {
	const prepared = join(inject("prepared"), `session-${process.env.VITEST_POOL_ID}`);
	if (!existsSync(prepared)) {
		const making = `${prepared}.part`;
		mkdirSync(making, { mode: 0o755, recursive: true });
		const wizard = openWizard(making);
		await untilAnswered(wizard);
		wizard.press(keys.enter);
		await wizard.sees(plannedFiles);
		wizard.press(keys.ctrlC, keys.ctrlC);
		await wizard.ended;
		execFileSync("mv", [making, prepared]);
	}
	mkdirSync(state, { recursive: true });
	execFileSync("cp", ["-a", `${prepared}/.`, state]);
}

/** Opens the wizard at the files step of such a session. */
export async function atFiles(state: string): Promise<PtyProgram> {
	await sessionAtFiles(state);
	const wizard = openWizard(state, "--resume", "demo");
	await wizard.sees(plannedFiles);
	return wizard;
}

export interface ListedSession {
	readonly id: string;
	readonly name: string;
	readonly screen: string;
	readonly holder?: number;
}

export async function sessionsOf(state: string): Promise<readonly ListedSession[]> {
	return (await cagewright(["sessions", "list", "--json"], { state })).json.sessions as never;
}
