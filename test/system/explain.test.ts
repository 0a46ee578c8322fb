import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, make, temporaryState } from "./cagewright.ts";
import { type Daemon, pythonPages } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { processesIn } from "./processes.ts";

const state = temporaryState();
let pages: Daemon;
let root: string;

beforeAll(async () => {
	pages = pythonPages(await freePort());
	({ root } = await make(["--name", "pages", "--user", "www-data", "--probe", pages.probe, "--", ...pages.command], { state }));
});

const inCage = (...code: string[]) => cagewright(["run", "pages", "--", "python3", "-c", code.join("\n")], { state });

test.each([
	["read", "/etc/passwd", "open(path).read()"],
	["read", "/etc/hostname", "open(path).read()"],
	["write", "/etc/passwd", "open(path, 'a')"],
	["write", "/tmp/file", "open(path, 'a')"],
	["write", "/dev/null", "open(path, 'a')"],
])("what it says of whether the application may %s %s is what the kernel does", async (action, path, code) => {
	const { json, status } = await cagewright(["explain", "pages", path, "--json"], { state });
	expect(status).toBe(0);
	const [{ may }] = json.explanations as [{ may: string[] }];
	const done = await inCage(`path = '${path}'`, code);
	expect({ path, may: may.includes(action) }).toEqual({ path, may: done.status === 0 });
});

test("what it says of a system call is what the filter does", async () => {
	const { stdout } = await cagewright(["explain", "pages", "memfd_create"], { state });
	expect(stdout).toMatch(/^memfd_create: the system call filter returns EPERM/);
	const { status, stderr } = await inCage("import os", "os.memfd_create('x')");
	expect(status).toBe(1);
	expect(stderr).toContain("PermissionError");
});

test("what is there is answered for, the rest is wrong usage, in both languages", async () => {
	const overview = await cagewright(["explain", "pages"], { state });
	expect(overview).toMatchObject({ status: 0, stderr: "" });
	expect(overview.stdout).toMatch(/The application answered in the last trial/);
	const why = await cagewright(["explain", "pages", `${pages.folder}/index.html`], { state });
	expect(why.stdout).toMatch(/Reason/);
	const german = await cagewright(["--lang", "de", "explain", "pages", "/etc/hostname"], { state });
	expect(german.stdout).toMatch(/Nicht im Käfig/);
	const unknown = await cagewright(["explain", "pages", "nonsense"], { state });
	expect(unknown.status).toBe(2);
	expect(unknown.stderr).toMatch(/^cagewright: Unknown subject 'nonsense': [^\n]+\n$/);
});

test("a program of the cage is found by its bare name", async () => {
	expect((await inCage("print('here')")).stdout).toBe("here\n");
	const { status, stderr } = await cagewright(["run", "pages", "--", "sh"], { state });
	expect(status).toBe(125);
	expect(stderr).toMatch(/^cagewright: sh is not in cage pages, which contains [^\n]*python3[^\n]*\n$/);
});

test("what does not listen to TERM is killed at the second one, with a word", async () => {
	const code = "import signal, time; signal.signal(15, signal.SIG_IGN); open('/tmp/up', 'w'); time.sleep(1000)";
	const run = begin(["run", "pages", "--", "python3", "-c", code], { state });
	await eventually(() => expect(processesIn(root).length).toBeGreaterThan(1));
	await new Promise((resolve) => setTimeout(resolve, 1000));
	run.send("SIGTERM");
	await new Promise((resolve) => setTimeout(resolve, 300));
	expect(processesIn(root).length).toBeGreaterThan(1);
	const { status, stderr } = await run.stop();
	expect(status).toBe(137);
	expect(stderr).toContain("Killing it");
});

test("a removal that nobody can be asked about says so", async () => {
	const { status, stderr } = await cagewright(["remove", "pages"], { state });
	expect(status).toBe(2);
	expect(stderr).toMatch(/^cagewright: pages was not removed[^\n]*--yes[^\n]*\n$/);
});

test("a trace on the host is not called one in a sandbox", async () => {
	const { stderr } = await cagewright(["trace", "--on-host", "--name", "other", "--probe", pages.probe, "--", ...pages.command], {
		state,
	});
	expect(stderr).toContain("Tracing on the host, without a sandbox");
	expect(stderr).not.toContain("in a sandbox…");
});

test("a probe of several lines is named by its first one", async () => {
	const probe = "true &&\nfalse";
	const { status, stderr } = await cagewright(
		["make", "--yes", "--quiet", "--name", "third", "--timeout", "1", "--probe", probe, "--", ...pages.command],
		{ state },
	);
	expect(status).toBe(1);
	expect(stderr).toContain("true &&…");
	expect(stderr).not.toContain("false");
});
