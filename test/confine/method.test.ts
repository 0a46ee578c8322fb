import { describe, expect, test } from "vitest";
import { chooseMethod, type Features, refuseWeaker, weaknesses } from "../../src/confine/method.ts";

const debian13: Features = { namespaces: [], seccomp: true, landlock: 6, missing: [] };
const chosen = (values: Partial<Features>) => chooseMethod({ ...debian13, ...values });

describe("a machine confines with the Landlock that its kernel has", () => {
	test.each<[string, Partial<Features>, object]>([
		["Debian 13", {}, { landlock: 6, weaker: [] }],
		["Debian 12", { landlock: 2 }, { landlock: 2, weaker: [] }],
		["a kernel without Landlock", { landlock: 0 }, { landlock: 0, weaker: ["landlock"] }],
	])("%s", (_, values, expected) => expect(chosen(values)).toEqual(expected));
});

describe("a machine without a requirement starts nothing and names it", () => {
	test.each<[string, Partial<Features>, string]>([
		["without namespaces", { namespaces: ["unshare: not permitted"] }, "unshare: not permitted"],
		["without seccomp", { seccomp: false }, "seccomp"],
		[
			"without several of them",
			{ seccomp: false, missing: ["unshare --kill-child", "setsid"] },
			"seccomp, unshare --kill-child, setsid",
		],
	])("%s", (_, values, requirements) =>
		expect(() => chosen(values)).toThrow(expect.objectContaining({ code: "no-launcher", exit: 3, values: { requirements } })),
	);
});

test("a missing layer stops a launch only if every layer is required", () => {
	for (const weakness of weaknesses) {
		expect(() => refuseWeaker([weakness])).not.toThrow();
		expect(() => refuseWeaker([weakness], true)).toThrow(expect.objectContaining({ code: `not-full-${weakness}`, exit: 3 }));
	}
	expect(() => refuseWeaker([], true)).not.toThrow();
});
