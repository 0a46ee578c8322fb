import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { editJson, editTrace } from "./archives.ts";
import { must } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { exportedRedis } from "./hostile-archives.ts";
import { processOf } from "./scoped.ts";

/** Archives that name accounts and groups to get their power on this machine, and archives with other machine's claims. */

const { archive, changed, expectRefused, take, there, victim } = exportedRedis();

/** Only root can enter it. */
const closed = mkdtempSync("/srv/cagewright-closed-");
afterAll(() => rmSync(closed, { recursive: true }));

// biome-ignore lint/suspicious/noExplicitAny: the archive's author writes whatever it likes
type Json = any;
const edited = (manifest: (json: Json) => void, cage: (json: Json) => void = () => {}) =>
	changed((tree) => {
		editJson(`${tree}/manifests/1.json`, manifest);
		editJson(`${tree}/cage.json`, cage);
	});
const stored = (path: string) => JSON.parse(readFileSync(`${there}/cages/taken/${path}`, "utf8")) as Json;

/** A cage with an account of its own, and further users and groups with the same numbers. */
function owning(account: string, { users = [], groups = [] }: { users?: readonly string[]; groups?: readonly string[] } = {}) {
	return edited(
		({ accounts, identity: { gid, home, uid } }) => {
			accounts.users.push(...[account, ...users].map((name) => ({ gid, home, name, reason: "dedicated", uid })));
			accounts.groups.push(...[account, ...groups].map((name) => ({ gid, members: [], name, reason: "dedicated" })));
		},
		(json) => Object.assign(json, { dedicatedAccount: account }),
	);
}

describe("an archive is refused", () => {
	test("if its own account has a name that other programs trust", async () => {
		for (const name of ["lxd", "wheel", "admin"]) {
			await expectRefused(owning(name), new RegExp(`account ${name}.*--dedicated-account`));
		}
	});

	// Names with the number of its own account need not exist here.
	test("if a name would become a command, a line or an option", async () => {
		for (const name of some(3, ["x\nu intruder 0", "a/e;touch /intruder;#", "%i", "a b", "-a", 'a"b'])) {
			await expectRefused(owning("cage-taken", { users: [name] }), /account /);
			await expectRefused(owning("cage-taken", { groups: [name] }), /account /);
		}
		// The name of an account that is missing here becomes part of a proposed command.
		const named = changed((tree) => {
			editJson(`${tree}/export.json`, ({ owners }: Json) => {
				for (const id of Object.keys(owners.users)) if (id !== "0") owners.users[id] = "x;reboot";
			});
		});
		await expectRefused(named, /account x;reboot/);
		await expectRefused(
			edited(({ accounts }) => Object.assign(accounts.users[0], { home: "/\nu intruder 0" })),
			/account /,
		);
	});
});

describe("an archive is imported", () => {
	const gid = () => Number(execFileSync("getent", ["group", "adm"]).toString().split(":")[2]);

	test("with --yes, and its account, groups, probes and exercises are named", async () => {
		const file = edited(
			(json) => {
				json.accounts.groups.push({ name: "adm", gid: gid(), members: ["redis"], reason: "x" });
				Object.assign(json.identity, { gid: gid() });
			},
			(json) => {
				Object.assign(json.application, { user: "redis:adm" });
				json.application.probes.push("true probed");
				json.exercises.push("true exercised");
			},
		);
		const taken = await must(take(file, "--yes", "--no-trial"));
		expect(taken.stderr).toMatch(/^Account: redis \(uid \d+, gid \d+\)$/m);
		expect(taken.stderr).toMatch(/^Groups of this machine: adm$/m);
		for (const part of ["true probed", "true exercised"]) expect(taken.stderr).toContain(part);
		const { groups } = stored("manifests/1.json").accounts;
		expect(groups.find((one: Json) => one.name === "adm").members).toEqual([]);
	});

	test.runIf(isLong)("with supplementary groups for its own account only after they were shown", async () => {
		const file = edited(
			() => {},
			(json) => Object.assign(json.application, { user: "redis:redis:adm" }),
		);
		expect(await take(file, "--dry-run", "--dedicated-account")).toMatchObject({ stdout: /^ *Groups of this machine +adm$/m });
		expect(describedJson((await take(file, "--dry-run", "--json")).stdout)).toMatchObject({ groups: ["adm"] });
	});

	test("with an account of its own, and others that it switches to and that run here are named", async () => {
		await using _holder = await processOf("daemon");
		const own = { gid: 64_001, home: "/", name: "cage-taken", reason: "dedicated", uid: 64_001 };
		const file = changed((tree) => {
			editJson(`${tree}/export.json`, ({ owners }: Json) => Object.assign(owners.users, { 1: "daemon" }));
			editJson(`${tree}/export.json`, ({ owners }: Json) => Object.assign(owners.groups, { 1: "daemon" }));
			editJson(`${tree}/manifests/1.json`, ({ accounts }: Json) =>
				accounts.users.push(own, { ...own, gid: 1, name: "daemon", reason: "switched-to", uid: 1 }),
			);
			editJson(`${tree}/cage.json`, (json) => Object.assign(json, { dedicatedAccount: "cage-taken" }));
		});
		expect((await take(file, "--dry-run")).stderr).toMatch(/sleep.* also runs as daemon/);
	});

	test("and the private files of this machine that its trace makes an update copy are named", async () => {
		const letter = `${victim}/letter`;
		writeFileSync(letter, "private", { mode: 0o600 });
		// Directories of pages are mounted, not copied.
		const pages = `${closed}/pages`;
		mkdirSync(pages);
		writeFileSync(`${pages}/index.html`, "private");
		const file = changed((tree) => {
			editTrace(tree, (trace) => {
				const read = { ...trace.accesses[0], succeeded: ["read"], rootOps: [], failed: [] };
				delete read.real;
				for (const path of [letter, `${pages}/index.html`, "/etc/hostname"]) trace.accesses.push({ ...read, path });
				Object.assign(trace, { memfd: true });
			});
		});
		const shown = await take(file, "--dry-run");
		expect(shown.stdout).toMatch(/memfd/);
		expect(shown.stdout).toContain(letter);
		expect(shown.stdout).toContain(pages);
		expect(shown.stdout).not.toContain("/etc/hostname");
		expect(await take(file, "--yes", "--no-trial")).toMatchObject({ stderr: expect.stringContaining(letter) });
		expect((await take(archive, "--dry-run", "--name", "other")).stdout).not.toContain(letter);
	});

	test.runIf(isLong)("without results and requests of the other machine", async () => {
		const unitTrial = { generation: 1, unit: "redis-server.service", withoutReload: true };
		const alarms = { at: "x", generation: 1, filtered: 100, raised: 100, slowest: 0, silent: [] };
		const file = edited(
			() => {},
			(json) => Object.assign(json, { alarms, requested: "0".repeat(64), unitTrial }),
		);
		expect((await take(file, "--yes", "--no-trial")).status).toBe(0);
		for (const name of ["alarms", "requested", "unitTrial"]) expect(stored("cage.json")).not.toHaveProperty(name);
	});

	test.runIf(isLong)("if its application sets its scheduling", async () => {
		const file = edited((json) => Object.assign(json.openings, { scheduling: "sched_setscheduler" }));
		await must(take(file, "--yes", "--no-trial"));
	});
});
