import { describe, expect, test } from "vitest";
import { chooseMethod, type Features, refuseWeaker, unitWeaknesses, weaknesses } from "../../../src/core/confinement/method.ts";

const debian13: Features = {
	namespaces: [],
	seccomp: true,
	landlock: 6,
	missing: [],
	setpriv: { landlock: true, seccompFilter: true },
	confiner: true,
};
const old = { landlock: false, seccompFilter: false };
const chosen = (values: Partial<Features>) => chooseMethod({ ...debian13, ...values });

describe("a machine confines with setpriv where that can do all of it, else with our own program", () => {
	test.each<[string, Partial<Features>, object]>([
		["Debian 13", {}, { confiner: "setpriv", landlock: 6, weaker: [] }],
		["Debian 12", { landlock: 2, setpriv: old }, { confiner: "own", landlock: 2, weaker: [] }],
		["RHEL 10", { setpriv: { ...old, landlock: true } }, { confiner: "own", landlock: 6, weaker: [] }],
		["a new setpriv on an old kernel", { landlock: 1 }, { confiner: "own", landlock: 1, weaker: [] }],
		["a kernel without Landlock", { landlock: 0 }, { confiner: "own", landlock: 0, weaker: ["landlock"] }],
	])("%s", (_, values, expected) => expect(chosen(values)).toEqual(expected));
});

describe("nothing is started, and each missing requirement is named", () => {
	test.each<[string, Partial<Features>, string]>([
		["without namespaces", { namespaces: ["unshare: not permitted"] }, "unshare: not permitted"],
		["without seccomp", { seccomp: false }, "seccomp"],
		[
			"with an old setpriv on a processor that has no program of ours",
			{ setpriv: old, confiner: false },
			"setpriv --seccomp-filter (util-linux 2.41)",
		],
		[
			"without several of them",
			{ seccomp: false, missing: ["unshare --kill-child", "setsid"] },
			"seccomp, unshare --kill-child, setsid",
		],
	])("%s", (_, values, requirements) =>
		expect(() => chosen(values)).toThrow(expect.objectContaining({ code: "no-launcher", exit: 3, values: { requirements } })),
	);
});

test("a unit lacks a process namespace before systemd 257", () => {
	expect([256, 257].map(unitWeaknesses)).toEqual([["pids"], []]);
});

test("a missing layer stops those who want every layer, and nobody else", () => {
	for (const weakness of weaknesses) {
		expect(() => refuseWeaker([weakness])).not.toThrow();
		expect(() => refuseWeaker([weakness], true)).toThrow(expect.objectContaining({ code: `not-full-${weakness}`, exit: 3 }));
	}
	expect(() => refuseWeaker([], true)).not.toThrow();
});
