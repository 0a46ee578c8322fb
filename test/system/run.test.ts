import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Json, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { preparedRedis } from "./prepared.ts";
import { commandOf, listeners, nameOf, openFiles, processesIn, read } from "./processes.ts";
import { scoped } from "./scoped.ts";

const state = temporaryState();
let daemon: Daemon;
let made: Made;
let port: number;

beforeAll(async () => {
	({ daemon, made, port } = await preparedRedis(state));
});

test("run executes another command in the cage, with its output and status", async () => {
	const version = await cagewright(["run", "redis", "--", "/usr/bin/redis-server", "--version"], { state });
	expect(version).toMatchObject({ status: 0, stderr: "" });
	expect(version.stdout).toContain("Redis server");
	const failing = await cagewright(["run", "redis", "--", "/usr/bin/redis-server", "/no/such/file"], { state });
	expect(failing.status).toBe(1);
});

test("a command that is not in the cage is refused with 125, even if the host has it", async () => {
	for (const command of ["/usr/bin/id", "sh"]) {
		const { status, stderr } = await cagewright(["run", "redis", "--", command], { state });
		expect({ command, status }).toEqual({ command, status: 125 });
		expect(stderr).toMatch(/^cagewright: [^\n]+\n$/);
		expect(stderr).toContain(command);
	}
});

test("the printed commands start the same cage from any shell", async () => {
	const { status, stdout } = await inProcess(["run", "redis", "--print"], { state });
	expect(status).toBe(0);
	const script = `${temporaryFolder("printed")}/run.sh`;
	writeFileSync(script, stdout);
	await using shell = scoped(spawn("sh", [script], { stdio: "ignore", cwd: "/" }));
	const ended = once(shell, "close");
	await eventually(() => askRedis(port, ["PING"]));
	expectServedInside(made, port);
	const [init] = processesIn(made.root).filter((pid) => nameOf(pid) === "cagewright-init");
	process.kill(init ?? 0, "SIGTERM");
	expect(await ended).toEqual([0, null]);
});

test("--print --json prints the commands as JSON", async () => {
	const { stdout } = await inProcess(["run", "redis", "--print"], { state });
	const { json } = await inProcess(["run", "redis", "--print", "--json"], { state });
	expect(json).toEqual({ schema: "cagewright/run/1", name: "redis", script: stdout });
});

test("the printed commands pass every byte unchanged", async () => {
	const asked = "/no/Grüße $HOME 'x' \u20ac.conf";
	const { stdout } = await inProcess(["run", "redis", "--print", "--", "/usr/bin/redis-server", asked], { state });
	const { status, stdout: printed } = spawnSync("sh", [], { input: stdout, cwd: "/", encoding: "utf8" });
	expect(status).toBe(1);
	expect(printed).toContain(asked);
});

test("killing the shell ends the printed cage", async () => {
	const { stdout } = await inProcess(["run", "redis", "--print"], { state });
	const shell = spawn("sh", [], { stdio: ["pipe", "ignore", "ignore"], cwd: "/" });
	shell.stdin.end(stdout);
	await eventually(() => askRedis(port, ["PING"]));
	shell.kill("SIGKILL");
	await eventually(() => expect(listeners(port)).toEqual([]));
});

test("a start warns of ports on which another process listens", async () => {
	const other = createServer().listen(port, "127.0.0.1");
	await once(other, "listening");
	try {
		const { status, stderr } = await cagewright(["run", "redis"], { state });
		expect(status).toBe(1);
		expect(stderr).toContain(`redis may fail to start, because another process of this machine listens on port ${port}. `);
	} finally {
		other.close();
	}
});

test("a running cage is listed as such, and is neither started twice nor removed", async () => {
	const run = startRun("redis", { state, env: { SECRET_OF_THE_CALLER: "swordfish" } });
	await eventually(() => askRedis(port, ["PING"]));
	const { json } = await cagewright(["list", "--json"], { state });
	const started = { running: true, pids: [expect.any(Number)], as: "run", service: null };
	expect(json.cages).toMatchObject([{ name: "redis", answers: true, outdated: 0, alarms: 0, ...started }]);
	const removal = await cagewright(["remove", "redis", "--yes"], { state });
	expect(removal.status).toBe(4);
	expect(removal.stderr).toMatch(/^cagewright: [^\n]*redis[^\n]*Stop it first[^\n]*\n$/);
	expect(existsSync(made.root)).toBe(true);
	expect((await cagewright(["run", "redis"], { state })).stderr).toMatch(/^Process \d+ already runs in cage redis/);
	expect((await cagewright(["run", "redis", "--", "/usr/bin/redis-server", "--version"], { state })).stderr).toBe("");
	expect(await askRedis(port, ["PING"])).toBe("PONG");

	// The application gets no environment, terminal or descriptor of the caller, and no shell.
	for (const pid of processesIn(made.root)) {
		expect(read(pid, "environ")).not.toContain("swordfish");
		if (nameOf(pid) === "cagewright-init") continue;
		expect(commandOf(pid)).toContain("redis-server");
		const opened = openFiles(pid).map(({ target }) => target);
		expect(opened.filter((target) => target.startsWith("/") && !target.startsWith("/dev/"))).toEqual([]);
	}
	expect(existsSync(`${made.root}/bin/sh`)).toBe(false);

	const [server = 0] = listeners(port);
	expect(openFiles(server).length).toBeGreaterThan(2);

	// The exit status tells which signal killed the application.
	process.kill(server, "SIGKILL");
	expect((await run.ended).status).toBe(137);
	expect(processesIn(made.root)).toEqual([]);
	expect((await cagewright(["list", "--json"], { state })).json.cages).toMatchObject([{ running: false, pids: [], as: null }]);
});

