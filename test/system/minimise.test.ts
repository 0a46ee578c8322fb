import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, cagewright, inProcess, type Json, make, temporaryState } from "./cagewright.ts";
import { bind9, type Daemon, nginx } from "./daemons.ts";
import { apacheWithDefaults, haproxy, phpFpm } from "./more-daemons.ts";
import { preparedRedis } from "./prepared.ts";

/**
 * Trials find the files that real daemons do not need. Ports need not be free, because each trial has its own network. No test waits
 * longer for a missing answer than the command does.
 */

const state = temporaryState();
const port = 18_080;

async function minimise(name: string, options: readonly string[] = []): Promise<Json> {
	const words = ["minimise", name, "--yes", "--json", "--quiet", "--no-selftest", ...options];
	const result = await cagewright(words, { state });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	return result.json;
}

const makeOf = ({ command, probe }: Daemon, name: string, options: readonly string[] = []) =>
	make(["--name", name, "--probe", probe, ...options, "--", ...command], { state });

const more: readonly [string, number, () => Daemon][] = [
	["nginx", 17, () => nginx({ port })],
	["php-fpm", 80, () => phpFpm(port)],
	["apache2", 30, () => apacheWithDefaults(port)],
	["haproxy", 22, () => haproxy(port)],
];

test.each(isLong ? more : [])("%s has at most %i files afterwards and answers", async (name, most, daemon) => {
	const made = await makeOf(daemon(), name);
	const { after, dropped, outcome } = await minimise(name);
	expect(outcome).toBe("minimised");
	expect(after.files).toBeLessThanOrEqual(most);
	expect(made.files - after.files).toBe(dropped.files);
});

test.runIf(isLong)(
	"redis has at most 18 files afterwards, later trials and plans keep that, and an exercise that failed before is ignored with a notice",
	async () => {
		const { daemon, made } = await preparedRedis(state);
		expect(await inProcess(["minimise", "redis", "--quiet"], { state })).toMatchObject({ status: 2, stderr: /--yes/ });
		const dry = await inProcess(["minimise", "redis", "--dry-run", "--json"], { state });
		expect(dry.json).toMatchObject({ dryRun: true, name: "redis" });
		const { after, dropped, outcome, uncounted } = await minimise("redis", ["--exercise", "exit 3"]);
		expect(outcome).toBe("minimised");
		expect(uncounted).toEqual(["exit 3"]);
		expect(after.files).toBeLessThanOrEqual(18);
		expect(made.files - after.files).toBe(dropped.files);
		const tried = await cagewright(["trial", "redis", "--json", "--quiet", "--no-selftest"], { state });
		expect(tried).toMatchObject({ status: 0, json: { answered: true, missing: [] } });
		const words = ["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--json"];
		const planned = await cagewright(["make", ...words, "--", ...daemon.command], { state });
		expect(planned.json).toMatchObject({ schema: "cagewright/plan/1", files: after.files });
	},
);

/** Two zones, of which the probe queries one. */
const twoZones = bind9(port);
const second = `${twoZones.folder}/second.test.zone`;
const config = `${twoZones.folder}/named.conf`;
writeFileSync(second, "$TTL 60\n@ IN SOA ns root 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\nwww IN A 192.0.2.8\n");
writeFileSync(config, `${readFileSync(config, "utf8")}zone "second.test" { type primary; file "${second}"; };\n`);
const askSecond = `dig +short +time=1 +tries=1 -p ${port} @127.0.0.1 www.second.test A | grep -qx 192.0.2.8`;

test("make --minimise ends without the files that no probe of bind9 needs, and result, show, record and explain report them", async () => {
	const options = ["--user", "bind", "--minimise", "--keep", "/etc/ssl/**"];
	const { minimised, ...made } = await makeOf(twoZones, "bind9", options);
	const { after, dropped, kept, trials } = minimised;
	expect(made).toMatchObject({ answered: true, files: after.files });
	expect(made.root).toMatch(/generations\/2$/);
	expect(existsSync(`${made.root}${second}`)).toBe(false);
	expect(minimised).toMatchObject({ outcome: "minimised", complete: true });
	expect(after.files).toBeLessThanOrEqual(42);
	expect(dropped.paths).toContain(second);
	expect(dropped.paths.filter((path: string) => path.startsWith("/etc/ssl/"))).toEqual([]);
	expect(kept.map(({ why }: Json) => why)).toEqual(expect.arrayContaining(["program", "needed", "accounts", "tried"]));

	const shown = await cagewright(["show", "bind9", "--json"], { state });
	expect(shown.json).toMatchObject({ minimised: { files: dropped.files, probes: 1, trials } });
	const record = await cagewright(["record", "bind9", "--lang", "de"], { state });
	expect(record.stdout).toContain(`${trials} Erprobungen, dass ${dropped.files} Dateien`);
	expect(await cagewright(["check", "bind9", "--quiet"], { state })).toMatchObject({ status: 0, stderr: "" });
	const updated = await cagewright(["update", "bind9", "--json", "--quiet"], { state });
	expect(updated.json).toMatchObject({ cages: [{ outcome: "unchanged" }] });
	const other = dropped.paths.find((path: string) => path.startsWith("/etc/") || path.startsWith("/usr/")) ?? "";
	const explained = await cagewright(["explain", "bind9", other], { state });
	expect(explained.stdout).toMatch(/proven unnecessary by 1 probe and 0 exercises on \d{4}-\d\d-\d\d/);
	expect(explained.stdout).toContain(`--include ${other}`);
});

test.runIf(isLong)("a new exercise tests earlier removals again and keeps what it needs", async () => {
	const { dropped, outcome } = await minimise("bind9", ["--exercise", askSecond]);
	expect(outcome).toBe("minimised");
	expect(dropped.paths).not.toContain(second);
	expect(dropped.files).toBeGreaterThan(0);
	const history = await cagewright(["show", "bind9", "--history"], { state });
	expect(history.stdout.match(/ minimised /g)).toHaveLength(2);
});

test("Ctrl-C ends the search with its result so far, and a second Ctrl-C leaves the cage unchanged", async () => {
	const before = await cagewright(["show", "bind9", "--json"], { state });
	const run = begin(["minimise", "bind9", "--yes", "--json", "--events", "--no-selftest"], { state });
	await run.says('"subset-tried"');
	run.send("SIGINT");
	await run.says("Stopping");
	run.send("SIGINT");
	expect(await run.ended).toMatchObject({ status: 130 });
	expect((await cagewright(["show", "bind9", "--json"], { state })).json.files).toBe(before.json.files);

	const soft = begin(["minimise", "bind9", "--yes", "--json", "--events", "--no-selftest", "--jobs", "1"], { state });
	await soft.says('"subset-tried"');
	const { events, json, status } = await soft.stop("SIGINT");
	expect(status).toBe(0);
	expect(json).toMatchObject({ complete: false });
	expect(events.map(({ event }) => event)).toContain("subset-tried");
});
