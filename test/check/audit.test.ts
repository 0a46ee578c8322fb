import { describe, expect, it } from "vitest";
import type { FileKind } from "../../src/base/machine/facts.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { type Finding, isAccepted, mergeAcceptances, parseAcceptance } from "../../src/cage/finding.ts";
import {
	type AuditPolicy,
	auditBinds,
	auditData,
	auditFiles,
	auditPathToCage,
	auditWaysInPlace,
	type ObservedFile,
} from "../../src/check/audit.ts";

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

const shown = (findings: readonly Finding[]) => findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
const codes = (observed: ObservedFile[], change: Partial<AuditPolicy> = {}) =>
	shown(auditFiles(observed, { ...policy, ...change }));
const link = (path: string, target: string) => seen(path, { kind: "symlink", mode: 0o777, target });
const device = (path: string, kind: FileKind, major: number, minor: number) => seen(path, { kind, device: { major, minor } });

it("knows a decoy, whatever its name is", () => {
	const decoys = [pathFromText("/etc/shadow")];
	expect(codes([seen("/etc/shadow"), seen("/etc/gshadow")], { decoys })).toEqual(["danger shadow-file /etc/gshadow"]);
});

const open = "root:x:0:0::/:\na::1:1::/:\n";
const bad: [string, ObservedFile, string][] = [
	["a setuid file", seen("/a", { mode: 0o4755 }), "danger setuid /a"],
	["a setgid file", seen("/a", { mode: 0o2755 }), "danger setgid /a"],
	["a file with capabilities", seen("/a", { capabilities: "cap_net_raw=ep" }), "danger file-capabilities /a"],
	["another device", device("/dev/sda", "block-device", 8, 0), "danger device /dev/sda"],
	["a block device with the numbers of null", device("/n", "block-device", 1, 3), "danger device /n"],
	["a FIFO", seen("/a", { kind: "fifo" }), "danger fifo /a"],
	["a socket", seen("/a", { kind: "socket" }), "danger socket /a"],
	["a file with two names", seen("/a", { links: 2 }), "danger hard-link /a"],
	["a file that everybody may write", seen("/a", { mode: 0o666 }), "danger world-writable /a"],
	["a directory that everybody may write", seen("/a", { kind: "directory", mode: 0o1777 }), "danger world-writable /a"],
	["a file that a group of the application may write", seen("/a", { mode: 0o664, gid: 4 }), "danger application-may-write /a"],
	["a file of the application", seen("/a", { mode: 0o400, uid: 990 }), "warning application-owns /a"],
	["shadow", seen("/etc/shadow", { mode: 0o600 }), "danger shadow-file /etc/shadow"],
	["a link to shadow", link("/etc/shadow", "x"), "danger shadow-file /etc/shadow"],
	["a hash in passwd", seen("/etc/passwd", { content: "a:$6$x:0:0::/:\n" }), "danger password-hash /etc/passwd"],
	["a locked hash", seen("/etc/passwd", { content: "a:!$6$x:0:0::/:\n" }), "danger password-hash /etc/passwd"],
	["an old short hash in group", seen("/etc/group", { content: "g:ab1234567890.:1:\n" }), "danger password-hash /etc/group"],
	["an account without a password", seen("/etc/passwd", { content: open }), "danger password-empty /etc/passwd"],
	["a link to nothing in the cage", link("/a", "/etc/host"), "warning link-leads-outside /a"],
	["a link that climbs out", link("/b/a", "../../x"), "warning link-leads-outside /b/a"],
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
	["a relative link to nothing", link("/a", "b")],
	["a link to state", link("/a", "/var/lib/app/x")],
	["a link to /proc", link("/etc/mtab", "/proc/self/mounts")],
	["a link that climbs to the root and no further", link("/b/a", "../c")],
];

