import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/core/path/path.ts";
import { findMissing } from "../../../src/core/plan/find-missing.ts";
import { isTolerable, type Missing } from "../../../src/core/plan/missing.ts";
import type { Addition } from "../../../src/core/plan/plan.ts";
import { absent } from "../cage/plans.ts";
import { asApp, asRoot, type Did, planFor, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, node, tree } from "./tree.ts";

const host: Record<string, Node> = {
	"/etc/app/conf": "c",
	"/etc/app/key": "-----BEGIN PRIVATE KEY-----\n",
	"/etc/app/now": link("key"),
	"/etc/app/big": file("", { size: 2 ** 21 }),
	"/usr/share/app/data": "",
	"/var/run": link("/run"),
	"/run": directory(),
	"/run/app/old.pid": "1",
	"/var/lib/app": directory(),
	"/var/lib/app/db": "x",
	"/srv/data/f": "",
	"/dev/tty": node(5, 0),
	"/dev/stdout": link("/proc/self/fd/1"),
	"/var/log/app/out": link("/dev/stdout"),
};

type Values = Parameters<typeof planFor>[2];

/** Returns the missing items if the host's run did one thing and the cage's another. */
function missing(
	onHost: Record<string, Did>,
	inCage: Record<string, Did>,
	values: Values = {},
	refusals: [string, string][] = [],
): Missing[] {
	const files = tree(host);
	const seen = trace(onHost);
	const refused = new Map(refusals.map(([call, error]) => [call, { call, error, count: 1 }]));
	return findMissing(seen, trace(inCage, { refusals: refused }), planFor(files, seen, values), files, 2);
}
const summary = (all: Missing[]) =>
	all.map(({ declined, kind, path, remedy }) => [path, kind, remedyOf(remedy), ...(declined ? ["declined"] : [])]);
const remedyOf = (remedy: Addition | undefined) =>
	remedy === undefined
		? ""
		: remedy.kind === "opening"
			? remedy.name
			: `${remedy.kind} ${"path" in remedy ? remedy.path : remedy.name}`;

/** The same for one path: kind, remedy, and whether it was left out. */
const fails = (path: string, onHost: string, inCage: string, values: Values = {}) => {
	const [found, ...others] = summary(missing({ [path]: onHost }, { [path]: inCage }, values));
	expect([found?.[0], others]).toEqual([path, []]);
	return found?.slice(1);
};

test("a missing manual page counts only if the application does not answer", () => {
	const page = absent("/usr/share/man/man1/app.1.gz", { call: "newfstatat" });
	expect(isTolerable(page)).toBe(true);
	expect(isTolerable({ ...page, call: "openat" })).toBe(false);
	expect(isTolerable({ ...page, path: "/etc/app.conf" as Path })).toBe(false);
});

describe("an application whose start was not traced", () => {
	const files = tree({ ...host, "/dev/urandom": node(1, 9) });
	const attached = trace({}, { gaps: new Set(["start-up"]) });
	const missingAtStart = (inCage: Record<string, Did>, values: Values = {}) =>
		summary(findMissing(attached, trace(inCage), planFor(files, attached, values), files, 1));

	test("may need whatever a layer of the cage refuses at its start", () => {
		expect(missingAtStart({ "/etc/app/conf": "ENOENT:read" })).toEqual([["/etc/app/conf", "absent", "path /etc/app/conf"]]);
		expect(missingAtStart({ "/var/lib/app/new": "EROFS:create" })).toEqual([
			["/var/lib/app/new", "read-only", "writable /var/lib/app"],
		]);
		expect(missingAtStart({ "/run/app/pid": "ENOENT:create" })).toEqual([["/run/app/pid", "absent", "writable /run/app"]]);
		expect(missingAtStart({ "/dev/urandom": "ENOENT:read" })).toEqual([["/dev/urandom", "absent", "path /dev/urandom"]]);
	});

	test("does not need what the host lacks too, or what no cage gives", () => {
		expect(missingAtStart({ "/etc/app/none": "ENOENT:read" })).toEqual([]);
		expect(missingAtStart({ "/proc/sys/x": "EROFS:write" })).toEqual([]);
		expect(missingAtStart({ "/dev/tty": "ENOENT:read" })).toEqual([["/dev/tty", "absent", "", "declined"]]);
	});
});

