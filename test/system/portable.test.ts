import { afterAll, beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { redis, servicesOf } from "./booted-services.ts";

let system: Booted;
const { answers, mainPid, property } = servicesOf(() => system);

beforeAll(async () => {
	system = await boot();
	await system.must("cagewright make redis-server.service --name redis --no-selftest --yes --quiet");
}, bootTime);

afterAll(() => system?.dispose());

test("a portable service runs as the account of that name, whatever its number", async () => {
	const image = "/var/lib/portables/cage-redis";
	await system.must("mkdir -p /var/lib/portables");
	const { status, stderr } = await system.run(`cagewright export redis --format portable -o ${image}`);
	expect(status, stderr).toBe(0);
	// As after a move to another machine.
	await system.must("groupmod -g 3778 redis && usermod -u 3777 redis");
	const [, commands = ""] = stderr.split("or later:\n");
	await system.must(`set -e\n${commands}`);
	await answers(redis.probe);
	const pid = await mainPid("cage-redis");
	const fields = await system.must(`grep -E '^(Uid|Gid|NoNewPrivs|Seccomp):' /proc/${pid}/status`);
	expect(fields.split("\n").map((line) => line.split("\t")[1])).toEqual(["3777", "3778", "1", "2"]);
	expect(await system.must(`cat /proc/${pid}/root/usr/lib/os-release`)).toContain("PORTABLE_PREFIXES=cage-redis");
	const overall = await system.must("systemd-analyze security --no-pager cage-redis.service | tail -1");
	expect(Number(/: (\d+\.\d)/.exec(overall)?.[1])).toBeLessThanOrEqual(redis.exposure);
	await system.must("redis-cli SET kept yes && redis-cli SAVE && systemctl restart cage-redis");
	await answers('test "$(redis-cli GET kept)" = yes');
	expect(await system.must("stat -c %U /var/lib/cage-redis/var/lib/redis/dump.rdb")).toBe("redis");
	await system.must("portablectl detach --enable --now cage-redis");
	expect(await property("cage-redis", "LoadState")).toBe("not-found");
}, 120_000);
