import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { mayBePidFile, namesProcess } from "../../src/trace/pid-file.ts";

describe("a file with the number of a process", () => {
	test.each([
		["/run/app/main", true],
		["/var/lib/app/twistd.pid", true],
		["/var/lib/app/pid", true],
		["/var/lib/app/.lock", true],
		["/var/lib/app/mongod.lock", true],
		["/var/lib/postgresql/17/main/postmaster.pid", true],
		["/var/lib/app/LCK..ttyS0", true],
		["/var/lib/postgresql/17/main/PG_VERSION", false],
		["/var/lib/app/blocks", false],
		["/var/lib/pidgin/rapid", false],
	])("may be at %s: %s", (path, expected) => expect(mayBePidFile(pathFromText(path))).toBe(expected));

	const numbers = new Set([2, 17]);
	test.each([
		["2"],
		["17\n"],
		["         2\n"],
		["17\n/var/lib/app\n1764615600\n5432\n/run/app\nlocalhost\n  1234  5\nready   \n"],
	])("names one of the application's with %j", (content) => expect(namesProcess(content, numbers)).toBe(true));
	test.each([
		[""],
		["3\n"],
		["2 items\n"],
		["2=two\n"],
		["-2\n"],
		["2.5\n"],
		["app 2\n"],
		["\n2\n"],
		[`2\n${"x".repeat(2000)}\n`],
		["2\n".repeat(20)],
	])("names none with %j", (content) => expect(namesProcess(content, numbers)).toBe(false));
});
