import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { runningTree } from "../../src/trace/host/attach.ts";
import { isLong, some } from "../long.ts";
import { begin, cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { nginx, redis, startOnHost, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort, privateNetwork } from "./network.ts";
import { allProcesses, read, statusField } from "./processes.ts";
import { scoped } from "./scoped.ts";

/** Threads of a process and its descendants. */
const threads = (pid: number) => runningTree(pid).flatMap((process) => process.threads.map((id) => `${process.pid}/task/${id}`));
/** Their state and tracer. One that has just ended has no tracer any more. */
const statuses = (pid: number) =>
	threads(pid).flatMap((thread) => {
		const status = read(thread as unknown as number, "status");
		const [, state = "X"] = /^State:\s*(\w)/m.exec(status) ?? [];
		const [, tracer = ""] = /^TracerPid:\s*(\d+)/m.exec(status) ?? [];
		return state === "Z" || state === "X" ? [] : [{ state, tracer }];
	});
const tracers = (pid: number) => new Set(statuses(pid).map(({ tracer }) => tracer));
const states = (pid: number) => statuses(pid).map(({ state }) => state);

describe("a running service with several processes and threads", () => {
	const actors = ["main", "thread", "child", "grandchild"];
	let folder: string;
	let service: ChildProcess;
	let pid: number;
	const count = (name: string) => Number(readFileSync(join(folder, `${name}.count`), "utf8"));
	const worksOn = async () => {
		const before = actors.map(count);
		await eventually(() => expect(actors.every((name, index) => count(name) > (before[index] ?? 0) + 1)).toBe(true));
	};
	/** Resolves once each of them has done its work twice more. */
	const twice = () =>
		actors
			.map(
				(name) => `n=$(cat ${folder}/${name}.count); while [ $(cat ${folder}/${name}.count) -lt $((n+3)) ]; do sleep 0.05; done`,
			)
			.join("; ");
	const words = (...more: string[]) => ["trace", "seen", "--attach", String(pid), "--probe", `test -e ${folder}/main`, ...more];

	beforeAll(async () => {
		folder = temporaryFolder("attached");
		mkdirSync(join(folder, "elsewhere"));
		for (const name of [...actors, "kept-open"]) writeFileSync(join(folder, name), "");
		service = spawn("python3", [join(import.meta.dirname, "attached.py"), folder], {
			stdio: "ignore",
			cwd: "/",
			env: { PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1", MODE: "plain", API_TOKEN: "hidden", SHLVL: "1" },
			detached: true,
		});
		pid = service.pid ?? 0;
		await eventually(() => expect(actors.map(count).every((number) => number > 0)).toBe(true));
	});
	afterAll(async () => {
		process.kill(-pid, "SIGKILL");
		if (service.signalCode === null) await once(service, "close");
	});

	test("is traced with all of them, and keeps running", async () => {
		const state = temporaryState();
		const { json, status, stderr } = await cagewright(words("--json", "--exercise", twice()), { state });
		expect({ status, json }).toMatchObject({ status: 0, json: { answered: true, gaps: ["start-up"], signals: [] } });
		expect(stderr).toContain("was already running");
		expect(tracers(pid)).toEqual(new Set(["0"]));
		await worksOn();

		const { store } = systemMachine(state);
		const { accesses } = (await store.trace("seen")) ?? { accesses: new Map() };
		for (const name of actors) expect(accesses.get(`${folder}/${name}` as Path)?.succeeded).toContain("read");
		for (const name of ["main", "thread"])
			expect(accesses.get(`${folder}/relative-to-${name}` as Path)?.failed.get("ENOENT")).toContain("look");
		for (const name of ["child", "grandchild"]) {
			expect(accesses.get(`${folder}/elsewhere/relative-to-${name}` as Path)?.failed.get("ENOENT")).toContain("look");
		}
		// Accesses during the watch, and files open since the start.
		expect(accesses.get(`${folder}/short-lived` as Path)?.failed.get("ENOENT")).toContain("look");
		expect(accesses.get(`${folder}/kept-open` as Path)?.succeeded).toContain("read");
		expect([...accesses.keys()].some((path) => /\/libc\.so\.6$/.test(path))).toBe(true);

		const cage = await store.cage("seen");
		expect(cage?.application).toMatchObject({ cwd: folder, env: { MODE: "plain" } });
		expect(cage?.application.command.slice(1)).toEqual([join(import.meta.dirname, "attached.py"), folder]);
		expect(cage?.application.env).not.toHaveProperty("API_TOKEN");
		expect(cage?.application.env).not.toHaveProperty("SHLVL");
		expect(stderr).toContain("API_TOKEN");
	});

	test.each(some(1, ["SIGKILL", "SIGTERM"] as const))(
		"cannot be traced twice at once, and keeps running untraced after %s to Cagewright",
		async (signal) => {
			const run = begin(words("--for", "3600"), { state: temporaryState() });
			await run.says(/tracing process/);
			const [tracer, ...others] = tracers(pid);
			expect(others).toEqual([]);
			expect(read(Number(tracer), "comm").trim()).toBe("strace");
			expect(await cagewright(words(), { state: temporaryState() })).toMatchObject({
				status: 3,
				stderr: /is already tracing process/,
			});
			await run.stop(signal);
			await eventually(() => expect(tracers(pid)).toEqual(new Set(["0"])));
			await eventually(() => expect(allProcesses()).not.toContain(Number(tracer)));
			await worksOn();
			expect(states(pid)).not.toContain("t");
			expect(states(pid)).not.toContain("T");
		},
	);

	test("keeps running after strace is killed, which the command reports", async () => {
		const run = begin(words("--for", "3600"), { state: temporaryState() });
		await run.says(/tracing process/);
		process.kill(Number([...tracers(pid)][0]), "SIGKILL");
		expect((await run.ended).status).toBe(1);
		await eventually(() => expect(tracers(pid)).toEqual(new Set(["0"])));
		await worksOn();
	});

	test("cannot be traced without CAP_SYS_PTRACE", async () => {
		const enter = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "--"];
		expect(await cagewright(words(), { state: temporaryState(), enter })).toMatchObject({ status: 3, stderr: /CAP_SYS_PTRACE/ });
		await worksOn();
	});
});

describe("--attach", () => {
	const probe = ["--probe", "true"];
	test("refuses a process that does not exist or has no memory", async () => {
		const state = temporaryState();
		const gone = spawn("true");
		await once(gone, "close");
		const nobody = await cagewright(["trace", "--attach", String(gone.pid), ...probe], { state });
		expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining("does not exist")]);
		const script = "import os, signal; child = os.fork(); child or os._exit(0); print(child, flush=True); signal.pause()";
		// A zombie has no memory either, and every machine can have one.
		await using parent = scoped(spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] }));
		const [said] = await once(parent.stdout, "data");
		const zombie = String(said).trim();
		await eventually(() => expect(statusField(Number(zombie), "State")).toMatch(/^Z/));
		const { status, stderr } = await cagewright(["trace", "--attach", zombie, ...probe], { state });
		expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("is a kernel thread or has exited") });
	});

	test("is required by --for, and needs a process ID", async () => {
		const state = temporaryState();
		expect((await cagewright(["trace", "--for", "5", ...probe, "--", "redis-server"], { state })).status).toBe(2);
		expect((await cagewright(["make", "--attach", "redis", ...probe], { state })).status).toBe(2);
		expect((await cagewright(["build", "--attach", "1", ...probe], { state })).status).toBe(2);
	});

	test.runIf(isLong)("fails if the process ends during the trace", async () => {
		const state = temporaryState();
		const port = await freePort();
		const daemon = redis(port);
		const server = await startOnHost(daemon);
		const run = begin(["trace", "--name", "ends", "--attach", String(server.pid), "--probe", daemon.probe, "--for", "3600"], {
			state,
		});
		await run.says(/tracing process/);
		server.kill("SIGTERM");
		expect(await run.ended).toMatchObject({ status: 1, stderr: /stopped, because the process or strace exited/ });
	});
});

