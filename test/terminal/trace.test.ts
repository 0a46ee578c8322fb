import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isLong } from "../long.ts";
import { temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { fetchPage, freePort } from "../system/network.ts";
import { scoped } from "../system/scoped.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { leave, openWizard, toTrace } from "./wizards.ts";

/** The trace step on a terminal. */

async function traces(state: string, name: string, size = {}): Promise<PtyProgram> {
	const wizard = openWizard(state, [], size);
	await toTrace(wizard, name);
	return wizard;
}

const client = "redis-cli -h 127.0.0.1 -p 6379";

describe("the trace of redis", () => {
	it.runIf(isLong)(
		"shows processes and coverage, runs a proposed exercise, and adds another run, which may be stopped",
		async () => {
			const state = temporaryState();
			const wizard = await traces(state, "redis");
			await wizard.sees("It answers.");
			await wizard.pressAt(/✓.*BGSAVE/, keys.tab);
			await wizard.sees(/\[Processes 1\].*\n❯ \d+ redis-server .*more threads/);
			// The process that wrote the file has exited.
			await wizard.pressAt(/\n {4}\d+ redis-server .*exited \(0\)/, keys.tab);
			await wizard.pressAt(/\[Paths \d+\].*\n❯ \//, keys.tab);
			await wizard.sees("Used from redis-server: programs 1 of 1, configuration 1 of 1");
			await wizard.pressAt(`❯ ${client} BGREWRITEAOF`, "xx");
			await wizard.sees("No more exercises are known.");
			await wizard.sees(/✓ 6 of 6 probes and exercises answered|✓.*EVAL/);
			await wizard.sees(/nothing new (for \d+ seconds|since the last exercise).*Press Enter/s);
			wizard.press("r");
			await wizard.pressAt("Run 2: its trace is added to the earlier ones.", keys.escape);
			await wizard.pressAt("The earlier runs are kept", "r");
			await wizard.sees("Run 2: its trace is added to the earlier ones.");
			await wizard.pressAt("It answers.", keys.enter);
			await wizard.sees("2 runs are complete");
			await wizard.sees(/This run added/);
			wizard.press(keys.enter);
			await wizard.pressAt(/step 3\/7.*left out/s, keys.enter);
			await wizard.pressAt("step 4/7", keys.enter);
			// The exercise is among the answers, and so in the equivalent command.
			await wizard.pressAt("step 5/7", "d");
			await wizard.sees(/^Exercises [\s\S]*BGREWRITEAOF/m);
			await leave(wizard, state);
		},
	);
});

describe("the trace of the demonstration", () => {
	it.runIf(isLong)("is redrawn at each size, and handles keys of one chunk one by one", async () => {
		const state = temporaryState();
		const wizard = await traces(state, "demo", { columns: 60, rows: 15 });
		await wizard.sees("It answers.");
		await wizard.sees(/\[Output\] Processes 1/);
		await wizard.seesAt(200, 60, /Processes: 1 running.*Newest paths.*Coverage, and proposals for exercises/s);
		await wizard.sees("Application output");
		await wizard.sees("The application belongs to no package");
		await wizard.seesAt(80, 24, /\[Output\] Processes 1/);
		// Several resizes that arrive late and at once, while it draws.
		wizard.kill("SIGSTOP");
		wizard.resize(200, 60);
		wizard.resize(60, 15);
		wizard.resize(40, 12);
		wizard.kill("SIGCONT");
		await wizard.sees(/\[Output\] 1\/4/);
		await wizard.seesAt(80, 24, /\[Output\] Processes 1/);
		// One read contains a view, a page and back, a typed exercise, and Enter.
		wizard.press(keys.tab, keys.tab, "?", "q", "e", "true", keys.enter);
		await wizard.sees(/\[Paths/);
		await wizard.pressAt("✓ true", keys.enter);
		await wizard.sees(/step 3\/7.*left out/s);
		await leave(wizard, state);
	});
});

describe("a running process", () => {
	it("is found by its port, traced while it runs, and keeps running", async () => {
		const port = await freePort();
		const words = ["-m", "http.server", String(port), "--bind", "127.0.0.1"];
		await using server = scoped(spawn("python3", words, { cwd: "/srv", stdio: "ignore" }));
		const page = () => fetchPage(`http://127.0.0.1:${port}/`);
		await eventually(page);
		const state = temporaryState();
		const wizard = openWizard(state, [], { columns: 100, rows: 30 });
		await wizard.pressAt(/demo\s+Demonstration/, `/${port}`);
		await wizard.pressAt(/❯ \S+\s+running/, keys.enter, "w");
		await wizard.pressAt(`Process ${server.pid} is traced while it runs`, keys.enter);
		await wizard.pressAt("It answers.", keys.tab);
		await wizard.pressAt(new RegExp(`\\n❯ ${server.pid} python`), keys.enter);
		await wizard.sees(/step 3\/7/);
		await leave(wizard, state);
		expect(await page()).toContain("Directory listing");
		expect(server.exitCode).toBeNull();
	});
});
