import { describe, expect, it } from "vitest";
import {
	type AuditPolicy,
	auditBinds,
	auditData,
	auditFiles,
	auditPathToCage,
	type ObservedFile,
} from "../../../src/core/cage/audit.ts";
import { type Finding, isAccepted, mergeAcceptances, parseAcceptance } from "../../../src/core/cage/finding.ts";
import type { FileKind } from "../../../src/core/machine/facts.ts";
import { type Path, pathFromText } from "../../../src/core/path/path.ts";

const policy: AuditPolicy = {
	owner: 0,
	devices: [{ type: "c", major: 1, minor: 3 }],
	setuid: [pathFromText("/usr/bin/allowed")],
	special: [pathFromText("/run/planned.sock")],
	mounts: [pathFromText("/var/lib/app"), pathFromText("/tmp")],
	accounts: [{ uid: 990, gids: [991, 4] }],
};

function seen(path: string, more: Partial<Omit<ObservedFile, "path" | "target">> & { target?: string } = {}): ObservedFile {
	const mode = more.kind === "directory" ? 0o755 : 0o644;
	return { kind: "file", mode, uid: 0, gid: 0, links: 1, ...more, path: pathFromText(path) } as ObservedFile;
}

/** Codes with severity and path. */
function codes(observed: ObservedFile[], change: Partial<AuditPolicy> = {}): string[] {
	return auditFiles(observed, { ...policy, ...change }).map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

it("knows a decoy, whatever its name is", () => {
	const decoys = [pathFromText("/etc/shadow")];
	expect(codes([seen("/etc/shadow"), seen("/etc/gshadow")], { decoys })).toEqual(["danger shadow-file /etc/gshadow"]);
});

const bad: [string, ObservedFile, string][] = [
	["a setuid file", seen("/a", { mode: 0o4755 }), "danger setuid /a"],
	["a setgid file", seen("/a", { mode: 0o2755 }), "danger setgid /a"],
	["a file with capabilities", seen("/a", { capabilities: "cap_net_raw=ep" }), "danger file-capabilities /a"],
	["another device", seen("/dev/sda", { kind: "block-device", device: { major: 8, minor: 0 } }), "danger device /dev/sda"],
	[
		"a block device with the numbers of null",
		seen("/n", { kind: "block-device", device: { major: 1, minor: 3 } }),
		"danger device /n",
	],
	["a FIFO", seen("/a", { kind: "fifo" }), "danger fifo /a"],
	["a socket", seen("/a", { kind: "socket" }), "danger socket /a"],
	["a file with two names", seen("/a", { links: 2 }), "danger hard-link /a"],
	["a file that everybody may write", seen("/a", { mode: 0o666 }), "danger world-writable /a"],
	["a directory that everybody may write", seen("/a", { kind: "directory", mode: 0o1777 }), "danger world-writable /a"],
	["a file that a group of the application may write", seen("/a", { mode: 0o664, gid: 4 }), "danger application-may-write /a"],
	["a file of the application", seen("/a", { mode: 0o400, uid: 990 }), "warning application-owns /a"],
	["shadow", seen("/etc/shadow", { mode: 0o600 }), "danger shadow-file /etc/shadow"],
	["a link to shadow", seen("/etc/shadow", { kind: "symlink", target: "x" }), "danger shadow-file /etc/shadow"],
	["a hash in passwd", seen("/etc/passwd", { content: "a:$6$x:0:0::/:\n" }), "danger password-hash /etc/passwd"],
	["a locked hash", seen("/etc/passwd", { content: "a:!$6$x:0:0::/:\n" }), "danger password-hash /etc/passwd"],
	["an old short hash in group", seen("/etc/group", { content: "g:ab1234567890.:1:\n" }), "danger password-hash /etc/group"],
	[
		"an account without a password",
		seen("/etc/passwd", { content: "root:x:0:0::/:\na::1:1::/:\n" }),
		"danger password-empty /etc/passwd",
	],
	[
		"a link to nothing in the cage",
		seen("/a", { kind: "symlink", mode: 0o777, target: "/etc/host" }),
		"warning link-leads-outside /a",
	],
	[
		"a link that climbs out",
		seen("/b/a", { kind: "symlink", mode: 0o777, target: "../../x" }),
		"warning link-leads-outside /b/a",
	],
	["a mount", seen("/a", { kind: "directory", mounted: true }), "warning mounted /a"],
];

const good: [string, ObservedFile][] = [
	["a setuid file that is allowed", seen("/usr/bin/allowed", { mode: 0o4755 })],
	["a setgid directory", seen("/a", { kind: "directory", mode: 0o2755 })],
	["a device of the plan", seen("/dev/null", { kind: "character-device", mode: 0o666, device: { major: 1, minor: 3 } })],
	["a socket of the plan", seen("/run/planned.sock", { kind: "socket" })],
	["a directory, which has many names by nature", seen("/a", { kind: "directory", links: 7 })],
	["a place that is mounted over", seen("/tmp", { kind: "directory", mode: 0o1777 })],
	["state of the application", seen("/var/lib/app", { kind: "directory", uid: 990 })],
	["a file that another group may write", seen("/a", { mode: 0o664, gid: 77 })],
	["accounts without passwords", seen("/etc/passwd", { content: "root:x:0:0::/:\na:*:1:1::/:\n# c\nb:!:2:2::/:\n" })],
	["groups without passwords", seen("/etc/group", { content: "root:x:0:\na::1:\nb:!:2:\n" })],
	["a relative link to nothing", seen("/a", { kind: "symlink", mode: 0o777, target: "b" })],
	["a link to state", seen("/a", { kind: "symlink", mode: 0o777, target: "/var/lib/app/x" })],
	["a link to /proc", seen("/etc/mtab", { kind: "symlink", mode: 0o777, target: "/proc/self/mounts" })],
	["a link that climbs to the root and no further", seen("/b/a", { kind: "symlink", mode: 0o777, target: "../c" })],
];

describe("the audit of a cage's files", () => {
	it.each(bad)("finds %s", (_what, observed, expected) => expect(codes([observed])).toEqual([expected]));
	it.each(good)("accepts %s", (_what, observed) => expect(codes([observed])).toEqual([]));

	it("accepts an absolute link that ends in the cage, also via other links", () => {
		const lib = seen("/lib", { kind: "symlink", target: "usr/lib" });
		const file = seen("/usr/lib/x.so.1", {});
		const link = seen("/opt/x.so", { kind: "symlink", target: "/lib/x.so" });
		const next = seen("/usr/lib/x.so", { kind: "symlink", target: "x.so.1" });
		expect(codes([lib, file, link, next])).toEqual([]);
		expect(codes([lib, link, next])).toEqual(["warning link-leads-outside /opt/x.so"]);
	});

	it("reports a loop of links", () => {
		const loop = [seen("/a", { kind: "symlink", target: "/b" }), seen("/b", { kind: "symlink", target: "/a" })];
		expect(codes(loop)).toEqual(["warning link-leads-outside /a", "warning link-leads-outside /b"]);
	});

	it("accepts that a cage built without root belongs to its application's account", () => {
		expect(codes([seen("/a", { uid: 990 })], { owner: 990 })).toEqual([]);
	});

	it("reports values with each finding", () => {
		const [finding] = auditFiles([seen("/a", { mode: 0o6755 })], policy);
		expect(finding).toEqual({ code: "setuid", path: "/a", severity: "danger", values: { mode: "06755" } });
	});

	it("never repeats a hash", () => {
		expect(JSON.stringify(auditFiles([seen("/etc/passwd", { content: "a:$6$secret:0:0::/:\n" })], policy))).not.toContain(
			"secret",
		);
	});
});

describe("the application's state", () => {
	it("may contain anything except a trap", () => {
		const ordinary = [
			seen("/d", { kind: "directory", mode: 0o2777, uid: 990 }),
			seen("/d/fifo", { kind: "fifo", uid: 990 }),
			seen("/d/socket", { kind: "socket", uid: 990 }),
			seen("/d/two", { links: 2, uid: 990, mode: 0o666 }),
			seen("/d/link", { kind: "symlink", target: "/etc/shadow" }),
		];
		expect(auditData(ordinary)).toEqual([]);
		const traps = [
			seen("/d/suid", { mode: 0o4755, uid: 990 }),
			seen("/d/null", { kind: "character-device", device: { major: 1, minor: 3 } }),
		];
		expect(auditData(traps).map(({ code }) => code)).toEqual(["data-setuid", "data-device"]);
	});
});

describe("the path to a cage", () => {
	const way = (...changes: [string, Partial<ObservedFile>][]) =>
		auditPathToCage(
			changes.map(([path, more]) => ({ path: path as Path, kind: "directory", mode: 0o755, uid: 0, gid: 0, ...more })),
			0,
		).map(({ severity, code, path }) => `${severity} ${code} ${path}`);

	it("passes if all of it is root's", () => expect(way(["/", {}], ["/var", {}], ["/var/c", { mode: 0o700 }])).toEqual([]));
	it("is reported if another account may write or own it, or if it contains a link", () => {
		expect(way(["/", {}], ["/a", { mode: 0o775 }], ["/a/c", {}])).toEqual(["danger way-writable /a"]);
		expect(way(["/", {}], ["/a", { mode: 0o757 }], ["/a/c", {}])).toEqual(["danger way-writable /a"]);
		expect(way(["/", {}], ["/a", { uid: 1000 }], ["/a/c", {}])).toEqual(["danger way-foreign-owner /a"]);
		expect(way(["/", {}], ["/a", { kind: "symlink", mode: 0o777 }], ["/a/c", {}])).toEqual(["danger way-not-directory /a"]);
	});
	it("gets a warning for root's sticky directory", () => {
		expect(way(["/", {}], ["/tmp", { mode: 0o1777 }], ["/tmp/c", {}])).toEqual(["warning way-sticky /tmp"]);
		expect(way(["/", {}], ["/c", { mode: 0o1777 }])).toEqual(["danger way-writable /c"]);
		expect(way(["/", {}], ["/t", { mode: 0o1777, uid: 5 }], ["/t/c", {}])).toEqual([
			"danger way-foreign-owner /t",
			"danger way-writable /t",
		]);
	});
	it("may belong to the account that built the cage without root", () => {
		const own = auditPathToCage([{ path: "/home" as Path, kind: "directory", mode: 0o755, uid: 1000, gid: 1000 }], 1000);
		expect(own).toEqual([]);
	});
});

describe("the path to a bind", () => {
	const part = (path: string, { kind = "directory" as FileKind, mode = 0o755, uid = 0 } = {}) => ({
		path: pathFromText(path),
		kind,
		mode,
		uid,
	});
	const bind = pathFromText("/opt/x/web/up");
	const codes = (seen: ReturnType<typeof part>[], owner = 0, absent?: string) =>
		auditBinds([{ bind, seen, ...(absent === undefined ? {} : { absent: pathFromText(absent) }) }], owner).map(
			({ code, path, severity }) => `${severity} ${code} ${path}`,
		);

	it.each([
		["its own directory is another's", [part("/"), part("/opt"), part("/opt/x", { uid: 7, mode: 0o777 })], []],
		["a part is another's", [part("/"), part("/opt", { uid: 7 }), part("/opt/x")], ["danger bind-foreign-owner /opt"]],
		["a part is writable", [part("/"), part("/opt", { mode: 0o775 }), part("/opt/x")], ["danger bind-writable /opt"]],
		["a part is sticky", [part("/"), part("/tmp", { mode: 0o1777 }), part("/tmp/x")], []],
		[
			"a sticky part holds what is another's",
			[part("/"), part("/tmp", { mode: 0o1777 }), part("/tmp/x", { uid: 7 })],
			["danger bind-writable /tmp"],
		],
		["a part is a link", [part("/"), part("/opt", { kind: "symlink", mode: 0o777 })], ["danger bind-not-directory /opt"]],
	])("the path to a bind is found if %s", (_, seen, expected) => expect(codes(seen)).toEqual(expected));

	it("a missing part is a danger, and the owner above it is named", () => {
		expect(codes([part("/"), part("/opt", { uid: 7 })], 0, "/opt/x")).toEqual([
			"danger bind-foreign-owner /opt",
			"danger bind-absent /opt/x",
		]);
	});

	it("without a root launch, another owner is a warning and the own account is fine", () => {
		expect(codes([part("/"), part("/opt", { uid: 7 }), part("/opt/x", { uid: 1000 }), part("/opt/x/web")], 1000)).toEqual([
			"warning bind-foreign-owner /opt",
		]);
	});

	it("a directory on the path to two binds is reported once", () => {
		const seen = [part("/"), part("/opt", { uid: 7 }), part("/opt/x")];
		expect(
			auditBinds(
				[
					{ bind, seen },
					{ bind: pathFromText("/opt/y"), seen },
				],
				0,
			),
		).toHaveLength(1);
	});
});

describe("an accepted finding", () => {
	const finding = (code: Finding["code"], path: string): Finding => ({
		code,
		path: pathFromText(path),
		severity: "danger",
		values: {},
	});
	const accepts = (text: string, one: Finding) => isAccepted(one, [parseAcceptance(text)]);

	it("a code is accepted everywhere, with a path only there", () => {
		expect(accepts("setuid", finding("setuid", "/a"))).toBe(true);
		expect(accepts("setuid:/a", finding("setuid", "/a"))).toBe(true);
		expect(accepts("setuid:/a", finding("setuid", "/a/b"))).toBe(false);
		expect(accepts("setuid:/a:b", finding("setuid", "/a:b"))).toBe(true);
		expect(accepts("setuid", finding("setgid", "/a"))).toBe(false);
	});

	it.each(["", "setui", "SETUID", ":/a", "setuid /a", "constructor"])("%j is refused", (text) => {
		expect(() => parseAcceptance(text)).toThrow(expect.objectContaining({ code: "finding-unknown", exit: 2 }));
	});

	it("the path must be absolute", () => {
		expect(() => parseAcceptance("setuid:a")).toThrow(expect.objectContaining({ code: "path-not-absolute", exit: 2 }));
	});

	it("a repeated acceptance is stored once", () => {
		expect(mergeAcceptances(["setuid"], ["setgid", "setuid"])).toEqual(["setuid", "setgid"]);
	});
});
