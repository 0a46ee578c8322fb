import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { make, program, temporaryState } from "../system/cagewright.ts";
import { freePort } from "../system/network.ts";
import { PtyProgram } from "./terminal.ts";

const state = temporaryState();

beforeAll(async () => {
	const port = await freePort();
	const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`;
	const server = ["/usr/bin/python3", "-m", "http.server", "-b", "127.0.0.1", "-d", "/usr/lib/python3", String(port)];
	await make(["--name", "typed", "--user", "nobody", "--probe", probe, "--", ...server], { state });
});

test("an application that writes to a terminal can neither read what is typed there nor change how it is read", async () => {
	const code = `
import os, time
print("it is a terminal:", os.isatty(1), flush=True)
time.sleep(2)
for descriptor in 1, 2:
	os.set_blocking(descriptor, False)
	try: print("read", os.read(descriptor, 100))
	except OSError as error: print("error", error.errno)`;
	const args = [program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-c", code];
	const run = new PtyProgram(process.execPath, args, { columns: 80, rows: 24 });
	try {
		await run.sees("it is a terminal: False");
		run.press("secret\n");
		// EAGAIN: its output is a pipe of ours, and nothing ever comes from the other end.
		await run.sees(/error 11\s+error 11/);
		expect((await run.ended).exitCode).toBe(0);
	} finally {
		run.kill("SIGKILL");
		run.dispose();
	}
});

test("a directory as output stays outside", () => {
	const code = "import os, stat, sys; sys.stderr.write(f'a directory: {stat.S_ISDIR(os.fstat(1).st_mode)}')";
	const directory = openSync("/", "r");
	const args = [program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-c", code];
	const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", directory, "pipe"], encoding: "utf8" });
	closeSync(directory);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "a directory: False" });
});
