import { describe, expect, test } from "vitest";
import { resolveIdentity } from "../../../src/core/application/created-directory.ts";
import type { Group, User } from "../../../src/core/machine/facts.ts";

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
	test("is root without groups by default", () => {
		const root = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
		for (const account of [undefined, "", "root", "0", "toor:root"]) expect(resolve(account)).toEqual(root);
	});
	test("has the host's groups for an account, each once, without its own", () => {
		expect(resolve("web")).toEqual({ name: "web", uid: 33, gid: 33, groups: [105, 4], home: "/home/web" });
	});
	test("has the named group instead of its own", () => {
		expect(resolve("web:certs")).toMatchObject({ gid: 105, groups: [33, 4] });
		expect(resolve("web:users")).toMatchObject({ gid: 100, groups: [33, 105, 4] });
		expect(resolve("bob:999")).toMatchObject({ uid: 1000, gid: 999, groups: [105] });
		expect(resolve("root:logs")).toMatchObject({ uid: 0, gid: 4 });
	});
	test("has the named supplementary groups in addition", () => {
		expect(resolve("bob::logs,certs")).toMatchObject({ uid: 1000, groups: [105, 4] });
		expect(resolve("web:certs:users")).toMatchObject({ gid: 105, groups: [33, 4, 100] });
		expect(resolve("root::logs")).toMatchObject({ uid: 0, gid: 0, groups: [4] });
	});
	test("prefers a name to a number, and finds the account of a number", () => {
		expect(resolve("1000")).toMatchObject({ name: "1000", uid: 44 });
		expect(resolve("33")).toMatchObject({ name: "web", uid: 33, groups: [105, 4] });
		expect(resolve("0033")).toMatchObject({ name: "web", uid: 33, groups: [105, 4] });
	});
	test("may be an unused number", () => {
		expect(resolve("7777")).toEqual({ name: "7777", uid: 7777, gid: 7777, groups: [], home: "/" });
	});
	test.each(["nobody-here", "-1", "4294967295", "0x21", "1e3", " web", "web ", ":web", "web:certs:logs:more"])(
		"%j is nobody",
		(account) => expect(() => resolve(account)).toThrow(expect.objectContaining({ code: "account-unknown", exit: 2 })),
	);
	test.each(["web:", "web::", "web:nothing", "web::nothing", "web:certs:nothing", "web:-1", "web:4294967295"])(
		"%j names no group",
		(account) => expect(() => resolve(account)).toThrow(expect.objectContaining({ code: "group-unknown", exit: 2 })),
	);
});
