import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, times } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { generator } from "./random.ts";
import { differences, snapshot } from "./snapshot.ts";

/**
 * Kills commands that change services, on a booted systemd: an update between its switch and the restart, a removal with units and
 * hooks, an adoption and a release at random moments. `CAGEWRIGHT_SEED` repeats a run.
 */

/** `adopt.test.ts` kills at each step, so a few random moments suffice once one of them cut a move in two. */
const fewest = times(1, 50);
const moves = times(8, 50);
const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server"] });
	for (const folder of ["logrotate.d", "letsencrypt/renewal-hooks/deploy"]) {
		mkdirSync(join(system.tree, "etc", folder), { recursive: true });
	}
	await system.must("cagewright make redis-server.service --name redis --yes --quiet --no-selftest");
}, bootTime);
const property = (service: string, name: string) => system.must(`systemctl show --value --property=${name} ${service}`);
const rootOf = async (service: string) => system.must(`stat -L -c %d:%i /proc/${await property(service, "MainPID")}/root/.`);
const rootOfCage = () => system.must("stat -L -c %d:%i /var/lib/cagewright/cages/redis/current/");
const inFolder = () => system.must("ls -A /var/lib/cagewright/cages/redis");
/** Everything outside a cage that a command could leave behind. */
const beside = () =>
	snapshot({ root: system.root(), places: ["/etc", "/dev", "/usr/local", "/opt", "/root", "/home"], by: "content" });

test("a cage has its own data again after the service that used its state in place was released", async () => {
	const data = "/var/lib/cagewright/cages/redis/data";
	await system.must(`echo own >${data}/var/lib/redis/own`);
	for (const _ of ["first", "second"]) {
		await system.must(
			"cagewright adopt redis-server --name redis --yes --quiet && cagewright release redis-server --yes --quiet",
		);
		expect(await system.query(`cat ${data}/var/lib/redis/own; test ! -e ${data}.before`)).toBe("own");
	}
	await system.must(`rm ${data}/var/lib/redis/own`);
});

test(`${moves} kills of adopt and release at random moments (seed ${seed})`, async () => {
	const random = generator(seed);
	const keys = 1000;
	const whole = `redis-cli eval "local n=0; for i=1,${keys} do if redis.call('get','key:'..i)==tostring(i) then n=n+1 end end; return n" 0`;
	await system.must(`redis-cli eval "for i=1,${keys} do redis.call('set','key:'..i,i) end" 0; redis-cli save`);
	const before = beside();
	const isAdopted = async () =>
		(await system.run('grep -q \'"phase":"adopted"\' /var/lib/cagewright/cages/redis/adoption.json')).status === 0;
	const found = { cage: 0, host: 0, said: 0 };
	for (let turn = 1; turn <= moves && (turn <= fewest || found.said === 0); turn++) {
		const verb = (await isAdopted()) ? "release" : "adopt";
		await system.must(`redis-cli set last ${turn}`);
		// Most of the time passes before the command stops the service, so most kills come after that.
		const isAway = !isLong || random() < 0.5;
		const pause = (random() * (isAway ? 0.6 : 3)).toFixed(3);
		const begin = isAway ? "until grep -qs service-stopped /run/events; do sleep 0.01; done;" : "";
		const name = verb === "adopt" ? "--name redis" : "";
		const { status } = await system.run(
			`rm -f /run/events; cagewright ${verb} redis-server ${name} --yes --events 2>/run/events & p=$!; (${begin} sleep ${pause}; kill -KILL $p) & wait $p`,
		);
		const where = `turn ${turn}, ${verb} ${pause} s after ${isAway ? "the stop" : "the start"}, seed ${seed}`;
		expect({ where, ended: [0, 137].includes(status) }).toEqual({ where, ended: true });
		const half = await system.run('grep -o \'"phase":"[^"]*\' /var/lib/cagewright/cages/redis/adoption.json | cut -d\'"\' -f4');
		const isHalf = !["", "adopted"].includes(half.stdout.trim());
		const { stderr } = await system.run("cagewright list");
		if (isHalf) expect({ where, stderr }).toEqual({ where, stderr: /^An earlier command was interrupted\. redis-server/ });
		found.said += isHalf ? 1 : 0;
		const isInside = await isAdopted();
		found[isInside ? "cage" : "host"]++;
		const root = isInside ? await rootOfCage() : await system.must("stat -c %d:%i /");
		expect({ where, root: await rootOf("redis-server") }).toEqual({ where, root });
		const data = [await system.must(whole), await system.must("redis-cli get last")];
		expect({ where, data }).toEqual({ where, data: [String(keys), String(turn)] });
		if (!isInside) expect({ where, beside: differences(before, beside()) }).toEqual({ where, beside: [] });
		const state = await system.must("ls -A /var/lib/redis");
		expect({ where, state }).toEqual({ where, state: "dump.rdb" });
		const left = (await inFolder()).split("\n").filter((one) => one.startsWith(".") || one.includes("json.tmp"));
		expect({ where, left }).toEqual({ where, left: [] });
	}
	expect(found.said).toBeGreaterThan(0);
	if (await isAdopted()) await system.must("cagewright release redis-server --yes --quiet");
	expect(differences(before, beside())).toEqual([]);
});

