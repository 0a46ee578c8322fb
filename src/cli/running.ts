/** Verbs that start a cage or reach into a running one. */

import type { RunningMachine } from "../base/engine/context.ts";
import { Commands } from "../base/host/tools.ts";
import { UtilLinuxLauncher } from "../launch/host/launcher.ts";
import type { LaunchOptions } from "../launch/host/method.ts";
import { auditingMachine } from "./auditing-machine.ts";

export { run, shell, signal } from "../launch/verbs/run.ts";
export * from "./reading.ts";

export function machine(state: string, launching: LaunchOptions, commands = new Commands()): RunningMachine {
	return { ...auditingMachine(state), launcher: new UtilLinuxLauncher(state, launching, commands), commands };
}
