import { describe, expect, it, test } from "vitest";
import { type FilterPermissions, filterPermissions, lackable } from "../../../src/core/confinement/filter-permissions.ts";
import { type SyscallName, syscallNumber } from "../../../src/core/confinement/syscalls.ts";
import { architectures, closed, decide } from "./filter-run.ts";

const account = { uid: 105, gid: 108, groups: 1, uids: [105, 33] };
const limited: FilterPermissions = { ...closed, account: { ...account, lacks: lackable } };
const rooted: FilterPermissions = { ...closed, account: { uid: 0, gid: 0, groups: 0, uids: [0, 33], lacks: lackable } };

/** Call, arguments, answer, permissions. */
const decisions: [SyscallName, number[], string, FilterPermissions][] = [
	["setuid", [0], "allow", closed],
	["setuid", [0], "EPERM", limited],
	["setuid", [0], "allow", rooted],
	["setreuid", [-1, 0], "EPERM", limited],
	["setresuid", [105, 105, 105], "allow", limited],
	["setresuid", [105, 105, 0], "EPERM", limited],
	["setresgid", [-1, 0, -1], "EPERM", limited],
	["setresgid", [0, 0, 0], "allow", rooted],
	["setgroups", [1, 4096], "allow", limited],
	["setgroups", [2, 4096], "EPERM", limited],
	["setgroups", [0, 0], "allow", rooted],
	["setgroups", [2, 4096], "allow", { ...closed, account: { ...account, lacks: [] } }],
	["chown", [0, 105, 4], "allow", limited],
	["chown", [0, -1, 4], "allow", limited],
	["chown", [0, 33, 33], "allow", limited],
	["chown", [0, 0, 0], "EPERM", limited],
	["fchown", [3, 1, -1], "EPERM", limited],
	["fchown", [3, 0, -1], "allow", rooted],
	["fchownat", [-100, 0, 106, -1, 0], "EPERM", limited],
	["fchownat", [-100, 0, 105, -1, 0], "allow", limited],
	["prctl", [28, 0], "EPERM", limited],
	["prctl", [28, 0x100], "allow", limited],
	["prctl", [24, 5], "allow", limited],
	["setpriority", [0, 0, -1], "EACCES", limited],
	["setpriority", [0, 0, 19], "allow", limited],
	["prlimit64", [0, 13, 4096, 0], "EPERM", limited],
	["prlimit64", [0, 14, 0, 4096], "allow", limited],
	["setrlimit", [14, 4096], "EPERM", limited],
	["setrlimit", [7, 4096], "allow", limited],
];

describe.each(architectures)("the filter for an account on %s", (architecture) => {
	const there = decisions.filter(([call]) => syscallNumber(call, architecture) !== undefined);
	it.each(there)("%s %j: %s", (call, args, expected, permissions) => {
		expect(decide(architecture, call, args, permissions)).toBe(expected);
	});
});

test("the filter refuses what needs capabilities that the plan does not grant", () => {
	const starter = { uid: 105, gid: 108, groups: [108], uids: [33] };
	const lacks = (...granted: string[]) =>
		filterPermissions({ capabilities: granted.map((name) => ({ name, why: "seen" })) }, starter).account?.lacks;
	expect(filterPermissions({ capabilities: [] }, starter).account).toEqual({ ...account, lacks: lackable });
	expect(lacks("chown", "setuid")).toEqual(["setgid", "setpcap", "sys_nice", "sys_resource"]);
});