test("a switch that was killed before the restart is completed by the next command", async () => {
	await system.must("systemctl stop redis-server && cagewright unit redis --install --quiet && systemctl start cage-redis");
	let said = 0;
	// After the switch, and when the service has stopped or just started. Again if both came too late.
	const moments = [`[ "$(readlink $C/current)" != "$before" ]`, "grep -qs service-stopped /run/events"];
	for (const [index, moment] of [...moments, ...moments].entries()) {
		if (index >= moments.length && said > 0) break;
		await system.must(`echo '# turn-${index}' >>/etc/redis/redis.conf`);
		// systemd does not wait until redis listens.
		await eventually(() => system.must(`redis-cli set last ${index}`));
		const killed = await system.run(
			`rm -f /run/events; C=/var/lib/cagewright/cages/redis; before=$(readlink $C/current)
			cagewright update redis --events --no-selftest 2>/run/events & p=$!
			until ${moment}; do sleep 0.005; done; kill -KILL $p; wait $p`,
		);
		expect(killed.status).toBe(137);
		const { stderr } = await system.run("cagewright list");
		if (/^An earlier command was interrupted\. Generation \d+ of redis is current\. Restarted: cage-redis/.test(stderr)) said++;
		else expect(stderr).toMatch(/^(An earlier command was interrupted\. Its unfinished work on redis was removed\.)?$/);
		await eventually(async () => expect(await rootOf("cage-redis")).toBe(await rootOfCage()));
		await eventually(async () => expect(await system.must("redis-cli get last")).toBe(String(index)));
		expect(await inFolder()).not.toContain("switching.json");
		expect(await system.must(`grep -c '# turn-${index}' /var/lib/cagewright/cages/redis/current/etc/redis/redis.conf`)).toBe("1");
	}
	expect(said).toBeGreaterThan(0);
	expect(await system.must("cagewright show redis --history")).toContain("interrupted switch completed");
});