test.runIf(isLong)("a signal and a rollback reach an application that still runs in another generation", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const built = await cagewright(["build", "redis", "--include", "/etc/hostname", "--json"], { state });
	const next = { ...made, root: built.json.root };
	expect(next.root).not.toBe(made.root);
	expect(processesIn(made.root)).not.toEqual([]);
	const check = async () => (await cagewright(["check", "redis", "--json"], { state })).json.cages;
	expect(await check()).toMatchObject([{ behind: [expect.any(Number)] }]);
	expect(await cagewright(["signal", "redis", "TERM"], { state })).toMatchObject({ status: 0, stderr: "" });
	expect((await run.ended).status).toBe(0);
	expect(await check()).toMatchObject([{ behind: [] }]);

	// A restart in another generation uses the same timeout as the end of the run, and reports a kill.
	const newer = startRun("redis", { state }, ["--stop-timeout", "1"]);
	await eventually(() => askRedis(port, ["PING"]));
	expectServedInside(next, port);
	const stopAll = () => {
		for (const pid of listeners(port)) process.kill(pid, "SIGSTOP");
	};
	stopAll();
	const back = await cagewright(["rollback", "redis", "--json"], { state });
	expect(back.json).toMatchObject({ to: 1, restarted: ["run"], remaining: [] });
	expect(newer.stderr()).toContain("redis is still running. Killing it.");
	expect(newer.stderr()).toContain("Cage redis switched to another generation. Starting the application again there.");
	await eventually(() => askRedis(port, ["PING"]));
	expectServedInside(made, port);
	stopAll();
	expect((await newer.stop()).status).toBe(137);
	await eventually(() => expect(processesIn(made.root)).toEqual([]));
});

test("remove refuses while something is mounted below", async () => {
	const mount = `mount -t tmpfs tmpfs ${made.data} && exec "$@"`;
	const refused = await cagewright(["remove", "redis", "--yes"], {
		state,
		enter: ["unshare", "--mount", "sh", "-c", mount, "sh"],
	});
	expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining(`${made.data} is mounted below`) });
	expect(existsSync(made.root)).toBe(true);
});

test("show prints the reason of each entry", async () => {
	const { json, status } = await cagewright(["show", "redis", "--json"], { state });
	expect(status).toBe(0);
	const entries: Json[] = json.entries;
	expect(entries.find(({ path }) => path === "/usr/bin/redis-check-rdb" || path.endsWith("redis-server"))).toBeDefined();
	for (const entry of entries) expect(entry.reasons, entry.path).not.toEqual([]);
	expect((await cagewright(["show", "redis", "--history"], { state })).stdout).toContain(" made ");
});

test("remove deletes everything, or everything except the data", async () => {
	const dump = `${made.data}${daemon.folder}/data`;
	expect((await cagewright(["remove", "redis"], { state })).status).toBe(2);
	expect((await cagewright(["remove", "redis", "--dry-run"], { state })).status).toBe(0);
	expect(existsSync(made.root)).toBe(true);
	// A service's data from the cage, kept when it returned to the host.
	const undone = `${state}/cages/redis/data.undone-20260102T030405678Z`;
	mkdirSync(undone);
	expect((await cagewright(["remove", "redis", "--yes", "--keep-data"], { state })).status).toBe(0);
	expect([existsSync(dump), existsSync(undone)]).toEqual([true, true]);
	expect((await cagewright(["list", "--json"], { state })).json.cages).toEqual([]);
	expect((await cagewright(["run", "redis"], { state })).status).toBe(2);
	// `remove` can still list the remaining data, and delete it.
	const rest = (await cagewright(["remove", "redis", "--dry-run", "--json"], { state })).json;
	expect(rest).toMatchObject({ generations: [], deletes: expect.arrayContaining([undone, `${state}/cages/redis/data`]) });

	writeFileSync(`${dump}/note`, "from before");
	const again = await make(["--name", "redis", "--user", "redis", ...wordsOf(daemon)], { state });
	expect(existsSync(`${again.data}${daemon.folder}/data/note`)).toBe(true);
	expect((await cagewright(["remove", "redis", "--yes"], { state })).status).toBe(0);
	expect(readdirSync(`${state}/cages`)).toEqual([]);
});
