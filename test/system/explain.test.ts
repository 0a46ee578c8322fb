import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, cagewright, type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { type Daemon, pythonPages, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, freePort } from "./network.ts";
import { processesIn, statusField } from "./processes.ts";

const state = temporaryState();
let pages: Daemon;
let made: Made;
let port: number;

beforeAll(async () => {
	port = await freePort();
	pages = pythonPages(port);
	made = await make(["--name", "pages", "--user", "www-data", ...wordsOf(pages)], { state });
});

test("a Python server works in a cage, with its documents below /tmp, and ends on TERM and INT", async () => {
	expectWellMade(made, "pages", state);
	// The program does not handle SIGTERM, and would survive it as the first process of its namespace.
	for (const [signal, status] of [
		["SIGTERM", 143],
		["SIGINT", 0],
	] as const) {
		const run = startRun("pages", { state });
		expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/index.html`))).toBe("a page of the test");
		expectServedInside(made, port);
		expect((await run.stop(signal)).status).toBe(status);
	}
});

test("the unit's account can start the init", () => {
	const init = `${state}/cages/pages/launcher`;
	const account = "setpriv --reuid www-data --regid www-data --clear-groups";
	const mount = `mount -n --bind '${init}' /mnt && exec ${account} env /mnt/cagewright-init / /bin/true`;
	execFileSync("unshare", ["--mount", "sh", "-euc", mount]);
});

const inCage = (...code: string[]) => cagewright(["run", "pages", "--", "python3", "-c", code.join("\n")], { state });

const actions = [
	["read", "/etc/passwd", "open(path).read()"],
	["read", "/etc/hostname", "open(path).read()"],
	["write", "/etc/passwd", "open(path, 'a')"],
	["write", "/tmp/file", "open(path, 'a')"],
	["write", "/dev/null", "open(path, 'a')"],
] as const;

test("explain and the kernel agree what the application may read and write", async () => {
	const explained = await Promise.all(
		actions.map(async ([action, path]) => {
			const { json, status } = await cagewright(["explain", "pages", path, "--json"], { state });
			expect(status).toBe(0);
			const [{ may }] = json.explanations;
			return [action, path, may.includes(action)];
		}),
	);
	const tries = actions.flatMap(([action, path, code]) => [
		`path, done = '${path}', True`,
		`try: ${code}`,
		"except OSError: done = False",
		`print(json.dumps(['${action}', path, done]))`,
	]);
	const { stdout } = await inCage("import json", ...tries);
	expect(
		stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line)),
	).toEqual(explained);
});

test("explain and the filter agree about a system call", async () => {
	const { stdout } = await cagewright(["explain", "pages", "memfd_create"], { state });
	expect(stdout).toMatch(/^memfd_create: the system call filter returns EPERM/);
	expect(await inCage("import os", "os.memfd_create('x')")).toMatchObject({ status: 1, stderr: /PermissionError/ });
});

test.runIf(isLong)("explain answers in both languages, and refuses an unknown subject as wrong usage", async () => {
	const overview = await cagewright(["explain", "pages"], { state });
	expect(overview).toMatchObject({ status: 0, stderr: "" });
	expect(overview.stdout).toMatch(/The application answered in the last trial/);
	expect(await cagewright(["explain", "pages", `${pages.folder}/index.html`], { state })).toMatchObject({ stdout: /Reason/ });
	const german = await cagewright(["--lang", "de", "explain", "pages", "/etc/hostname"], { state });
	expect(german.stdout).toMatch(/Nicht im Käfig/);
	const unknown = await cagewright(["explain", "pages", "nonsense"], { state });
	expect(unknown.status).toBe(2);
	expect(unknown.stderr).toMatch(/^cagewright: Unknown subject 'nonsense': [^\n]+\n$/);
});

test.runIf(isLong)("a program of the cage is found by its bare name", async () => {
	expect((await inCage("print('here')")).stdout).toBe("here\n");
	const { status, stderr } = await cagewright(["run", "pages", "--", "sh"], { state });
	expect(status).toBe(125);
	expect(stderr).toMatch(/^cagewright: sh is not in cage pages, which contains [^\n]*python3[^\n]*\n$/);
});

test("an application that ignores TERM is killed at the second one, with a message", async () => {
	const code = "import signal, time; signal.signal(15, signal.SIG_IGN); open('/tmp/up', 'w'); time.sleep(1000)";
	const run = begin(["run", "pages", "--", "python3", "-c", code], { state });
	const ignoresTerm = (pid: number) => (Number.parseInt(statusField(pid, "SigIgn"), 16) & (1 << 14)) !== 0;
	await eventually(() => expect(processesIn(made.root).filter(ignoresTerm)).toHaveLength(1));
	run.send("SIGTERM");
	await new Promise((resolve) => setTimeout(resolve, 300));
	expect(processesIn(made.root).length).toBeGreaterThan(1);
	expect(await run.stop()).toMatchObject({ status: 137, stderr: /Killing it/ });
});

test.runIf(isLong)("a trace on the host is announced as such", async () => {
	const trace = begin(["trace", "--on-host", "--name", "other", ...wordsOf(pages)], { state });
	await trace.says("Tracing on the host");
	const { stderr } = await trace.stop();
	expect(stderr).toContain("Tracing on the host, without a sandbox");
	expect(stderr).not.toContain("in a sandbox…");
});