describe("a removal", () => {
	test("is refused while the unit runs, and lists what it would remove", async () => {
		expect(await system.run("cagewright remove redis --yes")).toMatchObject({
			status: 4,
			stderr: /cage-redis\.service.*systemctl stop cage-redis\.service/,
		});
		await system.must(
			"systemctl stop cage-redis; systemctl enable --quiet cage-redis; cagewright unit redis --logrotate --install",
		);
		await system.must("cagewright unit redis --dropin redis-server --install --quiet");
		const announced = describedJson(await system.must("cagewright remove redis --dry-run --json"));
		expect(announced).toMatchObject({
			dryRun: true,
			removed: false,
			units: [
				{ path: "/etc/systemd/system/cage-redis.service" },
				{ path: "/etc/systemd/system/redis-server.service.d/zz-cagewright.conf", service: "redis-server.service" },
			],
			hooks: ["/etc/logrotate.d/cage-redis"],
			mentions: [],
		});
		expect(announced.deletes).toEqual(
			expect.arrayContaining(["/var/lib/cagewright/cages/redis/generations", "/var/lib/cagewright/cages/redis/data"]),
		);
		const text = await system.must("cagewright remove redis --dry-run --keep-data");
		for (const { path } of announced.units) expect(text).toContain(path);
		expect(text).toMatch(/It keeps:\n {2}\/var\/lib\/cagewright\/cages\/redis\/data \(/);
		await system.must("test -e /etc/systemd/system/multi-user.target.wants/cage-redis.service");
	});

	test("is refused if somebody edited a file, which stays", async () => {
		const dropin = "/etc/systemd/system/redis-server.service.d/zz-cagewright.conf";
		await system.must(`cp -a ${dropin} /run/kept; echo '# mine' >>${dropin}`);
		expect(await system.run("cagewright remove redis --yes")).toMatchObject({
			status: 4,
			stderr: /zz-cagewright\.conf was edited after/,
		});
		await system.must(`cp -a /run/kept ${dropin}; echo '/var/lib/cagewright/cages/redis/data/x {}' >/etc/logrotate.d/mine`);
	});

	/** strace kills the program at one of its calls: for the journal, for the unit, or for the remaining files. */
	test("that was killed at any step is completed by the next command, which says so", async () => {
		const all = ["rename 3", "unlink 3", "unlink 5", "rmdir 4"];
		const steps = all.filter((_, index) => isLong || index % 2 === seed % 2);
		await system.must("cp -a /var/lib/cagewright/cages/redis /var/kept");
		// The earlier moves determine which data exists: seeded data, and data returned to the host.
		const stays = (await inFolder()).split("\n").filter((one) => /^(data|data\.undone-.*|seeded\.json)$/.test(one));
		for (const [index, step] of steps.entries()) {
			if (index > 0) {
				await system.must("rm -r /var/lib/cagewright/cages/redis && cp -a /var/kept /var/lib/cagewright/cages/redis");
				for (const what of ["", "--logrotate", "--dropin redis-server"])
					await system.must(`cagewright unit redis ${what} --install --quiet`);
				await system.must("systemctl enable --quiet cage-redis");
			}
			await system.must("echo precious >/var/lib/cagewright/cages/redis/data/precious");
			const [call, when] = step.split(" ");
			const kill = `strace -f -qq -o /dev/null -e trace=${call} -e inject=${call}:signal=KILL:when=${when}`;
			const killed = await system.run(`UV_THREADPOOL_SIZE=1 ${kill} cagewright remove redis --yes --keep-data --quiet`);
			expect({ step, status: killed.status }).toEqual({ step, status: 137 });
			const { stderr } = await system.run("cagewright list");
			expect({ step, stderr }).toEqual({ step, stderr: /^An earlier command was interrupted while it removed redis/ });
			expect(await system.must("find /etc/systemd /etc/logrotate.d -name '*cage*'")).toBe("");
			expect((await inFolder()).split("\n").sort()).toEqual(stays.sort());
			expect(await system.must("cat /var/lib/cagewright/cages/redis/data/precious")).toBe("precious");
		}
		expect((await system.run("cagewright list --json --quiet")).stdout).toContain('"cages": []');
	});

	test("leaves no trace of the cage and removes nothing else", async () => {
		await system.must("cagewright remove redis --yes --quiet");
		expect(await system.must("ls -A /var/lib/cagewright/cages")).toBe("");
		const before = beside();
		await system.must("cp -a /var/kept /var/lib/cagewright/cages/redis");
		for (const what of ["", "--logrotate", "--dropin redis-server"])
			await system.must(`cagewright unit redis ${what} --install --quiet`);
		await system.must("systemctl enable --quiet cage-redis");
		expect(differences(before, beside())).not.toEqual([]);
		const removed = await system.run("cagewright remove redis --yes");
		expect(removed).toMatchObject({ status: 0, stderr: expect.stringContaining("/etc/logrotate.d/mine") });
		expect(differences(before, beside())).toEqual([]);
		expect(await system.must("ls -A /var/lib/cagewright/cages")).toBe("");
	});
});
