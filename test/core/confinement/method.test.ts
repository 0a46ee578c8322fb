import { describe, expect, test } from "vitest";
import {
	chooseMethod,
	type Features,
	type LauncherName,
	refuseWeaker,
	unitWeaknesses,
	weaknesses,
} from "../../../src/core/confinement/method.ts";

const debian13: Features = {
	namespaces: [],
	seccomp: true,
	landlock: 6,
	utilLinuxLacks: [],
	setpriv: { landlock: true, seccompFilter: true },
	bubblewrapLacks: [],
	systemdRunLacks: [],
	systemdVersion: 257,
	confiner: true,
};
const old = { landlock: false, seccompFilter: false };
const without = (values: Partial<Features>, wanted?: LauncherName) => chooseMethod({ ...debian13, ...values }, wanted);

describe("a machine gets the first launcher that works there", () => {
	test.each<[string, Partial<Features>, object]>([
		["Debian 13", {}, { launcher: "util-linux", confiner: "setpriv", landlock: 6, weaker: [] }],
		["Debian 12", { landlock: 2, setpriv: old }, { launcher: "util-linux", confiner: "own", landlock: 2, weaker: [] }],
		["RHEL 10", { setpriv: { ...old, landlock: true } }, { launcher: "util-linux", confiner: "own", landlock: 6, weaker: [] }],
		["a new setpriv on an old kernel", { landlock: 1 }, { launcher: "util-linux", confiner: "own", landlock: 1, weaker: [] }],
		["a kernel without Landlock", { landlock: 0 }, { launcher: "util-linux", confiner: "own", weaker: ["landlock"] }],
		["no unshare", { utilLinuxLacks: ["unshare"] }, { launcher: "bubblewrap", confiner: "setpriv", weaker: [] }],
		[
			"neither unshare nor Landlock",
			{ utilLinuxLacks: ["unshare"], landlock: 0 },
			{ launcher: "bubblewrap", weaker: ["landlock"] },
		],
		[
			"neither unshare nor bwrap",
			{ utilLinuxLacks: ["unshare"], bubblewrapLacks: ["bwrap"] },
			{ launcher: "systemd-run", confiner: "own", weaker: ["service"] },
		],
		[
			"nothing but an older systemd",
			{ utilLinuxLacks: ["unshare"], bubblewrapLacks: ["bwrap"], systemdVersion: 252 },
			{ launcher: "systemd-run", weaker: ["pids", "service"] },
		],
	])("%s", (_, values, expected) => expect(without(values)).toMatchObject(expected));

	test.each(["bubblewrap", "systemd-run"] as const)("or the one that is wanted: %s", (launcher) =>
		expect(without({}, launcher)).toMatchObject({ launcher }),
	);
});

describe("nothing is started, and what is missing is named", () => {
	test.each<[string, Partial<Features>, LauncherName | undefined, string[]]>([
		["without namespaces", { namespaces: ["unshare: not permitted"] }, undefined, ["unshare: not permitted"]],
		["without seccomp", { seccomp: false }, undefined, ["seccomp"]],
		[
			"with an old setpriv on a processor that has no program of ours",
			{ setpriv: old, confiner: false },
			undefined,
			["setpriv --seccomp-filter (util-linux 2.41)", "x86_64"],
		],
		[
			"with none of them",
			{ utilLinuxLacks: ["unshare --kill-child"], bubblewrapLacks: ["bwrap"], systemdRunLacks: ["systemd-run"] },
			undefined,
			["unshare --kill-child", "bwrap", "systemd-run"],
		],
		["where the wanted one is missing, whatever else there is", { bubblewrapLacks: ["bwrap"] }, "bubblewrap", ["bwrap"]],
	])("%s", (_, values, wanted, lacks) => expect(without(values, wanted)).toEqual({ lacks }));
});

test("a unit lacks a process namespace before systemd 257", () => {
	expect([256, 257].map(unitWeaknesses)).toEqual([["pids"], []]);
});

test("whoever wants every layer is told what is missing; the others are not stopped", () => {
	for (const weakness of weaknesses) {
		expect(() => refuseWeaker([weakness], "x")).not.toThrow();
		expect(() => refuseWeaker([weakness], "x", true)).toThrow(
			expect.objectContaining({ code: `not-full-${weakness}`, exit: 3, values: { launcher: "x" } }),
		);
	}
	expect(() => refuseWeaker([], "x", true)).not.toThrow();
});
