import { describe, expect, test } from "vitest";
import {
	accountNames,
	freeIds,
	parseGroup,
	parseId,
	parsePasswd,
	subordinateRanges,
	systemRange,
} from "../../../src/base/machine/accounts.ts";

describe("passwd(5)", () => {
	test("every field is read", () => {
		expect(parsePasswd("app:x:900:901:The App,,,:/var/lib/app:/bin/sh\n")).toEqual([
			{ name: "app", uid: 900, gid: 901, gecos: "The App,,,", home: "/var/lib/app", shell: "/bin/sh" },
		]);
	});
	test("invalid lines are skipped", () => {
		const text = [
			"",
			"# comment",
			"+::::::",
			"+@netgroup::::::",
			"-bad:x:1:1:::",
			"only",
			"a:x:1",
			":x:1:1:::",
			"app:x:900:901:::",
			"  ",
		];
		expect(parsePasswd(text.join("\n")).map(({ name }) => name)).toEqual(["app"]);
	});
	test.each(["", " 5", "5 ", "0x10", "1e3", "+5", "-1", "-0", "1.0", "4294967295", "4294967296", "99999999999", "٣"])(
		"%j is no uid, so that a typing error makes nobody root",
		(id) => {
			expect(parsePasswd(`app:x:${id}:5:::\n`)).toEqual([]);
			expect(parsePasswd(`app:x:5:${id}:::\n`)).toEqual([]);
			expect(parseGroup(`app:x:${id}:\n`)).toEqual([]);
			expect(parseId(id)).toBeUndefined();
		},
	);
	test("the first entry of a name wins, as in libc, and several names may share a uid", () => {
		const users = parsePasswd("a:x:1:1::/one:\na:x:2:2::/two:\nb:x:1:1:::\n");
		expect(users.map(({ home, name, uid }) => [name, uid, home])).toEqual([
			["a", 1, "/one"],
			["b", 1, ""],
		]);
	});
	test("additional and missing fields are ignored", () => {
		expect(parsePasswd("a:x:4294967294:1")).toEqual([{ name: "a", uid: 4294967294, gid: 1, gecos: "", home: "/", shell: "" }]);
		expect(parsePasswd("a:x:1:1:::/bin/sh:more\n")[0]?.shell).toBe("/bin/sh");
	});
});

test("group(5) has members, and the same tolerance", () => {
	expect(parseGroup("ssl:x:5:a,b,\n# c\n+:::\nssl:x:6:\nnone:x:7\n")).toEqual([
		{ name: "ssl", gid: 5, members: ["a", "b"] },
		{ name: "none", gid: 7, members: [] },
	]);
});

test("free ids start in the middle, skip used ones, and include every other one", () => {
	expect([...freeIds({ first: 1, last: 9 }, new Set([5, 6]), [{ first: 2, last: 3 }])]).toEqual([4, 1, 7, 8, 9]);
	expect([...freeIds({ first: 1, last: 3 }, new Set(), [{ first: 0, last: 10 }])]).toEqual([]);
	expect([...freeIds({ first: 4, last: 3 }, new Set(), [])]).toEqual([]);
});

test("invalid lines of subuid(5) are skipped", () => {
	const text = "me:100000:65536\n\n# no line\nother:5:0\n1000:7:1\nbad:-1:4\nbad:1\n";
	expect(subordinateRanges(text)).toEqual([
		{ first: 100_000, last: 165_535 },
		{ first: 7, last: 7 },
	]);
});

test.each([
	["", { first: 101, last: 999 }],
	["UID_MIN 500\n", { first: 101, last: 499 }],
	["#SYS_UID_MIN 5\nSYS_UID_MIN\t201\n  SYS_UID_MAX  300\n", { first: 201, last: 300 }],
	["SYS_UID_MIN 0\nSYS_UID_MAX x\n", { first: 101, last: 999 }],
])("the range of system accounts is read from %j", (text, range) => expect(systemRange(text)).toEqual(range));

test("the first account of a number names it", () => {
	const users = parsePasswd("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nwww:x:33:33::/:/bin/sh\n");
	expect([...accountNames(users)].sort()).toEqual([
		[0, "root"],
		[33, "www"],
	]);
});