describe("the comparison of host and cage", () => {
	test("finds what worked in the trace and fails in the cage", () => {
		const all = missing({ "/usr/share/app/data": "read" }, { "/usr/share/app/data": "ENOENT:read" });
		expect(all).toEqual([
			{
				kind: "absent",
				path: "/usr/share/app/data",
				call: "openat",
				error: "ENOENT",
				program: "/usr/bin/app",
				declined: false,
				remedy: { kind: "path", path: "/usr/share/app/data", round: 2, call: "openat" },
			},
		]);
	});
	test.each<[string, Record<string, Did>, Record<string, Did>]>([
		["failed in both", { "/a": "ENOENT:read" }, { "/a": "ENOENT:read" }],
		["worked in the end", { "/etc/app/conf": "read" }, { "/etc/app/conf": "ENOENT:read read" }],
		["worked otherwise on the host", { "/etc/app/conf": "look" }, { "/etc/app/conf": "EACCES:write" }],
		["the host itself does not have", {}, { "/a": "ENOENT:read" }],
		["was to be taken away and is not there", { "/run/app.pid": "remove create" }, { "/run/app.pid": "ENOENT:remove create" }],
		["is no link", { "/etc/app/conf": "look" }, { "/etc/app/conf": "EINVAL:look" }],
		["is byte code", { "/usr/lib/__pycache__/a.pyc": "create" }, { "/usr/lib/__pycache__/a.pyc": "EROFS:create" }],
		["was made there by the application itself", {}, { "/etc/app/conf": "ENOENT:create" }],
	])("ignores what %s", (_, onHost, inCage) => expect(missing(onHost, inCage)).toEqual([]));
	test("finds paths that only the cage's run used, if the host has them", () => {
		expect(summary(missing({}, { "/usr/share/app/data": "ENOENT:look" }))).toEqual([
			["/usr/share/app/data", "absent", "path /usr/share/app/data"],
		]);
		expect(missing({}, { "/usr/share/app/data": "EACCES:read" })).toEqual([]);
		expect(missing({}, { "/var/log/app/out": "ENOENT:look" })).toEqual([]);
	});
	test.each(["EEXIST", "EADDRINUSE", "EBUSY", "ENOTEMPTY", "EAGAIN"])("ignores %s, which a working cage answers too", (error) => {
		expect(missing({ "/var/lib/app/d": "create" }, { "/var/lib/app/d": `${error}:create` })).toEqual([]);
	});
	test("sorts by path", () => {
		const did = { "/usr/share/data/f": "read", "/etc/app/conf": "read" };
		const all = missing(did, { "/usr/share/data/f": "ENOENT:read", "/etc/app/conf": "ENOENT:read" }, {}, [
			["setgroups", "EPERM"],
		]);
		expect(all.map(({ call, path }) => path ?? call)).toEqual(["/etc/app/conf", "/usr/share/data/f", "setgroups"]);
	});
});

