import { describe, expect, it } from "vitest";
import {
	createdDirectoryText,
	mergeCreatedDirectories,
	ownedDirectory,
	parseCreatedDirectory,
} from "../../../src/core/application/created-directory.ts";
import { Failure } from "../../../src/core/failure.ts";
import type { User } from "../../../src/core/machine/facts.ts";

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
		expect(mergeCreatedDirectories(["/run/a", "/run/b:0700", "/run/a:0750", "/run/b", "/run/a:0755:u", "/run/b:0711"])).toEqual([
			"/run/a:0755:u",
			"/run/b:0700",
		]);
	});
});
