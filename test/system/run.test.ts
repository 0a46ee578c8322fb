import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { cagewright, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { preparedRedis } from "./prepared.ts";
import { commandOf, listeners, nameOf, processesIn } from "./processes.ts";

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
	for (const command of ["/bin/sh", "/usr/bin/id", "sh"]) {
		const { status, stderr } = await cagewright(["run", "redis", "--", command], { state });
		expect({ command, status }).toEqual({ command, status: 125 });
		expect(stderr).toMatch(/^cagewright: [^\n]+\n$/);
		expect(stderr).toContain(command);
	}
});

test("the printed commands start the same cage from any shell", async () => {
	const { status, stdout } = await cagewright(["run", "redis", "--print"], { state });
	expect(status).toBe(0);
	const script = `${temporaryFolder("printed")}/run.sh`;
	writeFileSync(script, stdout);
	const shell = spawn("sh", [script], { stdio: "ignore", cwd: "/" });
	const ended = once(shell, "close");
	try {
		await eventually(() => askRedis(port, ["PING"]));
		expectServedInside(made, port);
		const [init] = processesIn(made.root).filter((pid) => nameOf(pid) === "cagewright-init");
		process.kill(init ?? 0, "SIGTERM");
		expect(await ended).toEqual([0, null]);
	} finally {
		shell.kill("SIGKILL");
	}
});

test("a second start reports that the cage is running", async () => {
	const first = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const second = await cagewright(["run", "redis"], { state });
	expect(second.stderr).toMatch(/^Process \d+ already runs in cage redis/);
	expect((await cagewright(["run", "redis", "--", "/usr/bin/redis-server", "--version"], { state })).stderr).toBe("");
	await first.stop();
});

test("--print --json prints the commands as JSON", async () => {
	const { stdout } = await cagewright(["run", "redis", "--print"], { state });
	const { json } = await cagewright(["run", "redis", "--print", "--json"], { state });
	expect(json).toEqual({ schema: "cagewright/run/1", name: "redis", script: stdout });
});

test("the printed commands pass every byte unchanged", async () => {
	const asked = "/no/Grüße $HOME 'x' \u20ac.conf";
	const { stdout } = await cagewright(["run", "redis", "--print", "--", "/usr/bin/redis-server", asked], { state });
	const { status, stdout: printed } = spawnSync("sh", [], { input: stdout, cwd: "/", encoding: "utf8" });
	expect(status).toBe(1);
	expect(printed).toContain(asked);
});

test("killing the shell ends the printed cage", async () => {
	const { stdout } = await cagewright(["run", "redis", "--print"], { state });
	const shell = spawn("sh", [], { stdio: ["pipe", "ignore", "ignore"], cwd: "/" });
	shell.stdin.end(stdout);
	await eventually(() => askRedis(port, ["PING"]));
	shell.kill("SIGKILL");
	await eventually(() => expect(listeners(port)).toEqual([]));
});

test("a running cage is listed as such and cannot be removed", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const { json } = await cagewright(["list", "--json"], { state });
	expect(json.cages).toMatchObject([{ name: "redis", running: [expect.any(Number)] }]);
	const removal = await cagewright(["remove", "redis", "--yes"], { state });
	expect(removal.status).toBe(4);
	expect(removal.stderr).toMatch(/^cagewright: [^\n]*redis[^\n]*Stop it first[^\n]*\n$/);
	expect(existsSync(made.root)).toBe(true);
	expect(await askRedis(port, ["PING"])).toBe("PONG");
	expect((await run.stop()).status).toBe(0);
	expect((await cagewright(["list", "--json"], { state })).json.cages).toMatchObject([{ running: [] }]);
});

test("the exit status tells which signal killed the application", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const [server] = listeners(port);
	process.kill(server ?? 0, "SIGKILL");
	expect((await run.ended).status).toBe(137);
	expect(processesIn(made.root)).toEqual([]);
});

test("an application that crashes ends the run", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	await askRedis(port, ["CONFIG", "SET", "crash-log-enabled", "no"]);
	await askRedis(port, ["SHUTDOWN", "NOSAVE", "FORCE"]).catch(() => "");
	expect((await run.ended).status).toBe(0);
});

