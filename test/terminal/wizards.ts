import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, inject } from "vitest";
import { cagewright, home, temporaryState } from "../system/cagewright.ts";
import { leftovers } from "../system/processes.ts";
import type { Size } from "./frames.ts";
import { keys, PtyProgram } from "./terminal.ts";

export const wizardProgram = join(home, "bin/cagewright.js");

interface Sitting extends Partial<Size> {
	readonly env?: Readonly<Record<string, string>>;
}

const opened: PtyProgram[] = [];

export async function closeWizards(): Promise<void> {
	for (const one of opened.splice(0)) await one.close();
}

/** Starts a program on a terminal. It is closed after the test. */
export function openTerminal(command: readonly string[], { columns = 80, rows = 24, env = {} }: Sitting = {}): PtyProgram {
	const [program = "", ...args] = command;
	const terminal = new PtyProgram(program, args, { columns, rows, env });
	opened.push(terminal);
	return terminal;
}

/** Starts the program, which is the wizard without further words. */
export function openWizard(state: string, words: readonly string[] = [], sitting: Sitting = {}): PtyProgram {
	return openTerminal([process.execPath, wizardProgram, "--state", state, ...words], sitting);
}

/** Starts the wizard in a new state folder. */
export async function newWizard(words: readonly string[] = [], sitting: Sitting = {}): Promise<PtyProgram> {
	const wizard = openWizard(temporaryState(), words, sitting);
	await wizard.sees(/demo\s+(Demonstration|Vorführung)/);
	return wizard;
}

/** Presses Ctrl-C twice, after which nothing of the state folder is in use. */
export async function leave(wizard: PtyProgram, state?: string): Promise<void> {
	wizard.press(keys.ctrlC, keys.ctrlC);
	expect((await wizard.ended).exitCode).toBe(130);
	if (state !== undefined) expect(leftovers(state)).toEqual([]);
}

/** Hangs up, after which nothing of the state folder is in use. */
export async function hangUp(wizard: PtyProgram, state: string): Promise<void> {
	wizard.kill("SIGHUP");
	expect((await wizard.ended).exitCode).toBe(129);
	expect(leftovers(state)).toEqual([]);
}

export const form = "[ Start tracing ]";
/** Enter only works once the plan is made. */
export const plannedFiles = /step 3\/7.*left out( +│.*)?$/ms;
export const offered = /❯ demo\s+session\s+step \d of 7/;

/** Goes from the list to the trace of this template. */
export async function toTrace(wizard: PtyProgram, name: string): Promise<void> {
	await wizard.pressAt(/demo\s+Demonstration/, `/${name}`);
	await wizard.pressAt(new RegExp(`❯ ${name}\\s`), keys.enter, keys.enter);
	await wizard.pressAt(form, keys.enter);
}

/** Goes from the list to a trace that answers. */
export async function untilAnswered(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt(/demo\s+Demonstration/, keys.enter);
	await wizard.pressAt(form, keys.enter);
	await wizard.sees("It answers.");
}

/** Goes from the planned files to the build, with all proposals. */
export async function planned(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt(plannedFiles, keys.enter);
	await wizard.pressAt("step 4/7", keys.enter);
	await wizard.pressAt("step 5/7", keys.enter);
}

/** Saves the cage from the last step's menu. */
export async function save(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt(/❯ Save\n/, keys.enter);
}

/** Ends the wizard, which has saved a cage. */
export async function finish(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt(/❯ Finish/, keys.enter);
	expect((await wizard.ended).exitCode).toBe(0);
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
		await leave(wizard);
		execFileSync("mv", [making, prepared]);
	}
	mkdirSync(state, { recursive: true });
	execFileSync("cp", ["-a", `${prepared}/.`, state]);
}

/** Opens the wizard at the files step of such a session. */
export async function atFiles(state: string, sitting?: Sitting): Promise<PtyProgram> {
	await sessionAtFiles(state);
	const wizard = openWizard(state, ["--resume", "demo"], sitting);
	await wizard.sees(plannedFiles);
	return wizard;
}

export async function sessionsOf(state: string): Promise<readonly { readonly name: string }[]> {
	return (await cagewright(["sessions", "list", "--json"], { state })).json.sessions as never;
}
