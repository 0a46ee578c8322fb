import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { statusField } from "../system/processes.ts";
import { keys } from "./terminal.ts";
import { openWizard } from "./wizards.ts";

describe("tracing a process on a terminal", () => {
	let watched: ReturnType<typeof spawn>;
	beforeEach(() => {
		watched = spawn("sleep", ["infinity"], { stdio: "ignore" });
	});
	afterEach(async () => {
		watched.kill();
		if (watched.signalCode === null) await once(watched, "close");
	});

	it.each([
		["Enter, and then it is stored", keys.enter, 0],
		["Ctrl-C, and then nothing is", "\x03", 130],
	])("lasts until %s", async (_, key, status) => {
		const pid = String(watched.pid);
		const words = ["trace", "--name", "seen", "--attach", pid, "--probe", "true"];
		const running = openWizard(temporaryState(), words);
		await running.sees("press Enter");
		expect(statusField(watched.pid ?? 0, "TracerPid")).not.toBe("0");
		running.press(key);
		expect((await running.ended).exitCode).toBe(status);
		await eventually(() => expect(statusField(watched.pid ?? 0, "TracerPid")).toBe("0"));
		expect(watched.exitCode).toBe(null);
		expect(running.raw.includes("Traced seen")).toBe(status === 0);
	});
});
