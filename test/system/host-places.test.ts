import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Json, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

/** Directories of the host that a cage may not change, or only with a consent. */

const state = temporaryState();
const folder = temporaryFolder("places");
const mine = join(folder, "mine");
const link = join(folder, "link");
const jobs = "/etc/cron.d";

/** A mount namespace in which the directory is another mount point of (an empty) /etc/cron.d. */
const asJobs = ["unshare", "-m", "sh", "-c", `mount -t tmpfs none ${jobs} && mount --bind ${jobs} ${mine} && exec "$@"`, "sh"];

beforeAll(async () => {
	await preparedRedis(state);
	mkdirSync(mine);
	symlinkSync(jobs, link);
});

function edit(file: string, change: (json: Json) => void): void {
	const json = JSON.parse(readFileSync(file, "utf8")) as Json;
	change(json);
	writeFileSync(file, JSON.stringify(json));
}

const known = () => readFileSync(join(state, "cages/redis/cage.json"), "utf8");

describe("no verb binds a place that the host executes, under any name", () => {
	const verbs = [
		["make", "redis", "--name", "other", "--yes"],
		["make", "redis", "--name", "other", "--yes", "--dry-run"],
		["trace", "redis", "--name", "other", "--yes"],
		["plan", "redis"],
		["build", "redis", "--yes"],
		["trial", "redis", "--yes"],
	];
	/** They share one check, so `npm test` tries each way with two of the verbs. */
	const ways = [
		["--bind", `${jobs}:rw`],
		["--bind", `/${jobs}/./:rw`],
		["--bind", `${link}:rw`],
		["--bind", "/var/lib:rw", "--allow-write", "/var/lib"],
		["--bind", "/usr/local/bin:rw", "--allow-write", "/usr/local/bin"],
		["--writable", `${jobs}/job`],
		["--seed", jobs],
	];
	const all = verbs.flatMap((verb, index) =>
		ways.filter((_, at) => isLong || (at + index) % 3 === 0).map((way) => [...verb, ...way]),
	);
	test.each(all.map((words) => [words.join(" "), words] as const))("%s", async (_, words) => {
		const before = known();
		const { status, stderr, stdout } = await inProcess(words, { state });
		expect({ status, stdout }, stderr).toEqual({ status: 4, stdout: "" });
		expect(stderr).toMatch(/cagewright: Refusing to (bind|make) .*the host executes or trusts what is (in|there).*, see /);
		expect(known()).toBe(before);
		expect(await cagewright(["show", "other"], { state })).toMatchObject({ status: 2 });
	});
});

test("a consent that nothing needs is reported", async () => {
	const planned = await cagewright(["plan", "redis", "--allow-write", "/home", "--dry-run"], { state });
	expect(planned).toMatchObject({ status: 0, stderr: /--allow-write \/home has no effect/ });
});

test("another mount point of such a place is refused", async () => {
	const refused = await cagewright(["plan", "redis", "--bind", `${mine}:rw`], { state, enter: asJobs });
	expect(refused).toMatchObject({
		status: 4,
		stderr: /^cagewright: Refusing to bind .*\/mine read-write: .* \/etc\/cron\.d, see cron\(8\)/,
	});
	const readOnly = await cagewright(["plan", "redis", "--bind", `${mine}:ro`, "--dry-run"], { state, enter: asJobs });
	expect(readOnly).toMatchObject({ status: 0 });
});

test("a consent builds the cage, and the next build needs it again", async () => {
	const others = join(folder, "others");
	mkdirSync(others);
	chownSync(others, 1, 1);
	chmodSync(others, 0o777);
	const bind = ["--bind", `${others}:rw`];
	const refused = await cagewright(["plan", "redis", ...bind], { state });
	expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining(`--allow-write ${others}`) });
	const other = await cagewright(["plan", "redis", ...bind, "--allow-write", folder], { state });
	expect(other).toMatchObject({ status: 4 });
	await must(cagewright(["build", "redis", "--yes", ...bind, "--allow-write", others], { state }));
	const built = JSON.parse(readFileSync(join(state, "cages/redis/manifests/2.json"), "utf8")) as Json;
	expect(built.binds).toEqual([{ path: others, access: "rw", consent: true }]);
	expect((await cagewright(["check", "redis"], { state })).stdout).not.toContain("bind-other-account");
	edit(join(state, "cages/redis/cage.json"), ({ rules }) => {
		rules.allowWrite = [];
	});
	expect(await cagewright(["build", "redis", "--yes"], { state })).toMatchObject({ status: 4, stderr: /--allow-write/ });
	await must(cagewright(["rollback", "redis"], { state }));
	edit(join(state, "cages/redis/cage.json"), ({ rules }) => {
		rules.binds = [];
	});
});

test("a cage whose configuration is writable because of a rule is reported", async () => {
	await must(cagewright(["build", "redis", "--yes", "--writable", "/etc/redis"], { state }));
	const found = await cagewright(["check", "redis"], { state });
	expect(found).toMatchObject({ status: 1, stdout: /^redis: warning configuration-writable \/etc\/redis: /m });
	await must(cagewright(["rollback", "redis"], { state }));
	edit(join(state, "cages/redis/cage.json"), ({ rules }) => {
		rules.writable = [];
	});
});

test.runIf(isLong)("a cage of an earlier release starts and is reported until its next build", async () => {
	await must(cagewright(["build", "redis", "--yes", "--bind", `${mine}:rw`], { state }));
	const present = join(state, "cages/redis/manifests/4.json");
	const start = ["run", "redis", "--", "/usr/bin/redis-server", "--version"];
	const run = (...words: string[]) => cagewright(words, { state, enter: asJobs });
	expect(await cagewright(start, { state })).toMatchObject({ status: 0 });
	// The host has changed since the build.
	expect(await run(...start)).toMatchObject({ status: 4, stdout: "", stderr: /bind-executed/ });
	edit(present, ({ binds }) => {
		delete binds[0].consent;
	});
	const old = await run(...start);
	expect(old).toMatchObject({ status: 0, stdout: /Redis server/i });
	expect(old.stderr).toMatch(
		/redis starts, but .*\/mine is mounted read-write, and the host executes .*\/etc\/cron\.d \(cron\(8\)\)/,
	);
	expect(await run("check", "redis")).toMatchObject({ status: 1, stdout: new RegExp(`redis: warning bind-executed ${mine}: `) });
	expect(await run("build", "redis", "--yes")).toMatchObject({ status: 4, stderr: /Refusing to bind/ });
});
