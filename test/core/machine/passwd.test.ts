import { describe, expect, test } from "vitest";
import { parseGroup, parseId, parsePasswd } from "../../../src/core/machine/accounts.ts";

describe("passwd(5)", () => {
	test("every field is read", () => {
		expect(parsePasswd("app:x:900:901:The App,,,:/var/lib/app:/bin/sh\n")).toEqual([
			{ name: "app", uid: 900, gid: 901, gecos: "The App,,,", home: "/var/lib/app", shell: "/bin/sh" },
		]);
	});
	test("invalid lines are skipped", () => {
		const text = [
			...["", "# comment", "+::::::", "+@netgroup::::::", "-bad:x:1:1:::", "only", "a:x:1", ":x:1:1:::", "app:x:900:901:::"],
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
