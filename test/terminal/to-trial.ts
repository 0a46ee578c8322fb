import { join } from "node:path";
import { home } from "../system/cagewright.ts";
import { keys, PtyProgram } from "./terminal.ts";

export interface Sitting {
	readonly columns?: number;
	readonly rows?: number;
	readonly name?: string;
}

export const run = join(home, "bin/cagewright.js");

export function openWizard(state: string, { columns = 100, rows = 30 }: Sitting = {}): PtyProgram {
	return new PtyProgram(process.execPath, [run, "--state", state], { columns, rows });
}

/** Goes from the start to the first round of a template's trial. */
export async function toTrial(wizard: PtyProgram, name = "demo"): Promise<void> {
	await wizard.sees(/demo\s+demo/);
	wizard.press(`/${name}`);
	await wizard.sees(new RegExp(`❯ ${name}`));
	wizard.press(keys.enter, keys.enter);
	await wizard.sees("[ Start tracing ]");
	wizard.press(keys.enter);
	await wizard.sees("It answers.");
	await traced(wizard);
	await wizard.sees(/step 6\/7.*Gen\./s);
}

/** Goes from the trace to the build, with all proposals. */
export async function traced(wizard: PtyProgram): Promise<void> {
	wizard.press(keys.enter);
	await wizard.sees(/step 3\/7.*left out/s);
	wizard.press(keys.enter);
	await wizard.sees("step 4/7");
	wizard.press(keys.enter);
	await wizard.sees("step 5/7");
	wizard.press(keys.enter);
}

/** Accepts the proposed names for the record, which the first wizard of a state folder asks for. */
export async function takeNames(wizard: PtyProgram): Promise<void> {
	await wizard.sees("Record: initiated by");
	wizard.press(keys.enter);
	await wizard.sees("Record: implemented by");
	wizard.press(keys.enter);
	await wizard.sees("The records of this cage and of all later ones name");
}
