import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { make, program, temporaryState } from "../system/cagewright.ts";
import { type Daemon, pythonPages, wordsOf } from "../system/daemons.ts";
import { eventually } from "../system/eventually.ts";
import { freePort } from "../system/network.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { openTerminal, openWizard } from "./wizards.ts";

const state = temporaryState();

let pages: Daemon;
let port: number;

beforeAll(async () => {
	port = await freePort();
	pages = pythonPages(port);
	await make(["--name", "typed", "--user", "nobody", ...wordsOf(pages)], { state });
});

test("an application that writes to a terminal can neither read input nor change terminal settings", async () => {
	const code = `
import os, time
print("it is a terminal:", os.isatty(1), flush=True)
time.sleep(2)
for descriptor in 1, 2:
	os.set_blocking(descriptor, False)
	try: print("read", os.read(descriptor, 100))
	except OSError as error: print("error", error.errno)`;
	const args = [process.execPath, program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-c", code];
	const run = openTerminal(args);
	await run.sees("it is a terminal: False");
	run.press("secret\n");
	// EBADF: its output is our pipe, which is open for writing only.
	await run.sees(/error 9\s+error 9/);
	expect((await run.ended).exitCode).toBe(0);
});

describe("output of an application on a terminal", () => {
	const steering = "\\x1b]52;c;cHduZWQ=\\a\\x1b]0;title\\x1b\\\\\\x1b[8mhidden\\x1b[2J\\u009b5n\\x9b6n\\u202e\\n";
	const code = `
import os, sys, time
output = b"${steering}".replace(b"\\\\u009b", "\\u009b".encode()).replace(b"\\\\u202e", "\\u202e".encode())
for descriptor in 1, 2:
	for index in range(len(output)):
		os.write(descriptor, output[index:index + 1])
		if index < 8: time.sleep(0.02)
print("Grüße", flush=True)`;
	const onTerminal = async (...options: string[]) => {
		const python = ["/usr/bin/python3", "-X", "utf8", "-c", code];
		const args = [process.execPath, program, "--state", state, "run", "typed", ...options, "--", ...python];
		const run = openTerminal(args);
		expect((await run.ended).exitCode).toBe(0);
		return run.raw;
	};

	test("is escaped byte by byte on both streams", async () => {
		const raw = await onTerminal();
		expect(raw.match(/52;c;cHduZWQ=/g)).toHaveLength(2);
		expect(raw).toContain("\\x1b]52;c;cHduZWQ=\\x07\\x1b]0;title\\x1b\\hidden\\x1b[2J\\x9b5n");
		expect(raw).toContain("Grüße");
		expect(raw).not.toMatch(/(?![\r\n\t])\p{Cc}|\p{Cf}/u);
	});

	test.runIf(isLong)("is unchanged with --raw", async () => {
		const raw = await onTerminal("--raw");
		expect(raw.split("\u001b]52;c;cHduZWQ=\u0007")).toHaveLength(3);
	});

	test("is unchanged in a file or pipe", () => {
		const args = [program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-X", "utf8", "-c", code];
		const { stdout, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
		for (const bytes of [stdout, stderr]) {
			expect(bytes.includes("\u001b]52;c;cHduZWQ=\u0007\u001b]0;title\u001b\\\u001b[8mhidden")).toBe(true);
			expect(bytes.includes(Buffer.from([0x9b, 0x36]))).toBe(true);
		}
	});
});

test.each(
	some(1, [
		["en", "typed runs in its cage. Press Ctrl-C to stop it."],
		["de", "typed läuft in seinem Käfig. Strg-C beendet die Anwendung."],
	]),
)("run says on a terminal that it runs and how to stop it (%s)", async (language, line) => {
	const run = openTerminal([process.execPath, program, "--state", state, "--lang", language, "run", "typed"]);
	await run.sees(line);
	run.press("\x03");
	expect((await run.ended).signal).toBeUndefined();
	const quiet = openTerminal([process.execPath, program, "--state", state, "--quiet", "run", "typed"]);
	await eventually(() => expect(spawnSync("sh", ["-c", pages.probe]).status).toBe(0));
	quiet.press("\x03");
	await quiet.ended;
	expect(quiet.raw).not.toContain("Ctrl-C");
});

describe("an application that home runs", () => {
	const runAtHome = async () => {
		const wizard = openWizard(state, [], { columns: 200, rows: 60 });
		await wizard.pressAt(/❯ +typed +stopped/, keys.enter);
		await wizard.pressAt("❯ Update it", "j");
		await wizard.pressAt("❯ Run it in the foreground", keys.enter);
		await wizard.pressAt("Press Enter to do it", keys.enter);
		return wizard;
	};
	const goBack = async (wizard: PtyProgram) => {
		wizard.press(keys.enter);
		await wizard.pressAt("❯ Run it in the foreground", "q");
		expect((await wizard.ended).exitCode).toBe(0);
	};

	test("leaves its output on the screen if it exits at once", async () => {
		const other = createServer().listen(port, "127.0.0.1");
		await once(other, "listening");
		const wizard = await runAtHome();
		const output = await wizard.sees("The application exited with status 1. Press Enter to go back.");
		expect(output).toContain("another process of this machine listens on port");
		expect(output).toContain("Address already in use");
		await goBack(wizard);
		other.close();
	});

	test("runs until Ctrl-C", async () => {
		const wizard = await runAtHome();
		await wizard.pressAt("typed runs in its cage. Press Ctrl-C to stop it.", keys.ctrlC);
		await wizard.sees(/The application exited with status \d+\. Press Enter to go back\./);
		await goBack(wizard);
	});
});

test("a directory as output stays outside the cage", () => {
	const code = "import os, stat, sys; sys.stderr.write(f'a directory: {stat.S_ISDIR(os.fstat(1).st_mode)}')";
	const directory = openSync("/", "r");
	const args = [program, "--state", state, "run", "typed", "--", "/usr/bin/python3", "-c", code];
	const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", directory, "pipe"], encoding: "utf8" });
	closeSync(directory);
	expect({ status, stderr }).toEqual({ status: 0, stderr: "a directory: False" });
});
