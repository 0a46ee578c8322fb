import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/**
 * A unit of an older systemd starts, stops and reloads its cage in another way. An upgrade of the distribution replaces systemd while the
 * service runs. systemctl says here that it is older.
 */

let system: Booted;
const unit = () => readFileSync(join(system.tree, "etc/systemd/system/cage-redis.service"), "utf8");
const answers = () => eventually(() => system.query('test "$(redis-cli ping)" = PONG'));
const journal = () => system.query("journalctl --sync; journalctl --no-pager --output=cat --unit=cage-redis");
const older = (version: string) => writeFileSync(join(system.tree, "etc/systemd-version"), version);

beforeAll(async () => {
	system = await boot();
	const tool = join(system.tree, "usr/bin/systemctl");
	renameSync(tool, `${tool}-own`);
	const script =
		'#!/bin/sh\nread -r version </etc/systemd-version\n[ "$*" = --version ] && [ -n "$version" ] && echo "systemd $version" && exit\nexec systemctl-own "$@"\n';
	writeFileSync(tool, script, { mode: 0o755 });
	older("252 (older)\n");
	await system.must("cagewright make redis --yes --no-selftest --quiet && cagewright unit redis --install --quiet");
	await system.must("systemctl start cage-redis");
	await answers();
	expect(unit()).not.toContain("PrivatePIDs=");
}, bootTime);

test("an update stops it as its unit knows, and starts it in the new way", async () => {
	older("\n");
	appendFileSync(join(system.tree, "etc/redis/redis.conf"), "# changed\n");
	const said = await system.must("cagewright update redis --yes --no-selftest");
	expect(said).toContain("Restarted cage-redis.service");
	expect(unit()).toContain("PrivatePIDs=yes");
	await answers();
	expect(await journal()).not.toMatch(/timed out|SIGKILL/);
});

test("an update that does not restart it leaves its unit", async () => {
	older("252 (older)\n");
	await system.must("cagewright update redis --yes --no-selftest");
	expect(unit()).toContain("PrivatePIDs=yes");
	await system.must("systemctl restart cage-redis");
	await answers();
	expect(await journal()).not.toMatch(/timed out|SIGKILL/);
});

test("a stopped service gets the new unit", async () => {
	await system.must("systemctl stop cage-redis && cagewright update redis --yes --no-selftest");
	expect(unit()).not.toContain("PrivatePIDs=");
});
