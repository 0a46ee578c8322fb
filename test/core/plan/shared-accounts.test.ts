import { expect, test } from "vitest";
import { sharedAccounts } from "../../../src/core/plan/dedicated.ts";
import { plan, writable } from "../cage/plans.ts";
import { directory, tree } from "./tree.ts";

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
	expect(notes(110)).toEqual([
		{ code: "account-owns-elsewhere", values: { account: "redis", count: 1, paths: "/var/lib/other" } },
	]);
	expect(notes(111)).toEqual([]);
});
