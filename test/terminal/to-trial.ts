import { join } from "node:path";
import { home } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

export interface Sitting {
	readonly columns?: number;
	readonly rows?: number;
	readonly name?: string;
	/** Continues this session. */
	readonly resume?: string;
}

export const run = join(home, "bin/cagewright.js");

export function openWizard(state: string, { columns = 100, resume, rows = 30 }: Sitting = {}): PtyProgram {
	const words = resume === undefined ? [] : ["--resume", resume];
	return new PtyProgram(process.execPath, [run, "--state", state, ...words], { columns, rows });
}

/** Goes from the start to the first round of a template's trial. */
export async function toTrial(wizard: PtyProgram, name = "demo"): Promise<void> {
	await wizard.pressAt(/demo\s+demo/, `/${name}`);
	await wizard.pressAt(new RegExp(`❯ ${name}`), keys.enter, keys.enter);
	await wizard.pressAt("[ Start tracing ]", keys.enter);
	await wizard.sees("It answers.");
	await traced(wizard);
	await wizard.sees(/step 6\/7.*Gen\./s);
}

/** Goes from the trace to the build, with all proposals. */
export async function traced(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.enter);
	await planned(wizard);
}

/** Goes from the planned files to the build, with all proposals. */
export async function planned(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt(/step 3\/7.*left out/s, keys.enter);
	await wizard.pressAt("step 4/7", keys.enter);
	await wizard.pressAt("step 5/7", keys.enter);
}

/** Accepts the proposed names for the record, which the first wizard of a state folder asks for. */
export async function takeNames(wizard: PtyProgram): Promise<void> {
	await wizard.pressAt("Record: initiated by", keys.enter);
	await wizard.pressAt("Record: implemented by", keys.enter);
	await wizard.sees("The records of this cage and of all later ones name");
}
