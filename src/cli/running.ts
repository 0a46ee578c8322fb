/** Verbs that start a cage or reach into a running one. */

import type { RunningMachine } from "../engine/context.ts";
import { Commands } from "../system/commands.ts";
import { UtilLinuxLauncher } from "../system/launch/launcher.ts";
import type { LaunchOptions } from "../system/launch/method.ts";
import { auditingMachine } from "./auditing-machine.ts";

export * from "./reading.ts";
export { run, shell, signal } from "./run.ts";

export function machine(state: string, launching: LaunchOptions, commands = new Commands()): RunningMachine {
	return { ...auditingMachine(state), launcher: new UtilLinuxLauncher(state, launching, commands), commands };
}