test.each([
	["an account with another group", "redis", "daemon", /^redis:1$/],
	["ids without an account", "54321", "54322", /^54321:54322$/],
	["root", "0", "0", undefined],
])("the account is the process's own: %s", async (_, user, group, expected) => {
	const words = ["setpriv", `--reuid=${user}`, `--regid=${group}`, "--clear-groups", "sleep", "infinity"];
	await using child = scoped(spawn(words[0] ?? "", words.slice(1), { stdio: "ignore", cwd: "/" }));
	await eventually(() => expect(read(child.pid ?? 0, "comm").trim()).toBe("sleep"));
	const args = ["make", "--attach", String(child.pid), "--probe", "true", "--dry-run", "--json"];
	const { application } = (await cagewright(args, { state: temporaryState() })).json;
	if (expected === undefined) expect(application).not.toHaveProperty("user");
	else expect(application.user).toMatch(expected);
});

describe("a cage made from a running daemon", () => {
	test.runIf(isLong)("nginx answers with workers that switch accounts", async () => {
		const state = temporaryState();
		const network = await privateNetwork();
		const daemon = nginx({ port: 80, main: ["user www-data;", "worker_processes 2;"] });
		const server = await startOnHost(daemon, network);
		const made = await make(["--name", "web", "--attach", String(server.pid), ...wordsOf(daemon)], { state });
		expect(made.answered).toBe(true);
		expect(statusField(server.pid ?? 0, "TracerPid")).toBe("0");
		expect(made.accounts.users).toEqual(expect.arrayContaining(["root", "www-data"]));
		expect(made.confinement.capabilities).toEqual(expect.arrayContaining(["net_bind_service", "setgid", "setuid"]));
		expect(await fetchPage("http://127.0.0.1:80/", network)).toContain("a page of the test");
	});
});