describe("the audit of a cage's files", () => {
	it.each(bad)("finds %s", (_what, observed, expected) => expect(codes([observed])).toEqual([expected]));
	it.each(good)("accepts %s", (_what, observed) => expect(codes([observed])).toEqual([]));

	it("accepts an absolute link that ends in the cage, also via other links", () => {
		const links = [link("/lib", "usr/lib"), link("/opt/x.so", "/lib/x.so"), link("/usr/lib/x.so", "x.so.1")];
		expect(codes([...links, seen("/usr/lib/x.so.1")])).toEqual([]);
		expect(codes(links)).toEqual(["warning link-leads-outside /opt/x.so"]);
	});

	it("reports a loop of links", () => {
		const found = codes([link("/a", "/b"), link("/b", "/a")]);
		expect(found).toEqual(["warning link-leads-outside /a", "warning link-leads-outside /b"]);
	});

	it("accepts that a cage built without root belongs to its application's account", () => {
		expect(codes([seen("/a", { uid: 990 })], { owner: 990 })).toEqual([]);
	});

	it("reports values with each finding", () => {
		const [finding] = auditFiles([seen("/a", { mode: 0o6755 })], policy);
		expect(finding).toEqual({ code: "setuid", path: "/a", severity: "danger", values: { mode: "06755" } });
	});

	it("never repeats a hash", () => {
		const found = auditFiles([seen("/etc/passwd", { content: "a:$6$secret:0:0::/:\n" })], policy);
		expect(JSON.stringify(found)).not.toContain("secret");
	});
});

describe("the application's state", () => {
	it("may contain anything except a trap", () => {
		const ordinary = [
			seen("/d", { kind: "directory", mode: 0o2777, uid: 990 }),
			seen("/d/fifo", { kind: "fifo", uid: 990 }),
			seen("/d/socket", { kind: "socket", uid: 990 }),
			seen("/d/two", { links: 2, uid: 990, mode: 0o666 }),
			link("/d/link", "/etc/shadow"),
		];
		expect(auditData(ordinary)).toEqual([]);
		const traps = [seen("/d/suid", { mode: 0o4755, uid: 990 }), device("/d/null", "character-device", 1, 3)];
		expect(auditData(traps).map(({ code }) => code)).toEqual(["data-setuid", "data-device"]);
	});
});

describe("the path to a cage", () => {
	const way = (...changes: [string, Parameters<typeof seen>[1]][]) =>
		shown(
			auditPathToCage(
				changes.map(([path, more]) => seen(path, { kind: "directory", mode: 0o755, ...more })),
				0,
			),
		);

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
		expect(auditPathToCage([seen("/home", { kind: "directory", uid: 1000, gid: 1000 })], 1000)).toEqual([]);
	});
});

