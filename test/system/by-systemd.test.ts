import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/** A machine whose systemd has to start the cages, because unshare and bwrap are not there. */

let system: Booted;
const unit = "systemctl list-units --all --no-legend --plain 'cagewright*'";
const ping = 'test "$(redis-cli PING)" = PONG';

/** The program, which finds no unshare, and what it was asked for. */
const bare = (words: string) => `/usr/local/bin/without-unshare cagewright ${words}`;
const answers = (probe: string) => eventually(() => system.must(probe));

/** Starts a cage in the background; what it says and its status come into these files. */
async function begin(words: string): Promise<void> {
	await system.must("rm -f /root/said /root/status");
	const line = `${bare(words)} >/root/said 2>&1; echo $$? >/root/status`;
	await system.must(`systemd-run --quiet --collect --unit=started sh -c '${line}'`);
}

/** The process that was begun: node itself. */
const client = () => system.must("pgrep --oldest --full '^node .*cagewright.* run '");

async function isHeld(server: string, cage: string): Promise<void> {
	const pid = await system.must(`pgrep --oldest --exact ${server}`);
	const [root, present] = (
		await system.must(`stat -L -c %d:%i /proc/${pid}/root /var/lib/cagewright/cages/${cage}/current`)
	).split("\n");
	expect(root).toBe(present);
	expect(await system.must(`grep -E '^(NoNewPrivs|Seccomp):' /proc/${pid}/status | cut -f 2 | xargs`)).toBe("1 2");
	for (const kind of ["mnt", "pid", "ipc"])
		expect(await system.must(`readlink /proc/${pid}/ns/${kind}`)).not.toBe(await system.must(`readlink /proc/1/ns/${kind}`));
}

async function nothingIsLeft(): Promise<void> {
	await eventually(async () => expect(await system.must(unit)).toBe(""));
	expect(readdirSync(join(system.tree, "var/lib/cagewright/scratch"))).toEqual([]);
	expect((await system.run("ls -d /run/systemd/system/cagewright*")).stdout).toBe("");
	expect((await system.run("pgrep --list-full 'redis-server|nginx'")).stdout).toBe("");
}

beforeAll(async () => {
	system = await boot();
	await system.must("cp /usr/bin/unshare /usr/local/bin/maker");
	const hide =
		'exec maker --mount --propagation private sh -euc \'mount -n --bind /dev/null /usr/bin/unshare; exec "$@"\' sh "$@"';
	writeFileSync(join(system.tree, "usr/local/bin/without-unshare"), `#!/bin/sh\n${hide}\n`, { mode: 0o755 });
	for (const [service, name] of [
		["redis-server", "redis"],
		["nginx", "nginx"],
	])
		await system.must(`cagewright make ${service}.service --name ${name} --yes --quiet`);
}, bootTime);

/** What a test that failed left running is no matter of the next. */
beforeEach(async () => {
	await system.run("systemctl stop started; pkill -KILL redis-server; pkill -KILL nginx");
});

afterAll(() => system?.dispose());

test("a run answers from inside, says what is weaker, gets its signals, and leaves nothing", async () => {
	await begin("run redis");
	await answers(ping);
	await isHeld("redis-server", "redis");
	expect(await system.must(unit)).toMatch(/^cagewright\S+\.scope .*\ncagewright\S+\.service .* running/);
	await system.must("cagewright signal redis HUP");
	await system.must(`kill -TERM ${await client()}`);
	await answers("test -s /root/status");
	expect(await system.must("cat /root/status")).toBe("0");
	expect(await system.must("grep -c '^Weaker here: systemd starts the cage' /root/said")).toBe("1");
	await nothingIsLeft();
}, 60_000);

test("one that starts as root serves as well, and drops its workers inside", async () => {
	await begin("run nginx");
	await answers("curl -fsS --max-time 5 http://127.0.0.1/ | grep -qi nginx");
	await isHeld("nginx", "nginx");
	expect(await system.must("ps -C nginx -o user= | sort -u | xargs")).toBe("root www-data");
	await system.must(`kill -TERM ${await client()}`);
	await answers("test -s /root/status");
	expect(await system.must("cat /root/status")).toBe("0");
	await nothingIsLeft();
}, 60_000);

test("output and exit status are the command's", async () => {
	const version = await system.run(bare("--quiet run redis -- /usr/bin/redis-server --version"));
	expect(version).toMatchObject({ status: 0, stderr: "", stdout: expect.stringMatching(/^Redis server v=/) });
	expect(await system.run(bare("--quiet run redis -- /usr/bin/redis-server --nonsense"))).toMatchObject({
		status: 1,
		stderr: expect.stringContaining("FATAL CONFIG FILE ERROR"),
	});
	await nothingIsLeft();
});

test("whoever kills the client ends the cage", async () => {
	await begin("run redis");
	await answers(ping);
	await system.must(`kill -KILL ${await client()}`);
	await eventually(async () => expect((await system.run("pgrep redis-server")).stdout).toBe(""));
	await eventually(async () => expect(await system.must(unit)).toBe(""));
	// What a killed one leaves, the next one clears away.
	await system.must(bare("--quiet run redis -- /usr/bin/redis-server --version"));
	await nothingIsLeft();
}, 60_000);

test("a second request to end is a KILL", async () => {
	await begin("--quiet run redis -- /usr/bin/redis-server --port 6380");
	await answers("redis-cli -p 6380 PING | grep -q PONG");
	const pid = await client();
	await system.must(`kill -STOP "$(pgrep --exact redis-server)" && kill -TERM ${pid} && sleep 0.3 && kill -TERM ${pid}`);
	await answers("test -s /root/status");
	expect(await system.must("cat /root/status")).toBe("137");
	await nothingIsLeft();
}, 60_000);

describe("what can be proven there", () => {
	test("a trial asks the probes and says that it sees no more", async () => {
		const { status, stderr, stdout } = await system.run(bare("trial redis --json"));
		expect([status, JSON.parse(stdout).answered]).toEqual([0, true]);
		expect(stderr).toContain("cannot be watched: only the probes tell");
		await nothingIsLeft();
	}, 60_000);

	test("the self-test lets nobody out, and its control does", async () => {
		const { status, stdout } = await system.run(bare("selftest redis --json"));
		const told = JSON.parse(stdout);
		expect(told.ways.filter(({ outcome }: { outcome: string }) => outcome === "escaped")).toEqual([]);
		expect(status).toBe(0);
		expect(Math.min(told.control.before, told.control.after)).toBeGreaterThan(50);
		await nothingIsLeft();
	}, 60_000);
});

describe("what takes more is refused, in one line, with nothing started:", () => {
	test.each([
		["--require full run redis", "--require full: a cage that systemd starts"],
		["shell redis -- true", "no shell can be brought in"],
		["--launcher util-linux run redis", "unshare"],
		["make redis-server.service --name other --yes", "unshare"],
	])("%s", async (words, said) => {
		const { status, stderr } = await system.run(bare(words));
		expect(status).toBe(3);
		expect(stderr.trim().split("\n").at(-1)).toMatch(/^cagewright: /);
		expect(stderr).toContain(said);
		await nothingIsLeft();
		expect(existsSync(join(system.tree, "var/lib/cagewright/cages/other/cage.json"))).toBe(false);
	});
});

test("where it is wanted it is taken, whatever else there is", async () => {
	const { status, stderr } = await system.run("cagewright --launcher systemd-run run redis -- /usr/bin/redis-server --version");
	expect([status, stderr]).toEqual([0, expect.stringMatching(/^Weaker here: systemd[^\n]*\n$/)]);
});
