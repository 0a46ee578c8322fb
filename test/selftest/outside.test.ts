import { expect, test } from "vitest";
import { parseMountinfo } from "../../src/base/machine/mountinfo.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { ObservedProcess } from "../../src/confine/seccomp/observed-calls.ts";
import { auditOutside, type ExpectedProcess } from "../../src/selftest/outside.ts";

const path = pathFromText;
const expected: ExpectedProcess = {
	capabilities: ["setuid"],
	namespaces: ["mount", "pid"],
	environment: ["LANG"],
	mounts: ["/", "/dev", "/tmp", "/data"].map(path),
	nodes: [path("/dev")],
};
const mounts = parseMountinfo(
	[
		"30 1 8:1 /cage / ro,nosuid,nodev - ext4 /dev/sda1 rw",
		"31 30 0:40 / /dev ro,nosuid,noexec - tmpfs tmpfs rw",
		"32 30 0:41 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs rw",
		"33 30 8:1 /data /data rw,nosuid,nodev,noexec - ext4 /dev/sda1 rw",
		"",
	].join("\n"),
);
const fine: ObservedProcess = {
	inside: true,
	rootOfNamespace: true,
	capabilities: { CapEff: ["setuid"], CapBnd: [] },
	seccomp: true,
	noNewPrivileges: true,
	sharedNamespaces: ["user", "net"],
	descriptors: [],
	mounts,
	ownSession: true,
	terminal: false,
	environment: ["LANG"],
	sameAccount: [],
};
const failed = (change: Partial<ObservedProcess>) =>
	auditOutside({ ...fine, ...change }, expected)
		.filter(({ ok }) => !ok)
		.map(({ found, id }) => [id, ...found]);
const mounted = (line: string) => ({ mounts: [...mounts, ...parseMountinfo(line)] });

test("a well-confined cage passes", () => expect(failed({})).toEqual([]));

test.each<[Partial<ObservedProcess>, string[]]>([
	[{ inside: false }, ["inside"]],
	[{ rootOfNamespace: false }, ["root"]],
	[{ capabilities: { CapBnd: ["sys_admin"] } }, ["capabilities", "CapBnd:sys_admin"]],
	[{ noNewPrivileges: false }, ["no-new-privs"]],
	[{ seccomp: false }, ["seccomp"]],
	[{ sharedNamespaces: ["pid", "user"] }, ["namespaces", "pid"]],
	[{ descriptors: ["9: /"] }, ["descriptors", "9: /"]],
	[{ ownSession: false }, ["session", "session"]],
	[{ terminal: true }, ["session", "terminal"]],
	[{ environment: ["LANG", "SSH_AUTH_SOCK"] }, ["environment", "SSH_AUTH_SOCK"]],
	[{ sameAccount: [77] }, ["account", "77"]],
	[mounted("40 30 8:1 / /data ro,nodev - ext4 a rw"), ["nosuid", "/data"]],
	[mounted("40 30 8:1 / /data ro,nosuid - ext4 a rw"), ["nodev", "/data"]],
	[mounted("40 30 8:1 / /data rw,nosuid,nodev - ext4 a rw"), ["noexec", "/data"]],
	[mounted("40 30 8:1 / /host ro,nosuid,nodev - ext4 a rw"), ["mounts", "/host"]],
	[mounted("40 30 8:1 / / rw,nosuid,nodev,noexec - ext4 a rw"), ["ro", "/"]],
])("%j is found", (change, finding) => expect(failed(change)).toEqual([finding]));

const proc = "41 30 0:50 / /proc rw,nosuid,nodev,noexec - proc proc rw";
test.each([
	["42 41 0:50 /1 /proc/1 ro,nosuid,nodev,noexec - proc proc rw", []],
	["42 41 0:50 /1 /proc/1 rw,nosuid,nodev,noexec - proc proc rw", [["mounts", "/proc/1"]]],
	["42 41 0:50 /7 /proc/1 ro,nosuid,nodev,noexec - proc proc rw", [["mounts", "/proc/1"]]],
	["42 41 0:4 /1 /proc/1 ro,nosuid,nodev,noexec - proc proc rw", [["mounts", "/proc/1"]]],
])("a read-only part of /proc on itself is no other mount: %s", (line, found) => {
	const observed = { ...fine, mounts: [...mounts, ...parseMountinfo(`${proc}\n${line}`)] };
	const audit = auditOutside(observed, { ...expected, mounts: [...expected.mounts, path("/proc")] });
	expect(audit.flatMap(({ found, id, ok }) => (ok ? [] : [[id, ...found]]))).toEqual(found);
});

test("mount points are decoded as the kernel writes them", () => {
	const mount = { device: "8:1", root: "/", path: "/a b\\c", options: ["ro", "nosuid"], type: "ext4", superOptions: ["rw"] };
	expect(parseMountinfo(String.raw`40 30 8:1 / /a\040b\134c ro,nosuid - ext4 /dev/sda1 rw`)).toEqual([mount]);
});

test("a check that a launch cannot pass is passed by design, and only that check", () => {
	const design = {
		namespaces: { instead: "no-capability", only: ["uts"] },
		nodev: { instead: "device-group" },
		nosuid: { instead: "no-new-privs" },
	} as const;
	const of = (change: Partial<ObservedProcess>) =>
		auditOutside({ ...fine, ...change }, { ...expected, namespaces: ["pid", "uts"], design })
			.filter(({ ok }) => !ok)
			.map(({ id, instead }) => [id, instead]);
	expect(of({ sharedNamespaces: ["uts"] })).toEqual([["namespaces", "no-capability"]]);
	expect(of({ sharedNamespaces: ["uts", "pid"] })).toEqual([["namespaces", undefined]]);
	expect(of(mounted("40 30 8:1 / /data ro,nosuid - ext4 a rw"))).toEqual([["nodev", "device-group"]]);
	const withoutNosuid = mounted("40 30 8:1 / /data ro,nodev - ext4 a rw");
	expect(of(withoutNosuid)).toEqual([["nosuid", "no-new-privs"]]);
	expect(of({ ...withoutNosuid, noNewPrivileges: false })).toEqual([
		["no-new-privs", undefined],
		["nosuid", undefined],
	]);
	expect(of({})).toEqual([]);
});
