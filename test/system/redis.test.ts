import { readFileSync, statSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, redis, startOnHost, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { freePort, type Network, privateNetwork } from "./network.ts";
import { processesIn } from "./processes.ts";

const megabyte = 1024 * 1024;
const state = temporaryState();
let port: number;
let daemon: Daemon;
let made: Made;

beforeAll(async () => {
	port = await freePort();
	daemon = redis(port);
	made = await make(["--name", "redis", "--user", "redis", ...wordsOf(daemon)], { state });
});

test("redis works in a cage made from a command and a probe alone", () => {
	expectWellMade(made, "redis", state);
	expect(made.accounts).toEqual({ users: ["redis"], groups: ["redis"] });
	expect(made.confinement).toMatchObject({ user: "redis", capabilities: [], network: "host" });
	expect(made.devices).toEqual(["/dev/null", "/dev/urandom"]);
});

test("the cage of redis contains no more than redis needs", () => {
	expect(made.files).toBeLessThan(28);
	expect(made.bytes).toBeLessThan(21 * megabyte);
});

test("the caged redis answers a real request, ends on TERM, and has its saved data at the next start", async () => {
	const first = startRun("redis", { state });
	await eventually(() => askRedis(port, ["SET", "kept", "for good"]));
	expectServedInside(made, port);
	expect(await askRedis(port, ["SAVE"])).toBe("OK");
	expect((await first.stop()).status).toBe(0);
	expect(statSync(`${made.data}${daemon.folder}/data/dump.rdb`).size).toBeGreaterThan(0);

	const second = startRun("redis", { state });
	expect(await eventually(() => askRedis(port, ["GET", "kept"]))).toBe("for good");
	expect((await second.stop("SIGINT")).status).toBe(0);
});

test.runIf(isLong)("another make builds no new generation and keeps the data", async () => {
	const dump = `${made.data}${daemon.folder}/data/dump.rdb`;
	const before = readFileSync(dump);
	const again = await make(["--name", "redis", "--user", "redis", ...wordsOf(daemon)], { state });
	expect(again.root).toBe(made.root);
	expect(statSync(again.root).ino).toBe(statSync(made.root).ino);
	expect(again.answered).toBe(true);
	expect(readFileSync(dump).equals(before)).toBe(true);
	const { json } = await cagewright(["list", "--json"], { state });
	expect(json.cages).toMatchObject([{ name: "redis", generation: 1, answered: true }]);
});

test("make does not affect a redis that already runs on that port", async () => {
	const network: Network = await privateNetwork();
	const host = redis(port);
	await startOnHost(host, network);
	await askRedis(port, ["SET", "mine", "untouched"], network);
	await askRedis(port, ["SAVE"], network);
	const dump = readFileSync(`${host.folder}/data/dump.rdb`);
	const size = await askRedis(port, ["DBSIZE"], network);
	const startsOf = async () => /run_id:\S+|total_connections_rejected:\d+/g.exec(await askRedis(port, ["INFO"], network))?.[0];
	const runId = await startsOf();

	let clientAsks = true;
	const client = (async () => {
		let answers = 0;
		for (; clientAsks; answers++) expect(await askRedis(port, ["PING"], network)).toBe("PONG");
		return answers;
	})();
	const other = temporaryState();
	const there = await make(["--name", "redis", "--user", "redis", ...wordsOf(host)], { state: other, enter: network.enter });
	clientAsks = false;
	expect(await client).toBeGreaterThan(10);

	expect(there.answered).toBe(true);
	expect(await askRedis(port, ["DBSIZE"], network)).toBe(size);
	expect(await askRedis(port, ["GET", "mine"], network)).toBe("untouched");
	expect(await startsOf()).toBe(runId);
	expect(readFileSync(`${host.folder}/data/dump.rdb`).equals(dump)).toBe(true);
});

test.runIf(isLong)(
	"redis forks into the background in Debian's configuration and is followed until it ends with the cage",
	async () => {
		const network = await privateNetwork();
		const probe = 'test "$(redis-cli -p 6379 SET probe ok)" = OK';
		const words = [
			"--user",
			"redis",
			"--directory",
			"/run/redis",
			"--probe",
			probe,
			"--",
			"redis-server",
			"/etc/redis/redis.conf",
		];
		const forks = await make(["--name", "debian", ...words], { state });
		expectWellMade(forks, "debian", state);
		// Debian makes the account the owner of the configuration. The cage keeps it read-only and reports it.
		for (const path of ["/etc/redis", "/etc/redis/redis.conf"])
			expect(forks.confinement.warnings).toContainEqual(expect.objectContaining({ code: "application-owns", path }));
		const run = startRun("debian", { state, enter: network.enter });
		await eventually(() => askRedis(6379, ["SET", "still", "here"], network));
		expectServedInside(forks, 6379, network);
		expect((await run.stop()).status).toBe(0);
		expect(processesIn(forks.root)).toEqual([]);
	},
);

test.runIf(isLong)("a stopped redis without a port is asked at the unix socket that it opens in the sandbox", async () => {
	const folder = temporaryFolder("redis-socket");
	const command = ["redis-server", "--port", "0", "--unixsocket", `${folder}/redis.sock`, "--dir", folder, "--save", ""];
	const made = await make(["--name", "socketed", "--writable", folder, "--", ...command], { state });
	expectWellMade(made, "socketed", state);
	expect(made.rounds.at(-1)?.probes[0]?.command).toContain(`"$CAGEWRIGHT_ROOT"${folder}/redis.sock`);
});
