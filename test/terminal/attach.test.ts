import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { statusField } from "../system/processes.ts";
import { scoped } from "../system/scoped.ts";
import { keys } from "./terminal.ts";
import { openWizard } from "./wizards.ts";

it.each([
	["Enter, and then it is stored", keys.enter, 0],
	["Ctrl-C, and then nothing is", keys.ctrlC, 130],
])("tracing a process on a terminal lasts until %s", async (_, key, status) => {
	await using watched = scoped(spawn("sleep", ["infinity"], { stdio: "ignore" }));
	const tracer = () => statusField(watched.pid ?? 0, "TracerPid");
	const words = ["trace", "--name", "seen", "--attach", String(watched.pid), "--probe", "true"];
	const running = openWizard(temporaryState(), words);
	await running.sees("press Enter");
	expect(tracer()).not.toBe("0");
	running.press(key);
	expect((await running.ended).exitCode).toBe(status);
	await eventually(() => expect(tracer()).toBe("0"));
	expect(watched.exitCode).toBe(null);
	expect(running.raw.includes("Traced seen")).toBe(status === 0);
});