describe("an absent path", () => {
	test("is declined without a remedy if it was left out on purpose", () => {
		const declined = ["absent", "", "declined"];
		for (const path of ["/etc/app/key", "/etc/app/now", "/dev/tty"]) expect(fails(path, "read", "ENOENT:read")).toEqual(declined);
		const excluded = { rules: rules({ exclude: ["/usr/share/app"] }) };
		expect(fails("/usr/share/app/data", "read", "ENOENT:read", excluded)).toEqual(declined);
		expect(fails("/etc/app/big", "look", "ENOENT:look")).toEqual(["absent", "", "declined"]);
	});
	test("is declined if it is a secret of the state, while other missing state is normal", () => {
		const did = { "/etc/app/key": "read", "/etc/app/conf": "read", "/etc/app/new": "create" };
		const all = missing(did, { "/etc/app/key": "ENOENT:read", "/etc/app/conf": "ENOENT:read" });
		expect(summary(all)).toEqual([["/etc/app/key", "absent", "", "declined"]]);
	});
	test("is recognised as state under any of its names", () => {
		const state = { "/var/run/app/new": "create write", "/var/run/app/old.pid": "read" };
		expect(missing(state, { "/var/run/app/old.pid": "ENOENT:read" })).toEqual([]);
		const bind = { rules: rules({ binds: [{ path: "/srv/data/", access: "rw" as const }] }) };
		expect(missing({ "/srv/data/f": "read" }, { "/srv/data/f": "ENOENT:read" }, bind)).toEqual([]);
	});
	test("becomes writable if it is a missing place to write", () => {
		expect(fails("/srv/new/f", "create write", "ENOENT:create")).toEqual(["absent", ""]);
		expect(fails("/opt/x/f", "create write", "ENOENT:create", { trace: trace({}) })).toEqual(["absent", "writable /opt/x"]);
		const deep = missing({ "/run/app/sub/f": "create write" }, { "/run/app/sub/f": "ENOENT:create" });
		expect(summary(deep)).toEqual([["/run/app/sub/f", "absent", "writable /run/app/sub"]]);
	});
	test("is listed without a remedy if the host lacks it too", () => {
		expect(fails("/srv/gone", "read", "ENOENT:read")).toEqual(["absent", ""]);
		expect(fails("/run/peer", "connect", "ECONNREFUSED:connect")).toEqual(["absent", ""]);
	});
});

describe("a read-only path", () => {
	test("becomes writable if it is the application's", () => {
		const all = missing({ "/var/run/x/f": "create write" }, { "/var/run/x/f": "EROFS:create" }, { trace: trace({}) });
		expect(summary(all)).toEqual([["/var/run/x/f", "read-only", "writable /run/x"]]);
		expect(fails("/srv/x/f", "create", "EACCES:create", { trace: trace({}) })).toEqual(["read-only", "writable /srv/x"]);
	});
	test("stays read-only in a system directory, which would be asked for in every round", () => {
		for (const path of ["/var/log/f", "/etc/f", "/usr/share/app/f", "/dev/f"]) {
			expect(summary(missing({ [path]: "create" }, { [path]: "EROFS:create" })).map(([, , remedy]) => remedy)).toEqual([""]);
		}
	});
	test("is not asked for again if its directory is writable", () => {
		expect(fails("/var/lib/app/f", "create", "EROFS:create")).toEqual(["read-only", ""]);
	});
});

describe("owner and mode", () => {
	test("offer root the lesser sufficient capability, and an account none", () => {
		const state = { "/var/lib/app/db": "read write", "/var/lib/app/f": "create" };
		const fails = (did: string, identity = asRoot) => summary(missing(state, { "/var/lib/app/db": did }, { identity }));
		expect(fails("EACCES:write")).toEqual([["/var/lib/app/db", "owner-or-mode", "capability dac_override"]]);
		expect(fails("EACCES:read EACCES:write")).toEqual([["/var/lib/app/db", "owner-or-mode", "capability dac_override"]]);
		expect(fails("EACCES:read")).toEqual([["/var/lib/app/db", "owner-or-mode", "capability dac_read_search"]]);
		expect(fails("EACCES:read", asApp)).toEqual([["/var/lib/app/db", "owner-or-mode", ""]]);
	});
	test("are the only error that leads to a capability", () => {
		for (const error of ["ENXIO", "EXDEV", "ELOOP", "ENOSPC", "EINVAL", "ECONNREFUSED"]) {
			const all = missing({ "/var/lib/app/db": "read write" }, { "/var/lib/app/db": `${error}:write` });
			expect(all.map(({ remedy }) => remedy)).toEqual([undefined]);
		}
	});
});

