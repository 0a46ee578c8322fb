import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cagewright, home, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { fetchPage, freePort } from "../system/network.ts";
import { leftovers } from "../system/processes.ts";
import { keys, PtyProgram } from "./terminal.ts";
import { takeNames, traced } from "./to-trial.ts";

/** The trace step as a person has it, with the demonstration and with redis. */
let running: PtyProgram | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

/** Up to the trace of one application: `row` is how the list shows it once it was searched for. */
async function traces(state: string, name: string, { columns = 80, rows = 24 } = {}): Promise<PtyProgram> {
	const wizard = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", state], { columns, rows });
	running = wizard;
	await wizard.sees(/demo\s+demo/);
	wizard.press(`/${name}`);
	await wizard.sees(new RegExp(`> ${name}\\s+(template|demo)`));
	wizard.press(keys.enter, keys.enter);
	await wizard.sees("[ Start tracing ]");
	wizard.press(keys.enter);
	return wizard;
}

const client = "redis-cli -h 127.0.0.1 -p 6379";

describe("the trace of redis", () => {
	it("shows its processes and what is reached; one key exercises what comes next; another run adds up", async () => {
		const state = temporaryState();
		const wizard = await traces(state, "redis");
		await wizard.sees("It answers.");
		await wizard.sees(/\[ok\].*BGSAVE/);
		wizard.press(keys.tab);
		await wizard.sees(/<Processes 1>.*\n\d+ redis-server .*more threads/);
		// The one that wrote the file has come and gone.
		await wizard.sees(/\n {2}\d+ redis-server .*ended \(0\)/);
		wizard.press(keys.tab);
		await wizard.sees(/<Newest \d+>.*\n\//);
		wizard.press(keys.tab);
		await wizard.sees("Reached of redis-server: programs 1 of 1, configuration 1 of 1");
		await wizard.sees(`> ${client} BGREWRITEAOF`);
		// Both in one read: each runs once.
		wizard.press("xx");
		await wizard.sees("Nothing more is known that could be exercised.");
		await wizard.sees(/\[ok\] 6 of 6 probes and exercises answered|\[ok\].*EVAL/);
		await wizard.sees(/Nothing new (for \d+ seconds|since the last exercise).*: Enter/s, 60);
		wizard.press("r");
		await wizard.sees("Run 2 adds to what is known.", 60);
		await wizard.sees("It answers.");
		wizard.press(keys.enter);
		await wizard.sees("2 runs are complete and add up.", 60);
		await wizard.sees(/This run (showed nothing|added)/);
		await traced(wizard);
		await wizard.sees("It answers from inside its cage", 60);
		wizard.press(keys.enter);
		// What was exercised by a key is part of the same thing as one command line.
		await wizard.sees(/make redis --exercise/, 60);
		await takeNames(wizard);
		wizard.press(keys.enter);
		expect((await wizard.ended).exitCode).toBe(0);
		expect((await wizard.screen()).join(" ")).toContain("BGREWRITEAOF");
		const shown = await cagewright(["show", "redis", "--json"], { state });
		expect((shown.json.application as { exercises: string[] }).exercises).toContain(`${client} BGREWRITEAOF`);
		expect(leftovers(state)).toEqual([]);
	});

	it("keeps what the first run showed where the second is ended, and leaves nothing on HUP", async () => {
		const state = temporaryState();
		const wizard = await traces(state, "redis");
		await wizard.sees("It answers.");
		wizard.press("r");
		await wizard.sees("Run 2 adds to what is known.", 60);
		wizard.press(keys.escape);
		await wizard.sees("What the runs before it showed is kept", 60);
		wizard.press(keys.enter);
		await wizard.sees(/step 3\/7.*left out/s);
		wizard.press(keys.escape);
		await wizard.sees("step 2/7");
		wizard.press("r");
		await wizard.sees("It answers.", 60);
		wizard.kill("SIGHUP");
		expect((await wizard.ended).exitCode).toBe(129);
		expect(leftovers(state)).toEqual([]);
	});
});

describe("the trace of the demonstration", () => {
	it("takes keys that arrive in one chunk one by one", async () => {
		const state = temporaryState();
		const wizard = await traces(state, "demo");
		await wizard.sees("It answers.");
		// A view, a page and back, an exercise of its own typed at once, and it is enough.
		wizard.press(keys.tab, keys.tab, "?", "q", "e", "true", keys.enter);
		await wizard.sees(/<Newest/);
		await wizard.sees("[ok] true");
		wizard.press(keys.enter);
		await wizard.sees(/step 3\/7.*left out/s, 60);
		wizard.press(keys.ctrlC, keys.ctrlC);
		expect((await wizard.ended).exitCode).toBe(130);
		expect(leftovers(state)).toEqual([]);
	});

	it("is drawn anew at each size while it goes on, and shows all of it where there is room", async () => {
		const state = temporaryState();
		const wizard = await traces(state, "demo", { columns: 60, rows: 15 });
		await wizard.sees("It answers.");
		await wizard.sees(/<Output> Processes 1/);
		wizard.resize(200, 60);
		await wizard.sees(/Processes: 1 running.*Newest paths.*Reached, and what to exercise next/s);
		await wizard.sees("Output of the application");
		// No package brings it, and that is said.
		await wizard.sees("No package brings this application");
		wizard.resize(80, 24);
		await wizard.sees(/<Output> Processes 1/);
		// Sizes that it hears of late and all at once, smaller and larger, while it draws what happens.
		for (const sizes of [
			[
				[200, 60],
				[60, 15],
				[40, 12],
			],
			[
				[60, 15],
				[200, 60],
				[40, 12],
			],
		] as const) {
			wizard.resize(80, 24);
			await wizard.sees(/<Output> Processes 1/);
			wizard.kill("SIGSTOP");
			for (const [columns, rows] of sizes) wizard.resize(columns, rows);
			wizard.kill("SIGCONT");
			await wizard.sees(/<Output> Processes Newest Reached/);
		}
		wizard.press(keys.ctrlC, keys.ctrlC);
		expect((await wizard.ended).exitCode).toBe(130);
		await expect.poll(() => leftovers(state), { timeout: 10_000 }).toEqual([]);
	});
});

describe("what runs already", () => {
	it("is found by its port, watched as it runs, and runs on", async () => {
		const port = await freePort();
		const server = spawn("python3", ["-m", "http.server", String(port), "--bind", "127.0.0.1"], { cwd: "/srv", stdio: "ignore" });
		try {
			const page = () => fetchPage(`http://127.0.0.1:${port}/`);
			await eventually(page);
			const state = temporaryState();
			const wizard = new PtyProgram(process.execPath, [join(home, "bin/cagewright.js"), "--state", state], {
				columns: 100,
				rows: 30,
			});
			running = wizard;
			await wizard.sees(/demo\s+demo/);
			wizard.press(`/${port}`);
			await wizard.sees(/> \S+\s+process/);
			wizard.press(keys.enter, "w");
			await wizard.sees(`Process ${server.pid} is watched as it runs`);
			wizard.press(keys.enter);
			await wizard.sees("It answers.");
			wizard.press(keys.tab);
			await wizard.sees(new RegExp(`\\n${server.pid} python`));
			wizard.press(keys.enter);
			await wizard.sees(/step 3\/7/, 60);
			wizard.press(keys.ctrlC, keys.ctrlC);
			expect((await wizard.ended).exitCode).toBe(130);
			expect(leftovers(state)).toEqual([]);
			expect(await page()).toContain("Directory listing");
			expect(server.exitCode).toBeNull();
		} finally {
			server.kill();
		}
	});
});
