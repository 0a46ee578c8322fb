import { describe, expect, test } from "vitest";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { findMissing } from "../../src/plan/find-missing.ts";
import { isTolerable, type Missing } from "../../src/plan/missing.ts";
import type { Addition } from "../../src/plan/plan.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { absent } from "../cage/plans.ts";
import { asApp, asRoot, type Did, planFor, refusals, rules, trace } from "./traces.ts";
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
const untraced = { trace: trace({}) };

/** Returns the missing items if the host's run did one thing and the cage's another. */
function missing(
	onHost: Record<string, Did>,
	inCage: Record<string, Did>,
	values: Values = {},
	refused: Trace["refusals"] = new Map(),
): Missing[] {
	const files = tree(host);
	const seen = trace(onHost);
	return findMissing({ host: seen, cage: trace(inCage, { refusals: refused }) }, planFor(files, seen, values), files, 2);
}

/** Each item as text, e.g. `/srv/x read-only: writable /srv` or `/etc/key absent (declined)`. */
const shown = (all: readonly Missing[]) =>
	all.map(
		({ call, declined, kind, path, remedy }) =>
			`${path ?? call} ${kind}${remedy ? `: ${wordOf(remedy)}` : ""}${declined ? " (declined)" : ""}`,
	);
function wordOf(remedy: Addition): string {
	if (remedy.kind === "opening") return remedy.name;
	return `${remedy.kind} ${"path" in remedy ? remedy.path : remedy.name}`;
}
const refusedOnly = (error: string, call: string, values: Values = {}) => missing({}, {}, values, refusals(error, call));

test("a missing manual page counts only if the application does not answer", () => {
	const page = absent("/usr/share/man/man1/app.1.gz", { call: "newfstatat" });
	expect(isTolerable(page)).toBe(true);
	expect(isTolerable({ ...page, call: "openat" })).toBe(false);
	expect(isTolerable({ ...page, path: "/etc/app.conf" as Path })).toBe(false);
});

describe("an application whose start was not traced", () => {
	const files = tree({ ...host, "/dev/urandom": node(1, 9) });
	const attached = trace({}, { gaps: new Set(["start-up"]) });
	const atStart = (inCage: Record<string, Did>) =>
		shown(findMissing({ host: attached, cage: trace(inCage) }, planFor(files, attached), files, 1));

	test.each([
		["/etc/app/conf", "ENOENT:read", ["/etc/app/conf absent: path /etc/app/conf"]],
		["/var/lib/app/new", "EROFS:create", ["/var/lib/app/new read-only: writable /var/lib/app"]],
		["/run/app/pid", "ENOENT:create", ["/run/app/pid absent: writable /run/app"]],
		["/dev/urandom", "ENOENT:read", ["/dev/urandom absent: path /dev/urandom"]],
		// The host lacks it too, or no cage gives it.
		["/etc/app/none", "ENOENT:read", []],
		["/proc/sys/x", "EROFS:write", []],
		["/dev/tty", "ENOENT:read", ["/dev/tty absent (declined)"]],
	])("may need whatever a layer of the cage refuses at its start: %s, %s", (path, did, expected) => {
		expect(atStart({ [path]: did })).toEqual(expected);
	});
});