describe("capabilities and the filter", () => {
	test("a call that lacks a capability gets it for root, whatever call came first", () => {
		const inCage: Record<string, Did> = { "/var/lib/app/db": { did: "EPERM:write", calls: ["newfstatat", "fchownat"] } };
		const fails = (identity = asRoot) => summary(missing({ "/var/lib/app/db": "read write" }, inCage, { identity }));
		expect(fails()).toEqual([["/var/lib/app/db", "capability", "capability chown"]]);
		expect(fails(asApp)).toEqual([["/var/lib/app/db", "capability", ""]]);
	});
	test("a call that no capability allows was filtered", () => {
		expect(summary(missing({ "/srv/data/f": "write" }, { "/srv/data/f": { did: "EPERM:write", calls: ["mknod"] } }))).toEqual([
			["/srv/data/f", "filtered", ""],
		]);
		expect(summary(missing({}, {}, {}, [["io_uring_setup", "EPERM"]]))).toEqual([[undefined, "filtered", ""]]);
	});
	test("a call that the host refused too counts only if the application does not answer", () => {
		const [mixed] = missing({ "/run/app/pid": "remove EACCES:remove" }, { "/run/app/pid": "EACCES:remove" });
		expect(mixed && isTolerable(mixed)).toBe(true);
		const [plain] = missing({ "/run/app/pid": "remove" }, { "/run/app/pid": "EACCES:remove" });
		expect(plain && isTolerable(plain)).toBe(false);
	});
	test("a bind that does not show a mount below it is missing that directory", () => {
		const asked = { rules: rules({ binds: [{ path: "/srv/shared", access: "ro" }] }) };
		const gone = missing({ "/srv/shared/up/g": "read" }, { "/srv/shared/up/g": "ENOENT:read" }, asked);
		expect(summary(gone)).toEqual([["/srv/shared/up/g", "absent", ""]]);
	});
	test("calls without a path count if the host allowed them", () => {
		expect(missing({}, {}, {}, [["setgroups", "EPERM"]])).toMatchObject([
			{ kind: "capability", call: "setgroups", error: "EPERM", remedy: { kind: "capability", name: "setgid", round: 2 } },
		]);
		expect(missing({}, {}, { identity: asApp }, [["setgroups", "EPERM"]])[0]?.remedy).toBeUndefined();
		const both = new Map([["setgroups", { call: "setgroups", error: "EPERM", count: 1 }]]);
		const files = tree(host);
		expect(
			findMissing(trace({}, { refusals: both }), trace({}, { refusals: both }), planFor(files, trace({})), files, 1),
		).toEqual([]);
	});
	test("capabilities in the trace are added one by one, and others only by the administrator", () => {
		const files = tree(host);
		const kept = trace({}, { kept: new Set(["setpcap", "sys_time", "net_admin"]) });
		const call = "capset(setpcap,sys_time,net_admin,lease)";
		const refusals = new Map([[call, { call, error: "EPERM", count: 1 }]]);
		const found = findMissing(kept, trace({}, { refusals }), planFor(files, kept, { identity: asRoot }), files, 1);
		expect(found.map(({ remedy, unseen = false }) => [remedyOf(remedy), unseen])).toEqual([
			["capability setpcap", false],
			["capability sys_time", false],
			["capability net_admin", true],
			["capability lease", true],
		]);
		expect(findMissing(kept, trace({}, { refusals }), planFor(files, kept, { identity: asApp }), files, 1)).toEqual([]);
	});
	test("a refused unix socket can be allowed, and matters only if the application does not answer", () => {
		const [refused] = missing({}, {}, {}, [["socket(AF_UNIX)", "EAFNOSUPPORT"]]);
		expect(refused).toMatchObject({
			kind: "filtered",
			remedy: { kind: "opening", name: "unixSockets", call: "socket(AF_UNIX)" },
		});
		expect(refused && isTolerable(refused)).toBe(true);
		expect(missing({}, {}, {}, [["socket(AF_PACKET)", "EAFNOSUPPORT"]])[0]?.remedy).toBeUndefined();
	});
	test.each([
		["socket(AF_NETLINK)", "netlink", "EAFNOSUPPORT"],
		["memfd_create", "memfd"],
		["mmap(PROT_WRITE|PROT_EXEC)", "writableCode"],
		["mprotect(PROT_EXEC)", "writableCode"],
	])("a refusal of %s can be allowed if the application does not answer", (call, name, error = "EPERM") => {
		const [refused] = missing({}, {}, {}, [[call, error]]);
		expect(refused).toMatchObject({ kind: "filtered", remedy: { kind: "opening", name }, declined: false });
		expect(refused && isTolerable(refused)).toBe(true);
	});
});

