import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, cagewright, type Made, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import type { Daemon } from "./daemons.ts";
import { ordinaryUser, readableProgram } from "./ordinary.ts";
import { otherMachine, renumberedRedis, withoutRedis } from "./other-machine.ts";
import { preparedRedis } from "./prepared.ts";
import { processOf } from "./scoped.ts";

/** Accounts travel by name: each machine has its own numbers. */

const state = temporaryState();
const archive = `${temporaryFolder("import-account")}/redis.tar`;
let daemon: Daemon;
let made: Made;

beforeAll(async () => {
	({ daemon, made } = await preparedRedis(state));
	const kept = `${made.data}${daemon.folder}/data/kept`;
	fs.writeFileSync(kept, "kept");
	execFileSync("chown", ["--reference", `${made.data}${daemon.folder}/data`, kept]);
	await must(cagewright(["export", "redis", "-o", archive, "--with-data"], { state }));
});

const ownerOf = (path: string) => {
	const { gid, uid } = fs.statSync(path);
	return [uid, gid];
};

test("an imported cage runs as the account of that name with this machine's number, and a shared account is named", async () => {
	const { enter } = otherMachine(renumberedRedis);
	const there = temporaryState();
	await using _holder = await processOf(4321);
	const imported = await must(cagewright(["import", archive, "--yes"], { state: there, enter }));
	expect(imported.stdout).toContain("answers");
	expect(imported.stderr).toMatch(/sleep.* also runs as redis/);
	const cage = `${there}/cages/redis`;
	const directory = `${cage}/data${daemon.folder}/data`;
	for (const path of [directory, `${directory}/kept`]) expect(ownerOf(path)).toEqual([4321, 4322]);
	expect(fs.readFileSync(`${cage}/current/etc/passwd`, "utf8")).toContain("redis:x:4321:4322:");
	expect(fs.readFileSync(`${cage}/current/etc/group`, "utf8")).toContain("redis:x:4322:");
	const checked = await cagewright(["check", "redis", "--json"], { state: there, enter });
	expect(checked.json.cages).toMatchObject([{ drift: [] }]);
});

test("a machine without the account is left unchanged, and says what to do", async () => {
	const { account, enter } = otherMachine(withoutRedis);
	const there = temporaryState();
	const imported = await cagewright(["import", archive, "--yes"], { state: there, enter });
	expect(imported).toMatchObject({ status: 4, stdout: "" });
	expect(imported.stderr).toMatch(/^cagewright: [^\n]*useradd --system redis[^\n]*--dedicated-account[^\n]*\n$/);
	const failing = otherMachine(withoutRedis, "mount -n --bind /bin/false /usr/sbin/useradd");
	const failed = await cagewright(["import", archive, "--yes", "--dedicated-account"], { state: there, enter: failing.enter });
	expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining("useradd") });
	expect(fs.existsSync(`${there}/cages`) ? fs.readdirSync(`${there}/cages`) : []).toEqual([]);
	expect(account("cage-redis")).toBeUndefined();
});

test.runIf(isLong)("a dedicated account is created again by an import, and removed with the cage", async () => {
	const { account, enter } = otherMachine(withoutRedis);
	const [first, second] = [temporaryState(), temporaryState()];
	const take = (file: string, where: string, ...options: string[]) =>
		cagewright(["import", file, "--yes", ...options], { state: where, enter });
	const given = await must(take(archive, first, "--dedicated-account"));
	expect(given.stdout).toContain("answers");
	const [, , uid, gid] = (account("cage-redis") ?? "").split(":").map(Number);
	expect(ownerOf(`${first}/cages/redis/data${daemon.folder}/data/kept`)).toEqual([uid, gid]);
	const file = `${temporaryFolder("import-account")}/dedicated.tar`;
	expect((await cagewright(["export", "redis", "-o", file], { state: first, enter })).status).toBe(0);
	// The account belongs to another cage on this machine.
	expect(await take(file, second, "--no-trial")).toMatchObject({ status: 4, stderr: expect.stringContaining("cage-redis") });
	expect((await cagewright(["remove", "redis", "--yes"], { state: first, enter })).status).toBe(0);
	expect(account("cage-redis")).toBeUndefined();
	await must(take(file, second, "--no-trial"));
	expect(account("cage-redis")).toContain("made by cagewright");
	expect((await cagewright(["remove", "redis", "--yes"], { state: second, enter })).status).toBe(0);
	expect(account("cage-redis")).toBeUndefined();
});

