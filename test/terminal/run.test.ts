import { expect, test } from "vitest";
import { make, program, temporaryState } from "../system/cagewright.ts";
import { freePort } from "../system/network.ts";
import { PtyProgram } from "./terminal.ts";

test("an application that writes to a terminal cannot read what is typed there", async () => {
	const state = temporaryState();
	const port = await freePort();
	const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ >/dev/null`;
	const server = ["/usr/bin/python3", "-m", "http.server", "-b", "127.0.0.1", "-d", "/usr/lib/python3", String(port)];
	await make(["--name", "typed", "--user", "nobody", "--probe", probe, "--", ...server], { state });
	const code = `
import os
print("it is a terminal:", os.isatty(1), flush=True)
for descriptor in 1, 2:
	try: print("read", os.read(descriptor, 100))
	except OSError as error: print("error", error.errno)`;
	const args = [program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-c", code];
	const run = new PtyProgram(process.execPath, args, { columns: 80, rows: 24 });
	try {
		await run.sees("it is a terminal: True");
		run.press("secret\n");
		// EBADF: the descriptor is not open for reading.
		await run.sees(/error 9\s+error 9/);
		expect((await run.ended).exitCode).toBe(0);
	} finally {
		run.kill("SIGKILL");
		run.dispose();
	}
});
