import { expect, test } from "vitest";
import { type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { askRedis, redis, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { freePort, hostNetwork, type Network, privateNetwork } from "./network.ts";
import { processesIn } from "./processes.ts";

const state = temporaryState();

async function expectFollowed(name: string, args: readonly string[], port: number, network: Network): Promise<Made> {
	const made = await make(["--name", name, "--user", "redis", ...args], { state });
	expectWellMade(made, name, state);
	const run = startRun(name, { state, enter: network.enter });
	await eventually(() => askRedis(port, ["SET", "still", "here"], network));
	expectServedInside(made, port, network);
	expect((await run.stop()).status).toBe(0);
	expect(processesIn(made.root)).toEqual([]);
	return made;
}

test("a daemon that forks into the background is followed, and ends with the cage", async () => {
	const port = await freePort();
	const daemon = redis(port, ["daemonize yes"]);
	await expectFollowed("forks", [...wordsOf(daemon)], port, hostNetwork);
});

test("redis forks into the background in Debian's configuration and is followed", async () => {
	// A separate network, because another process may use the port in Debian's configuration.
	const network = await privateNetwork();
	const probe = 'test "$(redis-cli -p 6379 SET probe ok)" = OK';
	const args = ["--directory", "/run/redis", "--probe", probe, "--", "redis-server", "/etc/redis/redis.conf"];
	// Debian makes the account the owner of the configuration. The cage keeps it read-only and reports it.
	const { confinement } = await expectFollowed("debian", args, 6379, network);
	const owned = ["/etc/redis", "/etc/redis/redis.conf"].map((path) =>
		expect.objectContaining({ code: "application-owns", path }),
	);
	expect(confinement.warnings).toEqual(expect.arrayContaining(owned));
});

test("a known protocol needs no probe", async () => {
	const port = await freePort();
	const { command } = redis(port);
	const made = await make(["--name", "known", "--user", "redis", "--", ...command, "--port", String(port)], { state });
	expect(made.rounds.at(-1)?.probes.map(({ ok }) => ok)).toEqual([true, true]);
});
