import type { RunningMachine } from "../engine/context.ts";
import { Commands } from "../system/commands.ts";
import { UtilLinuxLauncher } from "../system/launch/launcher.ts";
import type { Launching } from "../system/launch/method.ts";
import { auditingMachine } from "./auditing-machine.ts";

export function runningMachine(state: string, launching: Launching, commands = new Commands()): RunningMachine {
	return { ...auditingMachine(state), launcher: new UtilLinuxLauncher(state, launching, commands), commands };
}
