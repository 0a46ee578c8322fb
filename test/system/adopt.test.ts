import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { archives } from "./booted-tree.ts";
import { eventually } from "./eventually.ts";

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server", "nginx"] });
}, bootTime);

const cagewright = (line: string) => system.run(`cagewright ${line} --quiet`);

async function json(line: string): Promise<Record<string, unknown>> {
	return JSON.parse(await system.must(`cagewright ${line} --quiet --json`)) as Record<string, unknown>;
}

/** Everything that systemd reads of services, to the last byte, with owners and modes. */
const unitFiles = () =>
	system.must("find /etc/systemd /usr/lib/systemd/system -printf '%p %M %u %g %l\\n' -type f -exec md5sum {} + | sort");
const property = (service: string, name: string) => system.must(`systemctl show --value --property=${name} ${service}`);
/** Device and inode: whose root the main process has. */
const rootOf = async (service: string) => system.must(`stat -L -c %d:%i /proc/${await property(service, "MainPID")}/root/.`);
const rootOfCage = (name: string) => system.must(`stat -L -c %d:%i /var/lib/cagewright/cages/${name}/current/`);
const rootOfHost = () => system.must("stat -c %d:%i /");
/** Starts of a service since the boot, each with an invocation of its own. */
const starts = async (unit: string) =>
	Number(await system.must(`journalctl -b -o json -u ${unit}.service | grep -o '"INVOCATION_ID":"[^"]*"' | sort -u | wc -l`));

describe("redis", () => {
	const keys = 100_000;
	/** How many of the keys have their value. */
	const whole = () =>
		system.must(
			`redis-cli eval "local n=0; for i=1,${keys} do if redis.call('get','key:'..i)==tostring(i) then n=n+1 end end; return n" 0`,
		);
	let before = "";

	test("is adopted with every key and at most one interruption", async () => {
		await system.must(`redis-cli eval "for i=1,${keys} do redis.call('set','key:'..i,i) end" 0`);
		before = await unitFiles();
		const invocation = await property("redis-server", "InvocationID");
		const started = await starts("redis-server");
		const adopted = await json("adopt redis-server --yes");
		expect(adopted).toMatchObject({ schema: "cagewright/adopt/1", service: "redis-server.service", answered: true });
		expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
		expect(await whole()).toBe(String(keys));
		expect(await property("redis-server", "InvocationID")).not.toBe(invocation);
		expect([await starts("redis-server"), await property("redis-server", "NRestarts")]).toEqual([started + 1, "0"]);
	});

	test("is shown as adopted, and its cage is not removed", async () => {
		expect(await json("show redis-server")).toMatchObject({ adopted: { service: "redis-server.service", phase: "adopted" } });
		expect(await cagewright("remove redis-server --yes")).toMatchObject({ status: 4, stderr: /release redis-server.service/ });
		expect(await cagewright("adopt redis-server --yes")).toMatchObject({ status: 2 });
	});

	test("stays in its cage when its package is installed again", async () => {
		const invocation = await property("redis-server", "InvocationID");
		await system.must(`DEBIAN_FRONTEND=noninteractive dpkg -i ${archives}/redis-server_*.deb`);
		expect(await property("redis-server", "InvocationID")).not.toBe(invocation);
		await eventually(() => system.must("test $(redis-cli ping) = PONG"));
		expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
		expect(await whole()).toBe(String(keys));
	});

	test("is not released where both sides changed, until told which counts", async () => {
		await system.must("redis-cli set caged yes && touch /var/lib/redis/meanwhile");
		const root = await rootOf("redis-server");
		expect(await cagewright("release redis-server --yes")).toMatchObject({ status: 4, stderr: /--keep host or --keep cage/ });
		expect(await rootOf("redis-server")).toBe(root);
		await system.must("rm /var/lib/redis/meanwhile");
	});

	test("comes back with what was written in the cage, and nothing else changed", async () => {
		const started = await starts("redis-server");
		expect(await json("release redis-server --yes")).toMatchObject({ schema: "cagewright/release/1", answered: true });
		expect(await rootOf("redis-server")).toBe(await rootOfHost());
		expect([await whole(), await system.must("redis-cli get caged")]).toEqual([String(keys), "yes"]);
		expect(await system.must("stat -c '%U:%G %a' /var/lib/redis /var/lib/redis/dump.rdb")).toBe("redis:redis 750\nredis:redis 660");
		expect(await starts("redis-server")).toBe(started + 1);
		expect(await unitFiles()).toBe(before);
		expect((await system.must("ls -A /var/lib/redis")).split("\n")).toEqual(["dump.rdb"]);
	});

	test("runs as before where it does not answer from its cage", async () => {
		await system.must("rm /var/lib/cagewright/cages/redis-server/current/usr/bin/redis-check-rdb");
		expect(await cagewright("adopt redis-server --yes --timeout 5")).toMatchObject({
			status: 1,
			stderr: /^cagewright: redis-server.service runs on the host as before.*\n$/,
		});
		expect(await rootOf("redis-server")).toBe(await rootOfHost());
		expect([await whole(), await unitFiles()]).toEqual([String(keys), before]);
		await system.must("cagewright make redis-server.service --yes --quiet");
	});

	test.each(["adopt", "release"])("is whole after a kill of %s at any moment", async (verb) => {
		for (const delay of [0.3, 0.5, 0.7, 0.9, 1.1]) {
			if (verb === "release") await json("adopt redis-server --yes");
			await system.must(`redis-cli set last ${verb}${delay}`);
			await system.run(`timeout -s KILL ${delay} cagewright ${verb} redis-server --yes --quiet`);
			const repaired = await system.run("cagewright list");
			expect(repaired).toMatchObject({ status: 0 });
			const state = await json("show redis-server");
			const inside = "adopted" in state;
			if (inside) expect(state).toMatchObject({ adopted: { phase: "adopted" } });
			expect(await rootOf("redis-server")).toBe(inside ? await rootOfCage("redis-server") : await rootOfHost());
			expect([await whole(), await system.must("redis-cli get last")]).toEqual([String(keys), `${verb}${delay}`]);
			if (inside) await json("release redis-server --yes");
			expect(await unitFiles()).toBe(before);
		}
	});
});
