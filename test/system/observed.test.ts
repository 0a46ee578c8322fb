import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { cagewright, type Made, make, makeAsUsual, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, giveTo, nginx, pythonPages, redis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, freePort, hostNetwork, type Network, privateNetwork } from "./network.ts";

const state = temporaryState();
const observed = ["--calls", "observed"];
let network: Network;
beforeAll(async () => {
	network = await privateNetwork();
});

/** Returns how many calls the cage's filter permits. */
function expectNarrower({ confinement }: Made): void {
	const { calls } = confinement as unknown as { calls: { filter: string; permitted: number; general: number } };
	expect(calls.filter).toBe("observed");
	expect(calls.permitted).toBeLessThan(calls.general - 50);
}

describe("under a filter for its own calls", () => {
	test("redis answers", async () => {
		const port = await freePort();
		const daemon = redis(port);
		const made = await make(
			["--name", "redis", "--user", "redis", ...observed, "--probe", daemon.probe, "--", ...daemon.command],
			{ state },
		);
		expectWellMade(made, "redis", state);
		expectNarrower(made);
		const run = startRun("redis", { state });
		await eventually(() => askRedis(port, ["PING"]));
		expect(await askRedis(port, ["SET", "a", "b"])).toBe("OK");
		expectServedInside(made, port);
		expect((await run.stop()).status).toBe(0);
	});

	test("nginx answers, also after a reload", async () => {
		const port = await freePort();
		const daemon = nginx({ port });
		const options = ["--name", "web", "--user", "www-data", ...observed, "--include", `${daemon.folder}/pages`];
		// The trace sees no page, so that pages are a rare path.
		const probe = `curl -fsSI --noproxy '*' http://127.0.0.1:${port}/ | grep -qi '^server: nginx'`;
		const made = await make([...options, "--probe", probe, "--", ...daemon.command], { state });
		expectWellMade(made, "web", state);
		expectNarrower(made);
		const run = startRun("web", { state });
		const page = () => fetchPage(`http://127.0.0.1:${port}/`, hostNetwork);
		await eventually(page);
		const { status, stderr } = await cagewright(["signal", "web", "HUP"], { state });
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
		expect(await eventually(page)).toBe("a page of the test");
		expectServedInside(made, port);
		expect((await run.stop("SIGQUIT")).status).toBe(0);
	});

	test("the demonstration answers", async () => {
		const made = await makeAsUsual(["demo", ...observed], { state });
		expectWellMade(made, "demo", state);
		expectNarrower(made);
		const run = startRun("demo", { state, enter: network.enter });
		expect(await eventually(() => fetchPage("http://127.0.0.1:8085/", network))).toContain("hello from the cage");
		expect((await run.stop()).status).toBe(0);
	});
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
	const found = made.rounds.flatMap(({ missing }) => missing as { kind: string; call: string; error: string }[]);
	expect(found).toContainEqual(expect.objectContaining({ kind: "filtered", call: "sched_setscheduler", error: "EPERM" }));
	expect(found).toContainEqual(expect.objectContaining({ kind: "filtered", call: "unshare", error: "SIGSYS" }));
	expect(made.rounds.flatMap(({ added }) => added)).toEqual(expect.arrayContaining(["sched_setscheduler", "unshare"]));
});

describe("a call that the application did not make", () => {
	beforeAll(async () => {
		const pages = pythonPages(await freePort());
		for (const [name, ...more] of [["general"], ["narrow", ...observed]])
			await make(["--name", String(name), "--user", "www-data", ...more, "--probe", pages.probe, "--", ...pages.command], {
				state,
			});
	});
	const inCage = (name: string, code: string) =>
		cagewright(["run", name, "--", "python3", "-c", `import os; ${code}`], { state });

	test("is refused, and works with the general filter", async () => {
		const code = "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))";
		expect(await inCage("general", code)).toMatchObject({ status: 0, stderr: "" });
		const { status, stderr } = await inCage("narrow", code);
		expect(status).toBe(1);
		expect(stderr).toContain("PermissionError");
		const { stdout } = await cagewright(["explain", "narrow", "sched_setscheduler"], { state });
		expect(stdout).toMatch(/^sched_setscheduler: the system call filter returns EPERM .*not observed/);
		expect(stdout).toContain("--allow call:sched_setscheduler");
	});

	test("ends the process if no service makes it", async () => {
		const { status } = await inCage("narrow", "os.unshare(os.CLONE_NEWNS)");
		expect(status).toBe(128 + 31);
		expect((await cagewright(["explain", "narrow", "unshare"], { state })).stdout).toMatch(/kills the process/);
		expect((await cagewright(["explain", "narrow", "accept4"], { state })).stdout).toMatch(/the application made it/);
	});

	test("is permitted by an option", async () => {
		const { status } = await cagewright(["build", "narrow", "--allow", "call:sched_setscheduler", "--yes"], { state });
		expect(status).toBe(0);
		expect(await inCage("narrow", "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))")).toMatchObject({
			status: 0,
			stderr: "",
		});
	});
});
