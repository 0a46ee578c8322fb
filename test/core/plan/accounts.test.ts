import { describe, expect, test } from "vitest";
import { type AccountRules, planAccounts } from "../../../src/core/plan/accounts.ts";
import { writable } from "../cage/plans.ts";
import { asApp, asRoot, type Did, groups, rules, trace, users } from "./traces.ts";

const accounts = (identity = asRoot, did: Record<string, Did> = {}, values: Parameters<typeof trace>[1] = {}) =>
	planAccounts(identity, trace(did, values), [], [], users, groups);

describe("accounts in the cage", () => {
	test("include only the account that the application starts as, and its groups", () => {
		const { accounts: made, group, passwd } = accounts({ ...asApp, groups: [902] });
		expect(passwd).toBe("app:x:900:901::/var/lib/app:/usr/sbin/nologin\n");
		expect(group).toBe("app:x:901:\ncertificates:x:902:app\n");
		expect(made).toMatchObject({ usersLeftOut: 2, groupsLeftOut: 2 });
		expect(made.groups.map(({ reason }) => reason)).toEqual(["started-as", "group-of-account"]);
	});
	test("include an account that it switches to, with that account's own group", () => {
		const { accounts: made } = accounts(asRoot, {}, { uids: new Set([1000]), gids: new Set([902]) });
		expect(made.users).toMatchObject([
			{ name: "root", reason: "started-as" },
			{ name: "other", reason: "switched-to" },
		]);
		expect(made.groups.map(({ name, reason, members }) => [name, reason, members])).toEqual([
			["root", "started-as", []],
			["certificates", "switched-to", ["other"]],
			["other", "group-of-account", []],
		]);
	});
	test("include accounts that it gives files to, and owners of what it may write", () => {
		const { accounts: made } = accounts(asRoot, { "/run/f": { did: "write", owner: { uid: 900, gid: -1 } } });
		expect(made.users.map(({ name, reason }) => [name, reason])).toEqual([
			["root", "started-as"],
			["app", "owns-files"],
		]);
		const owned = planAccounts(
			asApp,
			trace({}),
			[writable("/srv", { uid: 1000 }), writable("/run", { uid: 0 })],
			[],
			users,
			groups,
		);
		expect(owned.accounts.users.map(({ name }) => name)).toEqual(["app", "other"]);
	});
	test("ignore the id that means unchanged", () => {
		for (const nobody of [-1, 0xffffffff]) {
			const made = accounts(
				asApp,
				{ "/f": { did: "write", owner: { uid: nobody, gid: nobody } } },
				{ uids: new Set([nobody]), gids: new Set([nobody]) },
			);
			expect(made.accounts.users.map(({ name }) => name)).toEqual(["app"]);
		}
	});
	test("ignore an id without a name", () => expect(accounts({ ...asApp, uid: 5555, gid: 5555, name: "5555" }).passwd).toBe(""));
});

describe("the administrator's decisions about accounts", () => {
	const did = trace({}, { uids: new Set([1000]) });
	const decided = (values: Partial<AccountRules>, identity = asRoot) =>
		planAccounts(identity, did, [], [], users, groups, rules(values));

	test("a chosen account is known with its group, and the reason says who chose it", () => {
		const { accounts: made, passwd } = planAccounts(asApp, trace({}), [], [], users, groups, rules({ accounts: ["user:other"] }));
		expect(passwd).toContain("other:x:1000:1000::/home/other:/usr/sbin/nologin\n");
		expect(made.users.map(({ name, reason }) => [name, reason])).toEqual([
			["app", "started-as"],
			["other", "chosen"],
		]);
		expect(made.groups.map(({ name, reason }) => [name, reason])).toContainEqual(["other", "group-of-account"]);
		expect(decided({ accounts: ["group:app"] }).accounts.users.map(({ name }) => name)).not.toContain("app");
	});
	test("a needed account can be left out, and its number is remembered", () => {
		const { accounts: made, group, passwd } = decided({ withoutAccounts: ["other"] });
		expect(passwd).not.toContain("other");
		expect(group).not.toContain("other");
		expect(made.nameless).toEqual([1000]);
		expect(decided({ accounts: ["other"], withoutAccounts: ["other"] }).passwd).not.toContain("other");
		expect(decided({ withoutAccounts: ["group:other"] }).passwd).toContain("other");
	});
	test.each([
		[{ withoutAccounts: ["root"] }, asRoot, "account-always-kept-root"],
		[{ withoutAccounts: ["user:app"] }, asApp, "account-always-kept-started-as"],
		[{ withoutAccounts: ["group:app"] }, asApp, "account-always-kept-started-as"],
		[{ accounts: ["nowhere"] }, asApp, "account-word-unknown"],
		[{ accounts: ["user:certificates"] }, asApp, "account-word-unknown"],
	] as const)("%j is refused as %j", (values, identity, code) => {
		expect(() => decided(values, identity)).toThrow(expect.objectContaining({ code, exit: 2 }));
	});
	test("an account that this machine does not have can be left out", () => {
		expect(decided({ withoutAccounts: ["nowhere"] }).accounts.users).toHaveLength(2);
	});
});

test("the files contain no password hash and no shell, and names come only from files and DNS", () => {
	const { nsswitch, passwd } = accounts(asRoot, {}, { uids: new Set([900, 1000]) });
	for (const line of passwd.trim().split("\n")) expect(line).toMatch(/^\w+:x:\d+:\d+:[^:]*:[^:]*:\/usr\/sbin\/nologin$/);
	expect(nsswitch.match(/^(passwd|group): (.*)$/gm)).toEqual(["passwd: files", "group: files"]);
	expect(nsswitch).toContain("hosts: files dns\n");
});
