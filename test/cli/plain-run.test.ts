import { describe, expect, test } from "vitest";
import { plainRun } from "../../src/cli/plain-run.ts";

/** The few forms of `run` that are read without the reader of all verbs: nothing else may slip through here. */

test.each([
	[["run", "redis"], { name: "redis", command: [], options: { quiet: false } }],
	[["run", "redis", "--"], { name: "redis", command: [], options: { quiet: false } }],
	[
		["run", "redis", "--", "redis-server", "--version", "--"],
		{ name: "redis", command: ["redis-server", "--version", "--"], options: { quiet: false } },
	],
	[
		["--state", "/srv/cages", "--quiet", "run", "web"],
		{ name: "web", command: [], options: { state: "/srv/cages", quiet: true } },
	],
	[["--state=/srv/cages", "run", "web"], { name: "web", command: [], options: { state: "/srv/cages", quiet: false } }],
])("%j is read at once", (args, read) => {
	expect(plainRun(args)).toEqual(read);
});

describe("is left to the whole reader:", () => {
	test.each([
		[["run"]],
		[["run", "--help"]],
		[["run", "--print", "redis"]],
		[["run", "redis", "--print"]],
		[["run", "redis", "redis-server"]],
		[["--require", "full", "run", "redis"]],
		[["--json", "run", "redis"]],
		[["--state", "run"]],
		[["--state"]],
		[["shell", "run", "redis"]],
		[["make", "run"]],
		[["--help"]],
		[[]],
	])("%j", (args) => {
		expect(plainRun(args)).toBeUndefined();
	});
});
