import { describe, expect, test } from "vitest";
import { type AccountRules, findMissingAccounts, planAccounts } from "../../src/plan/accounts.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { writable } from "../cage/plans.ts";
import { asApp, asRoot, type Did, groups, planFor, rules, trace, users } from "./traces.ts";
import { tree } from "./tree.ts";

const accounts = (identity = asRoot, did: Record<string, Did> = {}, values: Parameters<typeof trace>[1] = {}) =>
	planAccounts({ identity, trace: trace(did, values), users, groups });

const reasons = (all: readonly { name: string; reason: string }[]) => all.map(({ name, reason }) => `${name}: ${reason}`);

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
		expect(reasons(made.users)).toEqual(["root: started-as", "other: switched-to"]);
		expect(made.groups.map(({ name, reason, members }) => [name, reason, members])).toEqual([
			["root", "started-as", []],
			["certificates", "switched-to", ["other"]],
			["other", "group-of-account", []],
		]);
	});
	test.each([
		["user = other", ["other: configured"]],
		["  User other # not app", ["other: configured"]],
		["setgid_group=certificates", []],
		["auth users = other", []],
		["# user = other", []],
		["path = /srv/other", []],
	])("include an account to which root's configuration %j switches", (line, expected) => {
		const host = tree({ "/etc/app/conf": `[module]\n${line}\n` });
		const made = (identity: typeof asRoot) => planFor(host, trace({ "/etc/app/conf": "read" }), { identity }).accounts;
		expect(reasons(made(asRoot).users).slice(1)).toEqual(expected);
		expect(made(asRoot).groups.some(({ name }) => name === "certificates")).toBe(line.includes("certificates"));
		expect(reasons(made(asApp).users)).toEqual(["app: started-as"]);
	});
	test("include accounts that it gives files to, and owners of what it may write", () => {
		const { accounts: made } = accounts(asRoot, { "/run/f": { did: "write", owner: { uid: 900, gid: -1 } } });
		expect(reasons(made.users)).toEqual(["root: started-as", "app: owns-files"]);
		const state = [writable("/srv", { uid: 1000 }), writable("/run", { uid: 0 })];
		const owned = planAccounts({ identity: asApp, trace: trace({}), writable: state, users, groups });
		expect(owned.accounts.users.map(({ name }) => name)).toEqual(["app", "other"]);
	});
	test.each([-1, 0xffffffff])("ignore the id that means unchanged (%i)", (id) => {
		const did = { "/f": { did: "write", owner: { uid: id, gid: id } } };
		const made = accounts(asApp, did, { uids: new Set([id]), gids: new Set([id]) });
		expect(made.accounts.users.map(({ name }) => name)).toEqual(["app"]);
	});
	test("ignore an id without a name", () => expect(accounts({ ...asApp, uid: 5555, gid: 5555, name: "5555" }).passwd).toBe(""));
});

describe("the administrator's decisions about accounts", () => {
	const did = trace({}, { uids: new Set([1000]) });
	const decided = (values: Partial<AccountRules>, identity = asRoot) =>
		planAccounts({ identity, trace: did, users, groups, rules: rules(values) });

	test("a chosen account is known with its group, and the reason says who chose it", () => {
		const { accounts: made, passwd } = planAccounts({
			identity: asApp,
			trace: trace({}),
			users,
			groups,
			rules: rules({ accounts: ["user:other"] }),
		});
		expect(passwd).toContain("other:x:1000:1000::/home/other:/usr/sbin/nologin\n");
		expect(reasons(made.users)).toEqual(["app: started-as", "other: chosen"]);
		expect(reasons(made.groups)).toContain("other: group-of-account");
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

describe("an account that the cage lacks", () => {
	const files = tree({ "/etc/app.conf": "# User nobody\nSystemGroup certificates\nlisten other\n" });
	const nobody = { name: "nobody", uid: 65534, gid: 65534, gecos: "", home: "/nonexistent", shell: "" };
	const reads: Record<string, Did> = { "/etc/passwd": "read" };
	const plan = planFor(files, trace({}), { identity: asApp });
	const find = (output: string, did = reads, ended = true, owned: Plan["writable"] = []) =>
		findMissingAccounts(
			{ trace: trace(did), output, ended, round: 2 },
			{ plan: { ...plan, writable: owned }, users: [...users, nobody], groups, files },
		);
	const names = (...given: Parameters<typeof find>) => find(...given).map(({ call }) => call);

	test("an account in the application's complaint is missing if the host has it and the cage does not", () => {
		const output = "starting\nfatal: main.cf: parameter default_privs: unknown user name value: other\n";
		const remedy = { kind: "account", name: "other", round: 2, call: "other" };
		expect(find(output)).toEqual([{ kind: "account", call: "other", error: "ENOENT", remedy, declined: false }]);
		expect(names('getgrnam("certificates") failed')).toEqual(["certificates"]);
	});

	test("an account that the administrator left out is named without a remedy", () => {
		const without = planFor(files, trace({}), { identity: asApp, rules: rules({ withoutAccounts: ["other"] }) });
		const look = { trace: trace(reads), output: "unknown user: other", ended: true, round: 1 };
		const [found, ...more] = findMissingAccounts(look, { plan: without, users, groups, files });
		expect(more).toEqual([]);
		expect(found).toEqual({ kind: "account", call: "other", error: "ENOENT", declined: true });
	});

	test.each([
		["that it has already", 'cannot find user "app"', reads],
		["of which the host knows nothing", "unknown user: somebody", reads],
		["that is only part of a word", "unknown user: otherwise", reads],
		["in a line about something else", "in other news: failed", reads],
		["where it never looked one up", "unknown user: other", { "/etc/passwd": "ENOENT:read" } as Record<string, Did>],
	])("no account is missing %s", (_, output, did) => expect(names(output, did)).toEqual([]));

	test("the unprivileged account is missing if the application exits silently right after a look-up", () => {
		const later: Record<string, Did> = { ...reads, "/dev/log": "ENOENT:connect" };
		expect(names("\n", later)).toEqual(["nobody"]);
		expect(names("", later, true, [writable("/var/spool/app", { gid: 902 })])).toEqual(["nobody", "certificates"]);
		expect(names("\n", later, false)).toEqual([]);
		expect(names("starting\n", later)).toEqual([]);
		expect(names("", { ...reads, "/usr/share/app": "read" })).toEqual([]);
	});

	test("accounts in its configuration are missing if the application exits silently", () => {
		const configured: Record<string, Did> = { ...reads, "/etc/app.conf": "read" };
		expect(names("", configured)).toEqual(["certificates"]);
		expect(names("", configured, false)).toEqual([]);
		expect(names("listening\n", configured)).toEqual([]);
	});

	test("a found account is kept in the cage, as user and as group", () => {
		const additions = [{ kind: "account", name: "other", round: 1, call: "other" }] as const;
		const found = planFor(files, trace({}), { identity: asApp, additions });
		expect(reasons(found.accounts.users)).toEqual(["app: started-as", "other: looked-up"]);
		expect(reasons(found.accounts.groups)).toEqual(["app: started-as", "other: looked-up"]);
	});
});
