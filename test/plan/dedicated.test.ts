import { describe, expect, test } from "vitest";
import { dedicatedName, isAccountName, sharedAccounts, withDedicatedAccount } from "../../src/plan/dedicated.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { entry, plan, writable } from "../cage/plans.ts";
import { directory, tree } from "./tree.ts";

const account = { name: "cage-web", uid: 700, gid: 701 };
const root = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
const user = (name: string, uid: number, reason: string) => ({ name, uid, gid: uid, home: "/var/www", reason });

/** An application of www-data (33), which starts as it or as root. */
function planned(values: Partial<Plan> = {}, users = [user("www-data", 33, "started-as")]): Plan {
	const groups = [{ name: "www-data", gid: 33, members: [], reason: "started-as" }];
	const passwd = "root:x:0:0:root:/root:/usr/sbin/nologin\nwww-data:x:33:33:w:/var/www:/usr/sbin/nologin\n";
	return plan(
		[
			entry("/usr/bin/app", { mode: 0o755 }),
			entry("/etc/app.key", { uid: 33, gid: 0 }),
			entry("/etc/app.conf", { gid: 33 }),
			entry("/etc/passwd", { kind: "generated", content: passwd }),
			entry("/etc/group", { kind: "generated", content: "root:x:0:\nwww-data:x:33:\nssl-cert:x:110:www-data\n" }),
		],
		{
			identity: { name: "www-data", uid: 33, gid: 33, groups: [110], home: "/var/www" },
			accounts: { users, groups, usersLeftOut: 0, groupsLeftOut: 0 },
			writable: [writable("/var/lib/app", { uid: 33, gid: 33 }), writable("/var/log/app", { uid: 0, gid: 33 })],
			...values,
		},
	);
}

const ownersOf = (made: Plan) => made.entries.map(({ gid, path, uid }) => `${path} ${uid}:${gid}`);
const contentOf = (made: Plan, path: string) => made.entries.find((one) => one.path === path);

describe("a dedicated account", () => {
	test("replaces the account that the application starts as and keeps its supplementary groups", () => {
		const made = withDedicatedAccount(planned(), account);
		expect(made.identity).toEqual({ name: "cage-web", uid: 700, gid: 701, groups: [110], home: "/var/www" });
		expect(made.ownerChange).toEqual({ uid: [33, 700], gid: [33, 701] });
		expect(made.notes).toEqual([]);
	});

	test("gets the files and the state of the old one, but none of root's", () => {
		const made = withDedicatedAccount(planned(), account);
		expect(ownersOf(made)).toEqual([
			"/usr/bin/app 0:0",
			"/etc/app.key 700:0",
			"/etc/app.conf 0:701",
			"/etc/passwd 0:0",
			"/etc/group 0:0",
		]);
		expect(made.writable.map(({ gid, uid }) => [uid, gid])).toEqual([
			[700, 701],
			[0, 701],
		]);
	});

	test("has the old name first in the cage, then its own", () => {
		const made = withDedicatedAccount(planned(), account);
		const passwd = contentOf(made, "/etc/passwd");
		expect(passwd?.content).toBe(
			"root:x:0:0:root:/root:/usr/sbin/nologin\nwww-data:x:700:701:w:/var/www:/usr/sbin/nologin\ncage-web:x:700:701::/nonexistent:/usr/sbin/nologin\n",
		);
		expect(passwd?.size).toBe(passwd?.content?.length);
		expect(contentOf(made, "/etc/group")?.content).toBe("root:x:0:\nwww-data:x:701:\nssl-cert:x:110:www-data\ncage-web:x:701:\n");
		expect(made.accounts.users.map(({ name, reason, uid }) => [name, uid, reason])).toEqual([
			["www-data", 700, "started-as"],
			["cage-web", 700, "dedicated"],
		]);
	});

	test("replaces the account that a root start switches to, even if a configuration uses the number", () => {
		const made = withDedicatedAccount(planned({ identity: root }, [user("www-data", 33, "switched-to")]), account);
		expect(made.identity).toEqual(root);
		expect(made.ownerChange?.uid).toEqual([33, 700]);
		const values = { account: "www-data", dedicated: "cage-web", uid: 700 };
		expect(made.notes).toEqual([{ code: "dedicated-account-inside", values }]);
	});

	test("cannot replace root or several accounts", () => {
		const onlyRoot = planned({ identity: root }, [user("www-data", 33, "owns-files")]);
		const noAccount = expect.objectContaining({ code: "dedicated-account-root", exit: 2 });
		expect(() => withDedicatedAccount(onlyRoot, account)).toThrow(noAccount);
		const several = planned({ identity: root }, [user("www-data", 33, "switched-to"), user("mail", 8, "switched-to")]);
		const values = { accounts: "mail, www-data" };
		const tooMany = expect.objectContaining({ code: "dedicated-account-several", values });
		expect(() => withDedicatedAccount(several, account)).toThrow(tooMany);
	});
});

test("its name must be one that useradd accepts", () => {
	expect(dedicatedName("redis")).toBe("cage-redis");
	expect(dedicatedName("My.Site@2")).toBe("cage-my-site-2");
	expect(isAccountName(dedicatedName("x".repeat(64)))).toBe(true);
	for (const name of ["", "-a", "a b", "a:b", "A", "a\n", "0", "x".repeat(33)]) expect(isAccountName(name)).toBe(false);
});

describe("a shared account", () => {
	const user = (name: string, uid: number) => ({ name, uid, gid: uid, gecos: "", home: "/", shell: "" });
	const users = [user("www-data", 33), user("redis", 110)];
	const files = tree({
		"/var/lib/redis": directory({ uid: 110 }),
		"/var/log/redis": directory({ uid: 110 }),
		"/var/lib/other": directory({ uid: 110 }),
		"/srv/site": directory({ uid: 33 }),
		"/var/lib/file": "",
	});
	const notes = (uid: number) =>
		sharedAccounts(plan([], { writable: [writable("/var/lib/redis"), writable("/var/log/redis")] }), [uid], users, files);

	test("an account that any package may use is noted", () => {
		expect(notes(33)).toContainEqual({ code: "account-of-everybody", values: { account: "www-data" } });
		expect(notes(110).map(({ code }) => code)).not.toContain("account-of-everybody");
	});

	test("an account that owns other services' directories is noted", () => {
		const values = { account: "redis", count: 1, paths: "/var/lib/other" };
		expect(notes(110)).toEqual([{ code: "account-owns-elsewhere", values }]);
		expect(notes(111)).toEqual([]);
	});
});
