import { describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import type { Group, User } from "../../src/base/machine/facts.ts";
import {
	createdDirectoryText,
	mergeCreatedDirectories,
	ownedDirectory,
	parseCreatedDirectory,
	resolveIdentity,
} from "../../src/service/created-directory.ts";

describe("directories that are created before a start", () => {
	it.each([
		["/run/a", "/run/a", 0o755],
		["/run/a:0700", "/run/a", 0o700],
		["/run/a:750", "/run/a", 0o750],
		["/run/a:2775", "/run/a", 0o775],
		["/run/a:b", "/run/a:b", 0o755],
		["/run/a:9999", "/run/a:9999", 0o755],
	])("%s", (text, path, mode) => {
		expect(parseCreatedDirectory(text)).toEqual({ path, mode });
		expect(parseCreatedDirectory(createdDirectoryText({ path, mode }))).toEqual({ path, mode });
	});

	it.each([
		["/run/a:0750:www-data", "www-data"],
		["/run/a:0750:_a:b-c", "_a:b-c"],
		["/run/a:0750:1000:1000", "1000:1000"],
	])("%s belongs to its owner", (text, owner) => {
		expect(parseCreatedDirectory(text)).toEqual({ path: "/run/a", mode: 0o750, owner });
		expect(createdDirectoryText({ path: "/run/a", mode: 0o750, owner })).toBe(text);
	});

	it("belong to the application's account by default, and an unknown owner is an error", () => {
		const identity = { name: "app", uid: 900, gid: 901, groups: [], home: "/" };
		const users = [{ name: "www", uid: 33, gid: 34, home: "/" }] as unknown as User[];
		const owned = (text: string) => ownedDirectory(text, identity, users, []);
		expect(owned("/run/a")).toEqual({ path: "/run/a", mode: 0o755, uid: 900, gid: 901 });
		expect(owned("/run/a:0700:www")).toEqual({ path: "/run/a", mode: 0o700, uid: 33, gid: 34 });
		expect(() => owned("/run/a:0700:nobody-there")).toThrow(new Failure("account-unknown", { account: "nobody-there" }, 2));
	});

	it("occur once, with the explicit mode", () => {
		const all = ["/run/a", "/run/b:0700", "/run/a:0750", "/run/b", "/run/a:0755:u", "/run/b:0711"];
		expect(mergeCreatedDirectories(all)).toEqual(["/run/a:0755:u", "/run/b:0700"]);
	});
});

const user = (name: string, uid: number, gid: number): User => ({ name, uid, gid, gecos: "", home: `/home/${name}`, shell: "" });
const users = [user("root", 0, 0), user("toor", 0, 7), user("web", 33, 33), user("1000", 44, 44), user("bob", 1000, 1000)];
const groups: Group[] = [
	{ name: "root", gid: 0, members: [] },
	{ name: "web", gid: 33, members: ["web"] },
	{ name: "certs", gid: 105, members: ["web", "bob"] },
	{ name: "logs", gid: 4, members: ["web"] },
	{ name: "also-logs", gid: 4, members: ["web"] },
	{ name: "users", gid: 100, members: [] },
];
const resolve = (account?: string) => resolveIdentity(account, users, groups);

describe("the identity of an application", () => {
	it("is root without groups by default", () => {
		const root = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
		for (const account of [undefined, "", "root", "0", "toor:root"]) expect(resolve(account)).toEqual(root);
	});
	it.each([
		["the named group instead of its own", "web:certs", { gid: 105, groups: [33, 4] }],
		["the named group instead of its own", "web:users", { gid: 100, groups: [33, 105, 4] }],
		["a group without a name", "bob:999", { uid: 1000, gid: 999, groups: [105] }],
		["the named group for root", "root:logs", { uid: 0, gid: 4 }],
		["supplementary groups in addition", "bob::logs,certs", { uid: 1000, groups: [105, 4] }],
		["supplementary groups in addition", "web:certs:users", { gid: 105, groups: [33, 4, 100] }],
		["supplementary groups for root", "root::logs", { uid: 0, gid: 0, groups: [4] }],
		["the account of a name, not of that number", "1000", { name: "1000", uid: 44 }],
		["the account of a number", "33", { name: "web", uid: 33, groups: [105, 4] }],
		["the account of a number", "0033", { name: "web", uid: 33, groups: [105, 4] }],
	])("has %s: %s", (_, account, identity) => expect(resolve(account)).toMatchObject(identity));
	it("has the host's groups, each once, without its own, and may be an unused number", () => {
		expect(resolve("web")).toEqual({ name: "web", uid: 33, gid: 33, groups: [105, 4], home: "/home/web" });
		expect(resolve("7777")).toEqual({ name: "7777", uid: 7777, gid: 7777, groups: [], home: "/" });
	});
	it.each(["nobody-here", "-1", "4294967295", "0x21", "1e3", " web", "web ", ":web", "web:certs:logs:more"])(
		"%j is nobody",
		(account) => expect(() => resolve(account)).toThrow(expect.objectContaining({ code: "account-unknown", exit: 2 })),
	);
	it.each(["web:", "web::", "web:nothing", "web::nothing", "web:certs:nothing", "web:-1", "web:4294967295"])(
		"%j names no group",
		(account) => expect(() => resolve(account)).toThrow(expect.objectContaining({ code: "group-unknown", exit: 2 })),
	);
});