describe("an import that is killed after it created the account", () => {
	/** useradd(8) creates the account and then kills the import that called it. */
	async function killedImport() {
		const folder = temporaryFolder("fatal");
		fs.copyFileSync("/usr/sbin/useradd", `${folder}/real`);
		fs.writeFileSync(`${folder}/useradd`, `#!/bin/sh\n${folder}/real "$@"\nkill -KILL "$PPID"\n`);
		for (const name of ["real", "useradd"]) fs.chmodSync(`${folder}/${name}`, 0o755);
		const mount = `mount -n --bind ${folder}/useradd /usr/sbin/useradd`;
		const { account, enter } = otherMachine(withoutRedis, mount);
		const there = temporaryState();
		const killed = await begin(["import", archive, "--yes", "--dedicated-account"], { state: there, enter }).ended;
		expect(killed.status).toBe(137);
		expect(account("cage-redis")).toContain("made by cagewright");
		const uid = Number(account("cage-redis")?.split(":")[2]);
		return { account, there, uid, enter: enter.map((word) => word.replace(` && ${mount}`, "")) };
	}
	const cagesIn = (there: string) => fs.readdirSync(`${there}/cages`);

	test("is undone by the next command", async () => {
		const { account, enter, there } = await killedImport();
		expect(await cagewright(["list"], { state: there, enter })).toMatchObject({
			status: 0,
			stderr: "An earlier import was interrupted. The account cage-redis that it created was removed.\n",
		});
		expect(account("cage-redis")).toBeUndefined();
		expect(cagesIn(there)).toEqual([]);
		expect((await cagewright(["list"], { state: there, enter })).stderr).toBe("");
	});

	test.runIf(isLong)("can be repeated at once", async () => {
		const { account, enter, there } = await killedImport();
		await must(cagewright(["import", archive, "--yes", "--no-trial", "--dedicated-account"], { state: there, enter }));
		expect(account("cage-redis")).toContain("made by cagewright");
		expect(cagesIn(there)).toEqual(["redis"]);
		expect((await cagewright(["remove", "redis", "--yes"], { state: there, enter })).status).toBe(0);
		expect(account("cage-redis")).toBeUndefined();
	});

	test("leaves an account that a process uses, and says so once", async () => {
		const { account, enter, there, uid } = await killedImport();
		await using holder = await processOf(uid);
		const { stderr } = await cagewright(["list"], { state: there, enter });
		expect(stderr).toMatch(new RegExp(`^Account cage-redis was not removed, because process ${holder.pid} uses it[^\\n]*\\n$`));
		expect((await cagewright(["list"], { state: there, enter })).stderr).toBe("");
		expect(account("cage-redis")).toContain("made by cagewright");
		expect(cagesIn(there)).toEqual([]);
	});
});

test("an account that has another group here is refused, and a dedicated one replaces it", async () => {
	const { enter } = otherMachine((line) => line.replace(/^(redis:\w*:\d+:)\d+:/, "$165534:"));
	const take = (...options: string[]) =>
		cagewright(["import", archive, "--dry-run", ...options], { state: temporaryState(), enter });
	expect(await take()).toMatchObject({ status: 4, stderr: /account redis\.[^\n]*--dedicated-account/ });
	expect((await take("--dedicated-account")).status).toBe(0);
});

test.runIf(isLong)("an archive may name thousands of owners, with any characters", async () => {
	const people = Array.from({ length: 3000 }, (_, index) => 100_000 + index);
	// winbind's names may contain spaces.
	const lines = people.map((id) => `domain person ${id}:x:${id}:${id}::/:/bin/false`);
	const { enter } = otherMachine((line) => (line.startsWith("root:") ? [line, ...lines].join("\n") : line));
	const mail = `${made.data}${daemon.folder}/data/mail`;
	const file = `${temporaryFolder("import-account")}/mail.tar`;
	const there = temporaryState();
	fs.mkdirSync(mail);
	try {
		for (const id of people) {
			fs.writeFileSync(`${mail}/${id}`, "");
			fs.chownSync(`${mail}/${id}`, id, id);
		}
		expect((await cagewright(["export", "redis", "-o", file, "--with-data"], { state, enter })).status).toBe(0);
	} finally {
		fs.rmSync(mail, { recursive: true });
	}
	await must(cagewright(["import", file, "--yes", "--no-trial"], { state: there, enter }));
	expect(ownerOf(`${there}/cages/redis/data${daemon.folder}/data/mail/102999`)).toEqual([102_999, 102_999]);
});

test("without root, a cage that starts as another account is refused with the reason", async () => {
	const user = ordinaryUser(readableProgram());
	const file = `${user.home}/redis.tar`;
	fs.copyFileSync(archive, file);
	fs.chmodSync(file, 0o644);
	for (const options of [[], ["--dedicated-account"]]) {
		const refused = await cagewright(["import", file, "--yes", ...options], user);
		expect(refused).toMatchObject({ status: 3, stdout: "" });
		expect(refused.stderr).toMatch(/^cagewright: [^\n]*as root\.\n$/);
	}
});
