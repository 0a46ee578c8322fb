import { describe, expect, test } from "vitest";
import { failedCopyUps, likelyWrittenDirectories } from "../../src/plan/plan-basis.ts";
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

describe("directories that an ordinary user will probably write", () => {
	test("are the home, and the user's highest directory above whatever the command names", () => {
		const command = ["/usr/bin/app", "--data=/srv/root/mine/new/deep", "-c", "/home/app/site/index", "/etc/app.conf"];
		expect(likelyWrittenDirectories(command, "/", account, files)).toEqual(["/home/app", "/srv/root/mine"]);
	});
	test("never belong to somebody else", () => {
		expect(likelyWrittenDirectories(["/usr/bin/app", "/srv/shared"], "/srv", { ...account, home: "/" }, files)).toEqual([]);
	});
});

describe("a sandbox that could not copy up a directory", () => {
	test("needs a layer at the user's highest directory, or at the one that everybody may write", () => {
		const seen = trace({
			"/home/app/site/new/file": "EOVERFLOW:create",
			"/srv/shared/file": "EOVERFLOW:create",
			"/srv/other": "EACCES:create",
		});
		expect(failedCopyUps(seen, mine.uid, files)).toEqual(["/home/app", "/srv/shared"]);
	});
});