describe("the comparison of host and cage", () => {
	test("finds what worked in the trace and fails in the cage", () => {
		const path = "/usr/share/app/data";
		const remedy = { kind: "path", path: path as Path, round: 2, call: "openat" } as const;
		const all = missing({ [path]: "read" }, { [path]: "ENOENT:read" });
		expect(all).toEqual([absent(path, { program: "/usr/bin/app" as Path, remedy })]);
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
	test("finds a temporary file where the traced run wrote one of another name", () => {
		const found = missing({ "/opt/x/file.71": "create write" }, { "/opt/x/file.82": "EROFS:create" });
		expect(found).toMatchObject([{ kind: "read-only", path: "/opt/x/file.82" }]);
		expect(missing({ "/opt/x/file.71": "read" }, { "/opt/x/file.82": "EROFS:create" })).toEqual([]);
	});
	test("finds paths that only the cage's run used, if the host has them", () => {
		const data = "/usr/share/app/data";
		expect(shown(missing({}, { [data]: "ENOENT:look" }))).toEqual([`${data} absent: path ${data}`]);
		expect(missing({}, { [data]: "EACCES:read" })).toEqual([]);
		expect(missing({}, { "/var/log/app/out": "ENOENT:look" })).toEqual([]);
	});
	test.each(["EEXIST", "EADDRINUSE", "EBUSY", "ENOTEMPTY", "EAGAIN"])("ignores %s, which a working cage answers too", (error) => {
		expect(missing({ "/var/lib/app/d": "create" }, { "/var/lib/app/d": `${error}:create` })).toEqual([]);
	});
	test("sorts by path", () => {
		const did = { "/usr/share/data/f": "read", "/etc/app/conf": "read" };
		const failed = { "/usr/share/data/f": "ENOENT:read", "/etc/app/conf": "ENOENT:read" };
		const all = missing(did, failed, {}, refusals("EPERM", "setgroups"));
		expect(all.map(({ call, path }) => path ?? call)).toEqual(["/etc/app/conf", "/usr/share/data/f", "setgroups"]);
	});
});

const without = (...exclude: string[]) => ({ rules: rules({ exclude }) });
const binding = (path: string, access: "ro" | "rw") => ({ rules: rules({ binds: [{ path, access }] }) });

describe("a test of rights that only the cage refuses", () => {
	const place = pathFromText("/var/lib/app/db");
	const files = tree(host);
	const tested = (inCage: Partial<Trace>, onHost: Partial<Trace> = {}, values: Values = {}) => {
		const seen = trace({ [place]: "look" }, onHost);
		const cage = trace({ [place]: "look" }, inCage);
		return shown(findMissing({ host: seen, cage }, planFor(files, seen, values), files, 2));
	};
	const refusedTests = new Set([place]);
	test("needs the capability that the sandbox lets root use", () => {
		const writeTests = new Set([place]);
		expect(tested({ refusedTests })).toEqual([`${place} owner-or-mode: capability dac_read_search`]);
		expect(tested({ refusedTests }, { writeTests })).toEqual([`${place} owner-or-mode: capability dac_override`]);
	});
	test("is no need if the host refuses it, too, or the application does not start as root", () => {
		expect(tested({ refusedTests }, { refusedTests })).toEqual([]);
		expect(tested({ refusedTests }, {}, { identity: asApp })).toEqual([]);
	});
});

describe("a missing path", () => {
	const db = "/var/lib/app/db";
	test.each<[string, string, string, string, string, Values?]>([
		["a secret", "/etc/app/key", "read", "ENOENT:read", "absent (declined)"],
		["a link to a secret", "/etc/app/now", "read", "ENOENT:read", "absent (declined)"],
		["a device that needs consent", "/dev/tty", "read", "ENOENT:read", "absent (declined)"],
		["an excluded file", "/usr/share/app/data", "read", "ENOENT:read", "absent (declined)", without("/usr/share/app")],
		["a large file", "/etc/app/big", "look", "ENOENT:look", "absent: path /etc/app/big"],
		["a place to write that is writable", "/srv/new/f", "create write", "ENOENT:create", "absent"],
		["a place to write that is not", "/opt/x/f", "create write", "ENOENT:create", "absent: writable /opt/x", untraced],
		["a directory in state", "/run/app/sub/f", "create write", "ENOENT:create", "absent: writable /run/app/sub"],
		["what the host lacks too", "/srv/gone", "read", "ENOENT:read", "absent"],
		["a socket without a listener", "/run/peer", "connect", "ECONNREFUSED:connect", "absent"],
		["a mount below a bind", "/srv/data/up/g", "read", "ENOENT:read", "absent", binding("/srv/data", "ro")],
		["a read-only link", "/var/run/x/f", "create write", "EROFS:create", "read-only: writable /run/x", untraced],
		["a directory without access", "/srv/x/f", "create", "EACCES:create", "read-only: writable /srv/x", untraced],
		// It would be asked for in every round.
		["a directory of the system", "/var/log/f", "create", "EROFS:create", "read-only"],
		["configuration", "/etc/f", "create", "EROFS:create", "read-only"],
		["the distribution's data", "/usr/share/app/f", "create", "EROFS:create", "read-only"],
		["a directory that is writable", "/var/lib/app/f", "create", "EROFS:create", "read-only"],
		["another's file that root writes", db, "read write", "EACCES:write", "owner-or-mode: capability dac_override"],
		["both", db, "read write", "EACCES:read EACCES:write", "owner-or-mode: capability dac_override"],
		// An earlier run left it in the trace.
		["another's directory in which root creates", db, "EEXIST:create", "EACCES:create", "owner-or-mode: capability dac_override"],
		["another's file that root reads", db, "read write", "EACCES:read", "owner-or-mode: capability dac_read_search"],
		["another's file", db, "read write", "EACCES:read", "owner-or-mode", { identity: asApp }],
		["a kernel file", "/proc/self/stat", "read", "ENOENT:read", "kernel-file: proc"],
		["a link to a kernel file", "/var/log/app/out", "write", "ENOENT:write", "kernel-file: proc"],
		["a setting of its own process", "/proc/self/oom_score_adj", "write", "EROFS:write", "kernel-file: ownProcess"],
		["its own memory", "/proc/self/mem", "write", "EROFS:write", "kernel-file: proc"],
		["a setting of the kernel", "/proc/sys/vm/swappiness", "write", "EROFS:write", "kernel-file"],
	])("is %s: %s", (_, path, onHost, inCage, expected, values) => {
		expect(shown(missing({ [path]: onHost }, { [path]: inCage }, values))).toEqual([`${path} ${expected}`]);
	});
	test("is declined if it is a secret of the state, while other missing state is normal", () => {
		const did = { "/etc/app/key": "read", "/etc/app/conf": "read", "/etc/app/new": "create" };
		const all = missing(did, { "/etc/app/key": "ENOENT:read", "/etc/app/conf": "ENOENT:read" });
		expect(shown(all)).toEqual(["/etc/app/key absent (declined)"]);
	});
	test("is recognised as state under any of its names", () => {
		const state = { "/var/run/app/new": "create write", "/var/run/app/old.pid": "read" };
		expect(missing(state, { "/var/run/app/old.pid": "ENOENT:read" })).toEqual([]);
		const bound = binding("/srv/data/", "rw");
		expect(missing({ "/srv/data/f": "read" }, { "/srv/data/f": "ENOENT:read" }, bound)).toEqual([]);
	});
	test("stays missing in /dev", () => {
		expect(missing({ "/dev/f": "create" }, { "/dev/f": "EROFS:create" }).map(({ remedy }) => remedy)).toEqual([undefined]);
	});
	test.each(["ENXIO", "EXDEV", "ELOOP", "ENOSPC", "EINVAL", "ECONNREFUSED"])("gets no capability after %s", (error) => {
		const all = missing({ [db]: "read write" }, { [db]: `${error}:write` });
		expect(all.map(({ remedy }) => remedy)).toEqual([undefined]);
	});
	test.each(["/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/proc/mounts", "/sys", "/sys/class/net"])(
		"has no remedy if no cage shows it: %s",
		(path) => expect(shown(missing({ [path]: "read" }, { [path]: "ENOENT:read" }))).toEqual([`${path} kernel-file`]),
	);
	test("of the kernel is named with its call, on one line", () => {
		const all = missing({ "/proc/self/\nx\xff": "read" }, { "/proc/self/\nx\xff": "ENOENT:read" });
		expect(all.map(({ remedy }) => remedy?.call)).toEqual(["openat /proc/self/\\nxÿ"]);
	});
});

describe("capabilities and the filter", () => {
	test("a call that lacks a capability gets it for root, whatever call came first", () => {
		const inCage: Record<string, Did> = { "/var/lib/app/db": { did: "EPERM:write", calls: ["newfstatat", "fchownat"] } };
		const fails = (identity = asRoot) => shown(missing({ "/var/lib/app/db": "read write" }, inCage, { identity }));
		expect(fails()).toEqual(["/var/lib/app/db capability: capability chown"]);
		expect(fails(asApp)).toEqual(["/var/lib/app/db capability"]);
	});
	test("an account's clock call, which the sandbox only simulated, offers its capability", () => {
		const [found] = refusedOnly("EPERM", "clock_adjtime", { identity: asApp });
		expect(found).toMatchObject({ kind: "capability", remedy: { kind: "capability", name: "sys_time" }, unseen: true });
	});
	test("a call that no capability allows was filtered", () => {
		const made = missing({ "/srv/data/f": "write" }, { "/srv/data/f": { did: "EPERM:write", calls: ["mknod"] } });
		expect(shown(made)).toEqual(["/srv/data/f filtered"]);
		expect(shown(refusedOnly("EPERM", "io_uring_setup"))).toEqual(["io_uring_setup filtered"]);
	});
	test("a call that the host refused too counts only if the application does not answer", () => {
		const [mixed] = missing({ "/run/app/pid": "remove EACCES:remove" }, { "/run/app/pid": "EACCES:remove" });
		expect(mixed && isTolerable(mixed)).toBe(true);
		const [plain] = missing({ "/run/app/pid": "remove" }, { "/run/app/pid": "EACCES:remove" });
		expect(plain && isTolerable(plain)).toBe(false);
	});
	test("calls without a path count if the host allowed them", () => {
		expect(shown(refusedOnly("EPERM", "setgroups"))).toEqual(["setgroups capability: capability setgid"]);
		expect(shown(refusedOnly("EPERM", "setgroups", { identity: asApp }))).toEqual(["setgroups capability"]);
		const both = trace({}, { refusals: refusals("EPERM", "setgroups") });
		expect(findMissing({ host: both, cage: both }, planFor(tree(host), trace({})), tree(host), 1)).toEqual([]);
	});
	test("capabilities in the trace are added one by one, and others only by the administrator", () => {
		const files = tree(host);
		const kept = trace({}, { kept: new Set(["setpcap", "sys_time", "net_admin"]) });
		const refused = trace({}, { refusals: refusals("EPERM", "capset(setpcap,sys_time,net_admin,lease)") });
		const found = findMissing({ host: kept, cage: refused }, planFor(files, kept, { identity: asRoot }), files, 1);
		expect(found.map(({ remedy, unseen }) => `${remedy && wordOf(remedy)}${unseen ? " unseen" : ""}`)).toEqual([
			"capability setpcap",
			"capability sys_time",
			"capability net_admin unseen",
			"capability lease unseen",
		]);
		expect(findMissing({ host: kept, cage: refused }, planFor(files, kept, { identity: asApp }), files, 1)).toEqual([]);
	});
	test.each([
		["EAFNOSUPPORT", "socket(AF_UNIX)", "unixSockets"],
		["EAFNOSUPPORT", "socket(AF_NETLINK)", "netlink"],
		["EPERM", "memfd_create", "memfd"],
		["EPERM", "mmap(PROT_WRITE|PROT_EXEC)", "writableCode"],
		["EPERM", "mprotect(PROT_EXEC)", "writableCode"],
	])("a refusal (%s) of %s can be allowed if the application does not answer", (error, call, name) => {
		const [refused] = refusedOnly(error, call);
		expect(refused).toMatchObject({ kind: "filtered", remedy: { kind: "opening", name, call }, declined: false });
		expect(refused && isTolerable(refused)).toBe(true);
	});
	test.each([
		["socket(AF_PACKET)", "packetSockets"],
		["socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)", "uevents"],
	])("a refused %s needs the administrator, even if the sandbox permitted it", (call, name) => {
		expect(refusedOnly("EAFNOSUPPORT", call)).toMatchObject([{ remedy: { kind: "opening", name }, unseen: true }]);
	});
});

test("an unnamed file that cannot get its name without /proc asks for it, even if the application answers", () => {
	const linked = (did: string): Record<string, Did> => ({
		"/var/lib/app": "look",
		"/var/lib/app/db": "read write",
		"/var/lib/app/state": { did, calls: ["openat", "linkat"] },
	});
	const [unnamed] = missing(linked("create"), linked("ENOENT:create"));
	const remedy = { kind: "opening", name: "proc", call: "linkat /var/lib/app/state" };
	expect(unnamed).toMatchObject({ path: "/var/lib/app/state", remedy });
	expect(unnamed && isTolerable(unnamed)).toBe(false);
});

test("a file that only got its name from another one is not missing where that one is", () => {
	const renamed = (did: string): Record<string, Did> => ({
		"/var/lib/app": "look",
		"/var/lib/app/db": "read write",
		"/var/lib/app/old.bak": { did, calls: ["link", "unlink"] },
	});
	expect(missing(renamed("create remove"), renamed("ENOENT:create"))).toEqual([]);
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
