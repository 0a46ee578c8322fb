import { expect, test } from "vitest";
import { sharedWithOthers } from "../../src/adopt/adoption.ts";
import { placesOf } from "../../src/plan/own-state.ts";
import { writable as writableOf } from "../cage/plans.ts";

const writable = (...paths: string[]) => ({ writable: paths.map((path) => writableOf(path)) });

test("a service moves its outermost state directories, without those that are emptied at boot", () => {
	const all = writable("/run", "/run/redis", "/tmp/x", "/var/lib/redis", "/var/lib/redis/modules", "/var/log/redis");
	expect(placesOf(all)).toEqual(["/var/lib/redis", "/var/log/redis"]);
});

test("a directory with other services' state is detected", () => {
	expect(sharedWithOthers(placesOf(writable("/var/lib/redis", "/var/log")))).toBe("/var/log");
	expect(sharedWithOthers(placesOf(writable("/var/lib/redis")))).toBeUndefined();
});