describe("the path to a bind", () => {
	const part = (path: string, more: Parameters<typeof seen>[1] = {}) => seen(path, { kind: "directory", mode: 0o755, ...more });
	const sticky = part("/tmp", { mode: 0o1777 });
	const bind = pathFromText("/opt/x/web/up");
	const codes = (seen: ReturnType<typeof part>[], owner = 0, absent?: string) =>
		shown(auditBinds([{ bind, seen, ...(absent === undefined ? {} : { absent: pathFromText(absent) }) }], owner));

	it.each([
		["its own directory is another's", [part("/"), part("/opt"), part("/opt/x", { uid: 7, mode: 0o777 })], []],
		["a part is another's", [part("/"), part("/opt", { uid: 7 }), part("/opt/x")], ["danger bind-foreign-owner /opt"]],
		["a part is writable", [part("/"), part("/opt", { mode: 0o775 }), part("/opt/x")], ["danger bind-writable /opt"]],
		["a part is sticky", [part("/"), sticky, part("/tmp/x")], []],
		["a sticky part holds what is another's", [sticky, part("/tmp/x", { uid: 7 })], ["danger bind-writable /tmp"]],
		["a part is a link", [part("/"), part("/opt", { kind: "symlink", mode: 0o777 })], ["danger bind-not-directory /opt"]],
	])("the path to a bind is found if %s", (_, seen, expected) => expect(codes(seen)).toEqual(expected));

	it("a missing part is a danger, and the owner above it is named", () => {
		const found = codes([part("/"), part("/opt", { uid: 7 })], 0, "/opt/x");
		expect(found).toEqual(["danger bind-foreign-owner /opt", "danger bind-absent /opt/x"]);
	});

	it("without a root launch, another owner is a warning and the own account is fine", () => {
		const seen = [part("/"), part("/opt", { uid: 7 }), part("/opt/x", { uid: 1000 }), part("/opt/x/web")];
		expect(codes(seen, 1000)).toEqual(["warning bind-foreign-owner /opt"]);
	});

	it.each([
		["a socket of any account", part("/run/x.sock", { kind: "socket", uid: 7, mode: 0o777 }), []],
		["nothing", undefined, []],
		["a file", part("/run/x.sock", { kind: "file" }), ["danger bind-not-directory /run/x.sock"]],
		["a link", part("/run/x.sock", { kind: "symlink", mode: 0o777 }), ["danger bind-not-directory /run/x.sock"]],
		["a directory", part("/run/x.sock"), ["danger bind-not-directory /run/x.sock"]],
	])("in place of a mounted socket there may be a socket or nothing: %s", (_, last, expected) => {
		const bind = pathFromText("/run/x.sock");
		const seen = [part("/"), part("/run"), ...(last ? [last] : [])];
		const found = auditBinds([{ bind, seen, ...(last ? {} : { absent: bind }), isSocket: true, mayBeAbsent: true }], 0);
		expect(shown(found)).toEqual(expected);
		for (const { values } of found) expect(values).toEqual({ bind, kind: last?.kind });
	});

	it("the path to a mounted socket is found like that to a directory", () => {
		const bind = pathFromText("/run/app/x.sock");
		const seen = [part("/"), part("/run"), part("/run/app", { uid: 7 }), part("/run/app/x.sock", { kind: "socket" })];
		expect(shown(auditBinds([{ bind, seen, isSocket: true }], 0))).toEqual(["danger bind-foreign-owner /run/app"]);
	});

	it("a directory on the path to two binds is reported once", () => {
		const seen = [part("/"), part("/opt", { uid: 7 }), part("/opt/x")];
		expect(
			auditBinds(
				["/opt/x/web/up", "/opt/y"].map((path) => ({ bind: pathFromText(path), seen })),
				0,
			),
		).toHaveLength(1);
	});
});

describe("an accepted finding", () => {
	it.each([
		["setuid", "setuid", "/a", true],
		["setuid:/a", "setuid", "/a", true],
		["setuid:/a", "setuid", "/a/b", false],
		["setuid:/a:b", "setuid", "/a:b", true],
		["setuid", "setgid", "/a", false],
	] as const)("a code is accepted everywhere, with a path only there: %s, %s at %s", (text, code, path, accepted) => {
		const finding: Finding = { code, path: pathFromText(path), severity: "danger", values: {} };
		expect(isAccepted(finding, [parseAcceptance(text)])).toBe(accepted);
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

describe("the path to state in place", () => {
	const part = (path: string, mode = 0o755, uid = 0) => ({ path: pathFromText(path), kind: "directory" as const, mode, uid });
	const found = (above: ReturnType<typeof part>, account?: number) => {
		const seen = [part("/"), above, part("/x/state", 0o700, 900)];
		const ways = [{ bind: pathFromText("/x/state"), seen }];
		return shown(auditWaysInPlace(ways, { owner: 0, ...(account === undefined ? {} : { account }) }));
	};

	it.each([
		["of root", part("/x"), undefined, []],
		["that a group may write", part("/x", 0o775), undefined, ["warning bind-writable /x"]],
		["that everybody may write", part("/x", 0o777), undefined, ["danger bind-writable /x"]],
		["of the application's account", part("/x", 0o755, 900), 900, []],
		["of another account", part("/x", 0o755, 1000), 900, ["danger bind-foreign-owner /x"]],
		["of an account, for a start as root", part("/x", 0o755, 900), undefined, ["danger bind-foreign-owner /x"]],
	])("below a directory %s", (_, above, account, findings) => {
		expect(found(above, account)).toEqual(findings);
	});
});
