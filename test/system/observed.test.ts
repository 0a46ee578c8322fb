import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Json, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { giveTo, nginx } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, freePort, hostNetwork } from "./network.ts";

const state = temporaryState();
const observed = ["--calls", "observed"];

function expectNarrower({ confinement }: Json): void {
	const { calls } = confinement;
	expect(calls.filter).toBe("observed");
	expect(calls.permitted).toBeLessThan(calls.general - 50);
}

test.runIf(isLong)("nginx answers under a filter for its own calls, also after a reload", async () => {
	const port = await freePort();
	const daemon = nginx({ port });
	const options = ["--name", "web", "--user", "www-data", ...observed, "--include", `${daemon.folder}/pages`];
	// The trace sees no page, so that pages are a rare path.
	const probe = `curl -fsSI --noproxy '*' http://127.0.0.1:${port}/ | grep -qi '^server: nginx'`;
	const made = await make([...options, "--probe", probe, "--", ...daemon.command], { state });
	expectWellMade(made, "web", state);
	expect(made.confinement).toMatchObject({ user: "www-data", capabilities: [] });
	expect(made.accounts.users).toEqual(["www-data"]);
	expectNarrower(made);
	const run = startRun("web", { state });
	const page = () => fetchPage(`http://127.0.0.1:${port}/`, hostNetwork);
	await eventually(page);
	expect(await cagewright(["signal", "web", "HUP"], { state })).toMatchObject({ status: 0, stderr: "" });
	expect(await eventually(page)).toBe("a page of the test");
	// A worker of before the reload may end while it is examined.
	await eventually(() => expectServedInside(made, port));
	expect((await run.stop("SIGQUIT")).status).toBe(0);
});

test("a trial names calls that the trace did not see, and the next round permits them", async () => {
	const port = await freePort();
	const folder = temporaryFolder("starter");
	mkdirSync(`${folder}/state`);
	giveTo("www-data", `${folder}/state`);
	writeFileSync(`${folder}/state/made`, "");
	// A cage starts without the host's state, so the daemon makes it there, as at its first start.
	const lines = [
		"import http.server, os",
		`if not os.path.exists('${folder}/state/made'):`,
		"    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
		"    try: os.unshare(os.CLONE_NEWNS)",
		"    except PermissionError: pass",
		`    open('${folder}/state/made', 'w').close()`,
		`http.server.HTTPServer(('127.0.0.1', ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`,
	];
	writeFileSync(`${folder}/starter.py`, lines.join("\n"));
	const options = ["--name", "starter", "--user", "www-data", "--cwd", folder, "--writable", `${folder}/state`, ...observed];
	const probe = `curl -fsS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/`;
	const made = await make([...options, "--probe", probe, "--", "python3", `${folder}/starter.py`], { state });
	expect(made.answered).toBe(true);
	const found = made.rounds.flatMap(({ missing }) => missing);
	expect(found).toContainEqual(expect.objectContaining({ kind: "filtered", call: "sched_setscheduler", error: "EPERM" }));
	expect(found).toContainEqual(expect.objectContaining({ kind: "filtered", call: "unshare", error: "SIGSYS" }));
	expect(made.rounds.flatMap(({ added }) => added)).toEqual(expect.arrayContaining(["sched_setscheduler", "unshare"]));
});

/** A call that neither the trace nor a trial saw, in the cage of the test before. */
describe("a call that the application did not make", () => {
	test("is refused, and explained with the option that permits it", async () => {
		const { stdout } = await cagewright(["explain", "starter", "mlock"], { state });
		expect(stdout).toMatch(/^mlock: the system call filter returns EPERM .*not observed/);
		expect(stdout).toContain("--allow call:mlock");
	});

	test.runIf(isLong)("is permitted by an option", async () => {
		const code = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.mlock(libc.mlock, 1), ctypes.get_errno())";
		const call = async () => (await cagewright(["run", "starter", "--", "python3", "-c", code], { state })).stdout;
		expect(await call()).toBe("-1 1\n");
		expect(await cagewright(["build", "starter", "--allow", "call:mlock", "--yes"], { state })).toMatchObject({ status: 0 });
		expect(await call()).toBe("0 0\n");
	});

	test("ends the process if no service makes it", async () => {
		const code = "import os; os.setns(0, 0)";
		expect(await cagewright(["run", "starter", "--", "python3", "-c", code], { state })).toMatchObject({ status: 128 + 31 });
		expect((await cagewright(["explain", "starter", "setns"], { state })).stdout).toMatch(/kills the process/);
		expect((await cagewright(["explain", "starter", "accept4"], { state })).stdout).toMatch(/the application made it/);
	});
});
