import { describe, expect, test } from "vitest";
import { failedCopyUps, likelyWrittenDirectories } from "../../../src/core/plan/own-directories.ts";
import { trace } from "./traces.ts";
import { directory, file, tree } from "./tree.ts";

const mine = { uid: 900, gid: 901 };
const files = tree({
	"/home/app": directory(mine),
	"/home/app/site": directory(mine),
	"/home/app/site/index": file("", mine),
	"/srv/shared": directory({ mode: 0o777 }),
	"/srv/root/mine": directory(mine),
});
const account = { name: "app", ...mine, groups: [], home: "/home/app" };

describe("what an ordinary user is likely to write", () => {
	test("is his home, and the highest directory of his above whatever the command names", () => {
		const command = ["/usr/bin/app", "--data=/srv/root/mine/new/deep", "-c", "/home/app/site/index", "/etc/app.conf"];
		expect(likelyWrittenDirectories(command, "/", account, files)).toEqual(["/home/app", "/srv/root/mine"]);
	});
	test("is never what belongs to somebody else", () => {
		expect(likelyWrittenDirectories(["/usr/bin/app", "/srv/shared"], "/srv", { ...account, home: "/" }, files)).toEqual([]);
	});
});

describe("a sandbox that could not copy a directory up", () => {
	test("lacked a layer at the highest directory of the user's, or at the one that all may write", () => {
		const seen = trace({
			"/home/app/site/new/file": "EOVERFLOW:create",
			"/srv/shared/file": "EOVERFLOW:create",
			"/srv/other": "EACCES:create",
		});
		expect(failedCopyUps(seen, mine.uid, files)).toEqual(["/home/app", "/srv/shared"]);
	});
});