test("an application that does not end is killed after the timeout", async () => {
	const run = startRun("redis", { state }, ["--stop-timeout", "1"]);
	await eventually(() => askRedis(port, ["PING"]));
	for (const pid of listeners(port)) process.kill(pid, "SIGSTOP");
	const { status, stderr } = await run.stop("SIGTERM");
	expect({ status, stderr }).toEqual({ status: 137, stderr: expect.stringContaining("redis is still running. Killing it.") });
	await eventually(() => expect(processesIn(made.root)).toEqual([]));
});

test("a KILL of run leaves no process of the cage", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	await run.stop("SIGKILL");
	await eventually(() => expect(processesIn(made.root)).toEqual([]));
	// The next start removes its scratch folder.
	const next = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	expect((await next.stop()).status).toBe(0);
});

test("the application gets no environment, terminal or descriptor of the caller, and no shell", async () => {
	const run = startRun("redis", { state, env: { SECRET_OF_THE_CALLER: "swordfish" } });
	await eventually(() => askRedis(port, ["PING"]));
	for (const pid of processesIn(made.root)) {
		const { readFileSync, readlinkSync } = await import("node:fs");
		expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("swordfish");
		if (nameOf(pid) === "cagewright-init") continue;
		expect(commandOf(pid)).toContain("redis-server");
		const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
		expect(open.filter((target) => target.startsWith("/") && !target.startsWith("/dev/"))).toEqual([]);
	}
	expect(existsSync(`${made.root}/bin/sh`)).toBe(false);
	expect((await run.stop()).status).toBe(0);
});

test("signals reach an application that still runs in the previous generation", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const options = ["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--include", "/etc/hostname"];
	const next = await make([...options, "--", ...daemon.command], { state });
	expect(next.root).not.toBe(made.root);
	expect(processesIn(made.root)).not.toEqual([]);
	const check = async () => (await cagewright(["check", "redis", "--json"], { state })).json.cages;
	expect(await check()).toMatchObject([{ behind: [expect.any(Number)] }]);
	const { status, stderr } = await cagewright(["signal", "redis", "TERM"], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	expect((await run.ended).status).toBe(0);
	expect(await check()).toMatchObject([{ behind: [] }]);
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
	const entries = json.entries as { path: string; kind: string; reasons: unknown[]; sha256?: string }[];
	expect(entries.find(({ path }) => path === "/usr/bin/redis-check-rdb" || path.endsWith("redis-server"))).toBeDefined();
	for (const entry of entries) expect(entry.reasons, entry.path).not.toEqual([]);
	const history = await cagewright(["show", "redis", "--history"], { state });
	expect(history.stdout).toContain(" made ");
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
	const again = await make(["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--", ...daemon.command], { state });
	expect(existsSync(`${again.data}${daemon.folder}/data/note`)).toBe(true);
	expect((await cagewright(["remove", "redis", "--yes"], { state })).status).toBe(0);
	expect(readdirSync(`${state}/cages`)).toEqual([]);
});

test("a restart in another generation uses the same timeout and reports a kill", async () => {
	const options = ["--name", "again", "--user", "redis", "--no-selftest", "--probe", daemon.probe];
	const first = await make([...options, "--", ...daemon.command], { state });
	const second = await make([...options, "--include", "/etc/hostname", "--", ...daemon.command], { state });
	expect(second.root).not.toBe(first.root);
	const run = startRun("again", { state }, ["--stop-timeout", "1"]);
	await eventually(() => askRedis(port, ["PING"]));
	for (const pid of listeners(port)) process.kill(pid, "SIGSTOP");
	const back = await cagewright(["rollback", "again", "--json"], { state });
	expect(back.json).toMatchObject({ to: 1, restarted: ["run"], remaining: [] });
	expect(run.stderr()).toContain("again is still running. Killing it.");
	await eventually(() => askRedis(port, ["PING"]));
	expectServedInside(first, port);
	expect((await run.stop()).status).toBe(0);
});