test("an unnamed file that cannot get its name without /proc asks for it, even if the application answers", () => {
	const linked = (did: string): Record<string, Did> => ({
		"/var/lib/app": "look",
		"/var/lib/app/db": "read write",
		"/var/lib/app/state": { did, calls: ["openat", "linkat"] },
	});
	const [unnamed] = missing(linked("create"), linked("ENOENT:create"));
	expect(unnamed).toMatchObject({
		path: "/var/lib/app/state",
		remedy: { kind: "opening", name: "proc", call: "linkat /var/lib/app/state" },
	});
	expect(unnamed && isTolerable(unnamed)).toBe(false);
});

describe("executed data", () => {
	const onHost = { "/var/lib/app/db": "create write", "/var/lib/app/code.so": "create write execute" };
	test("is listed with its directory, whatever the cage's run did", () => {
		const found = missing(onHost, {});
		expect(found).toMatchObject([{ kind: "noexec", path: "/var/lib/app/code.so", executes: "/var/lib/app" }]);
		expect(found[0] && isTolerable(found[0])).toBe(true);
	});
	test("is not missing once it is allowed, and its mount becomes executable", () => {
		const allowed = rules({ allow: ["executable-data:/var/lib/app"] });
		expect(missing(onHost, {}, { rules: allowed })).toEqual([]);
		const { permissions, grants } = planFor(tree(host), trace(onHost), { rules: allowed });
		expect(permissions.executableData).toEqual(["/var/lib/app"]);
		expect(grants).toContainEqual(expect.objectContaining({ word: "executable-data:/var/lib/app", source: "option" }));
		const elsewhere = rules({ allow: ["executable-data:/srv"] });
		expect(planFor(tree(host), trace(onHost), { rules: elsewhere }).permissions.executableData).toBeUndefined();
	});
});

describe("kernel files", () => {
	test("ask for /proc, also via a link", () => {
		expect(missing({ "/proc/self/stat": "read" }, { "/proc/self/stat": "ENOENT:read" })).toMatchObject([
			{ kind: "kernel-file", remedy: { kind: "opening", name: "proc", call: "openat /proc/self/stat" } },
		]);
		expect(fails("/var/log/app/out", "write", "ENOENT:write")).toEqual(["kernel-file", "proc"]);
	});
	test.each(["/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/proc/mounts", "/sys", "/sys/class/net"])(
		"have no remedy if no cage shows them: %s",
		(path) => expect(summary(missing({ [path]: "read" }, { [path]: "ENOENT:read" }))).toEqual([[path, "kernel-file", ""]]),
	);
	test("are no file entries, and a strange name stays on one line", () => {
		const all = missing({ "/proc/self/\nx\xff": "read" }, { "/proc/self/\nx\xff": "ENOENT:read" });
		expect(all.map(({ remedy }) => remedy?.call)).toEqual(["openat /proc/self/\\nxÿ"]);
	});
});
