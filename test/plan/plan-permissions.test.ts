import { describe, expect, test } from "vitest";
import type { Identity } from "../../src/base/machine/facts.ts";
import type { Path } from "../../src/base/path/path.ts";
import { filterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { findMissing } from "../../src/plan/find-missing.ts";
import { planCalls, planPermissions } from "../../src/plan/plan-permissions.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { makeElf } from "./elf/make-elf.ts";
import { application, asApp, asRoot, type Did, planFor, refusals, rules, trace } from "./traces.ts";
import { directory, file, link, type Node, tree } from "./tree.ts";

const used = (...names: string[]) => ({ capabilities: new Map(names.map((name) => [name, { name, call: `${name}()` }])) });
const none = { capabilities: [], opened: [] };
const names = (permissions: ReturnType<typeof planPermissions>) => permissions.capabilities.map(({ name }) => name);

interface Given {
	readonly identity?: Identity;
	readonly did?: Record<string, Did>;
	readonly nodes?: Record<string, Node>;
	readonly found?: Partial<Parameters<typeof planPermissions>[0]["found"]>;
	readonly allow?: string[];
	readonly refuse?: string[];
	readonly granted?: string[];
}

/** The permissions of an account with these facts in its trace. */
function permit(facts: Partial<Trace> = {}, given: Given = {}) {
	const { allow = [], did = {}, found, granted = [], identity = asApp, nodes = {}, refuse = [] } = given;
	return planPermissions(
		{ granted, identity, trace: trace(did, facts), found: { ...none, ...found }, rules: { allow, refuse } },
		tree(nodes),
	);
}
const nothing = { capabilities: [], tcpPorts: [] };
const startUp = new Set(["start-up"] as const);

describe("capabilities", () => {
	test("are those that a root start used, sorted", () => {
		const { capabilities } = permit(used("setuid", "chown"), { identity: asRoot });
		expect(capabilities).toEqual(["chown", "setuid"].map((name) => ({ name, why: `${name}()` })));
	});
	test("of a daemon that lowers its own score for the kernel's killer include the one for it", () => {
		const given = { did: { "/proc/self/oom_score_adj": "write" }, allow: ["own-process"] };
		const allowed = "--allow own-process";
		expect(permit({}, { ...given, identity: asRoot })).toMatchObject({
			capabilities: [{ name: "sys_resource", why: "write /proc/self/oom_score_adj" }],
			proc: allowed,
			ownProcess: allowed,
		});
		expect(names(permit({}, given))).toEqual([]);
		expect(names(permit({}, { ...given, identity: asRoot, allow: [] }))).toEqual([]);
	});
	test("of an account include only the one for low ports", () => {
		expect(names(permit(used("setuid", "net_bind_service")))).toEqual(["net_bind_service"]);
		const nodes = { "/srv/f": file("", { uid: 5, mode: 0o600 }) };
		expect(names(permit({}, { did: { "/srv/f": { did: "read", as: "root" } }, nodes }))).toEqual([]);
	});
	test("of an account include those of its unit that it used, unless a rule refuses them", () => {
		const granted = ["net_raw", "net_admin", "kill"];
		expect(names(permit(used("net_raw", "net_admin", "chown"), { granted }))).toEqual(["net_raw"]);
		expect(names(permit(used("net_raw"), { granted, refuse: ["capability:net_raw"] }))).toEqual([]);
		expect(names(permit({}, { granted }))).toEqual([]);
	});
	test.each([
		["read", ["dac_read_search"], ["dac_read_search"]],
		["read", ["dac_override", "dac_read_search"], ["dac_read_search"]],
		["write", ["dac_override"], ["dac_override"]],
		["read", ["net_raw"], []],
		["EACCES:read", ["dac_read_search"], []],
	])("of an account that did %s with a file of another one, and has %s of its unit, are %s", (did, granted, expected) => {
		const nodes = { "/srv/f": file("", { uid: 5, mode: 0o600 }), "/srv/own": file("", { uid: 900, mode: 0o600 }) };
		expect(names(permit({}, { did: { "/srv/f": did, "/srv/own": "read write" }, granted, nodes }))).toEqual(expected);
	});
	test("the clock's capability may be kept, and is idle until a rule allows it", () => {
		const given = { identity: asRoot, found: { capabilities: [{ name: "sys_time", why: "capset" }] } };
		const permissions = permit({}, given);
		expect(permissions.capabilities).toEqual([{ name: "sys_time", why: "capset", idle: true }]);
		expect(filterPermissions(permissions).clock).toBeUndefined();
		const allowed = permit({}, { ...given, allow: ["capability:sys_time"] });
		expect(allowed.capabilities).toEqual([{ name: "sys_time", why: "capset" }]);
		expect(filterPermissions(allowed).clock).toBe("real");
	});
	describe("of a service that becomes an account only for some requests", () => {
		const program = file(makeElf({ needed: ["libc.so.6"], imports: ["setuid", "setgroups"] }), { mode: 0o755 });
		const planned = (text: string, content = program, facts: Partial<Trace> = {}, identity = asRoot) => {
			const seen = trace({ "/etc/appd.conf": "read" }, { programs: new Set(["/usr/bin/app" as Path]), ...facts });
			return planFor(tree({ "/etc/appd.conf": text, "/usr/bin/app": content }), seen, { identity }).permissions.capabilities;
		};
		test.each([
			["uid = app", ["setgid app", "setuid app"]],
			["user other\ngroup certificates", ["setgid certificates", "setuid other"]],
			["group = certificates", ["setgid certificates"]],
			["uid = root", []],
			["uid = nobody-here", []],
			["# uid = app", []],
			["greeting = app", []],
		])("are those for the account that its configuration names: %s", (text, whys) => {
			expect(planned(text).map(({ why }) => why)).toEqual(whys);
		});
		test("are none if its programs cannot change accounts, a run did, or it has an account already", () => {
			expect(planned("uid = app", file(makeElf({ imports: ["read"] }), { mode: 0o755 }))).toEqual([]);
			expect(planned("uid = app", program, { uids: new Set([0, 33]) })).toEqual([]);
			expect(planned("uid = app", program, {}, asApp)).toEqual([]);
		});
	});
	test("include what a trial found, once", () => {
		const capabilities = ["chown", "kill"].map((name) => ({ name, why: name }));
		const found = { capabilities, opened: [{ name: "proc" as const, why: "openat /proc/stat" }] };
		expect(permit(used("chown"), { identity: asRoot, found })).toMatchObject({
			capabilities: [{ name: "chown", why: "chown()" }, capabilities[1]],
			proc: "openat /proc/stat",
		});
	});
});

test("unix sockets and memfd are permitted only if their use succeeded, or a trial showed the need", () => {
	const found = { opened: [{ name: "unixSockets" as const, why: "socket(AF_UNIX)" }] };
	expect(permit({}, { found }).unixSockets).toBe("socket(AF_UNIX)");
	expect(permit()).toEqual(nothing);
	const both = permit({ families: new Set(["AF_UNIX"]), memfd: true });
	expect(both).toMatchObject({ unixSockets: "AF_UNIX", memfd: "memfd_create" });
	expect(permit({ families: new Set(["AF_INET"]) })).toEqual(nothing);
	const asks = { families: new Set(["AF_NETLINK"]) };
	expect(permit(asks).netlink).toBe("AF_NETLINK");
	expect(permit(asks, { refuse: ["netlink"] })).toEqual({ ...nothing, refused: [{ name: "netlink", why: "AF_NETLINK" }] });
});

test.each<[string, Partial<Trace>, object]>([
	["memory that is written and executed", { writableCode: "mprotect(PROT_EXEC)" }, { writableCode: "mprotect(PROT_EXEC)" }],
	["scheduling", { scheduling: "setpriority" }, { scheduling: "setpriority" }],
	["scheduling, if the start was not traced", { gaps: startUp }, { scheduling: "start-up" }],
])("%s is granted if a trace shows it", (_, facts, granted) => expect(permit(facts)).toMatchObject(granted));

test("multicast is permitted if the trace names a group, or if one may have been joined before the trace", () => {
	const [both, tcp] = [new Set(["tcp 80", "udp 53"]), new Set(["tcp 80"])];
	expect(permit({ multicast: "setsockopt(SO_BROADCAST)" }).multicast).toBe("setsockopt(SO_BROADCAST)");
	expect(permit({ ports: both }).multicast).toBeUndefined();
	expect(permit({ ports: both, gaps: startUp }).multicast).toBe("udp 53");
	expect(permit({ ports: tcp, gaps: startUp }).multicast).toBeUndefined();
});

describe("TCP ports", () => {
	const plan = (ports: string[], rules: Given = {}, more: Partial<Trace> = {}) =>
		permit({ ports: new Set(ports), ...more }, rules);

	test("are those that the trace shows and rules add", () => {
		expect(plan(["tcp 6379", "udp 53", "tcp 80"])).toEqual({ capabilities: [], tcpPorts: [80, 6379] });
		expect(plan(["tcp 80"], { allow: ["port:443", "port:80"], refuse: ["port:8080"] }).tcpPorts).toEqual([80, 443]);
		expect(plan(["tcp 80", "tcp 8080"], { refuse: ["port:8080"] }).tcpPorts).toEqual([80]);
	});
	test.each([
		["FTP opens one for each transfer", ["tcp 21"], {}, "bind 21"],
		["each run chose another one", ["tcp 80", "tcp 40000", "tcp 40001"], {}, "bind 40001"],
		["there are many", Array.from({ length: 17 }, (_, index) => `tcp ${8000 + index}`), {}, "bind 8016"],
		["the start was not traced", ["tcp 80"], { gaps: startUp }, "start-up"],
	])("are not limited if %s", (_, ports, more, why) => {
		expect(plan(ports, {}, more)).toMatchObject({ ports: why });
		expect(plan(ports, {}, more).tcpPorts).toBeUndefined();
		expect(plan(ports, { refuse: ["ports"] }, more)).toMatchObject({ tcpPorts: expect.any(Array), refused: [{ name: "ports" }] });
	});
	test("are not limited if the application registers with rpcbind", () => {
		expect(permit({}, { did: { "/run/rpcbind.sock": "connect" } }).ports).toBe("connect /run/rpcbind.sock");
	});
	test("are not limited by --allow ports", () => {
		expect(plan(["tcp 80"], { allow: ["ports"] })).toEqual({ capabilities: [], ports: "--allow ports" });
	});
});

test("abstract sockets of other processes are permitted if the trace shows one, or the administrator allows them", () => {
	expect(permit({ abstractSockets: new Set(["own"]) }).abstractSockets).toBeUndefined();
	expect(permit({ abstractPeers: new Set(["bus"]) }).abstractSockets).toBe("connect @bus");
	expect(permit({ families: new Set(["AF_UNIX"]), gaps: startUp }).abstractSockets).toBe("start-up");
	const allowed = "--allow abstract-sockets";
	expect(permit({}, { allow: ["abstract-sockets"] })).toMatchObject({ abstractSockets: allowed, unixSockets: allowed });
});

describe("rules about permissions", () => {
	const plan = (rules: Given) =>
		permit({ ...used("chown", "kill"), families: new Set(["AF_UNIX"]), memfd: true }, { identity: asRoot, ...rules });

	test("refuse what a trace shows, and report it", () => {
		const left = { capabilities: [{ name: "chown", why: "chown()" }], unixSockets: "AF_UNIX", tcpPorts: [] };
		const refused = [
			{ name: "capability:kill", why: "kill()" },
			{ name: "memfd", why: "memfd_create" },
		];
		expect(plan({ refuse: ["memfd", "capability:kill"] })).toEqual({ ...left, refused });
	});
	test("grant what no trace shows", () => {
		expect(plan({ allow: ["writable-code", "proc", "capability:sys_nice"] })).toMatchObject({
			capabilities: [{ name: "chown" }, { name: "kill" }, { name: "sys_nice", why: "--allow capability:sys_nice" }],
			proc: "--allow proc",
			writableCode: "--allow writable-code",
		});
	});
	test("keep the reason from the trace", () => expect(plan({ allow: ["memfd"] }).memfd).toBe("memfd_create"));
	test("cannot both allow and refuse a permission", () => {
		expect(plan({ allow: ["proc"], refuse: ["proc"] }).proc).toBeUndefined();
	});
});

describe("root that ignores file modes", () => {
	const needs = (did: Did, nodes: Record<string, Node>, path = "/srv/f") =>
		names(permit({}, { identity: asRoot, did: { [path]: did }, nodes }));
	const asRootDid = (did: string, calls?: string[]): Did => ({ did, as: "root", ...(calls ? { calls } : {}) });
	const owned = (mode: number, uid = 33, gid = 33) => ({ "/srv/f": file("", { uid, gid, mode }) });
	const inside = (mode: number, gid = 33) => ({ "/srv": directory({ uid: 33, gid, mode }), "/srv/f": "" });

	test.each<[string, string, Record<string, Node>, string[]]>([
		["writes its own file", "write", owned(0o644, 0, 0), []],
		["writes a file of another", "write", owned(0o644), ["dac_override"]],
		["writes what everybody may", "write", owned(0o666), []],
		["writes what the group root may", "write", owned(0o664, 33, 0), []],
		["writes its own file whose mode forbids it", "write", owned(0o444, 0, 0), ["dac_override"]],
		["reads a file of another", "read", owned(0o640), ["dac_read_search"]],
		["reads what everybody may", "read", owned(0o644), []],
		["reads what the group root may", "read", owned(0o640, 33, 0), []],
		["reads what everybody may but the group root", "read", owned(0o604, 33, 0), ["dac_read_search"]],
		["reads its own file whose mode forbids it", "read", owned(0, 0, 0), ["dac_read_search"]],
		["only looks", "look", owned(0o600), []],
		["reads in another's directory", "read", inside(0o755), []],
		["reads in a closed directory", "read", inside(0o750), ["dac_read_search"]],
		["reads in a directory for the group root", "read", inside(0o750, 0), []],
		["creates in another's directory", "create", inside(0o755), ["dac_override"]],
		["creates where the group root may", "create", inside(0o775, 0), []],
		["removes where everybody may", "remove", inside(0o777), []],
		["listens in another's directory", "listen", inside(0o755), ["dac_override"]],
		["connects to a socket for everybody", "connect", owned(0o666), []],
	])("%s", (_, did, nodes, expected) => expect(needs(asRootDid(did), nodes)).toEqual(expected));

	test("changing modes and owners is not writing, and only the owner may change a mode", () => {
		expect(needs(asRootDid("write", ["chmod", "fchown"]), owned(0o644))).toEqual(["fowner"]);
		expect(needs(asRootDid("write", ["chmod", "fchown"]), owned(0o644, 0, 0))).toEqual([]);
		expect(needs(asRootDid("write", ["newfstatat", "openat"]), owned(0o644))).toEqual(["dac_override"]);
	});
	test.each([
		["reopen a log", "create write", { uid: 33, gid: 4 }, { uid: -1, gid: 4 }],
		["reconnect to a socket", "listen connect", { uid: 33, gid: -1 }, { uid: -1, gid: -1 }],
		["check for a listener at a socket", "listen ECONNREFUSED:connect", { uid: 33, gid: -1 }, { uid: -1, gid: 33 }],
	])("needs a capability to %s that it gave away", (_, did, owner, unchanged) => {
		expect(needs({ did, as: "root", owner }, {})).toEqual(["dac_override"]);
		expect(needs({ did, as: "root", owner: unchanged }, {})).toEqual([]);
		expect(needs({ did, as: "root" }, {})).toEqual([]);
	});
	test("is checked at the real file behind a link", () => {
		const nodes = { ...owned(0o640), "/l": link("/srv/f") };
		expect(needs(asRootDid("read"), nodes, "/l")).toEqual(["dac_read_search"]);
		expect(needs({ did: "read", as: "root", real: "/srv/f" }, nodes, "/gone")).toEqual(["dac_read_search"]);
	});
	test("is checked below /tmp too, because the host's directory is mounted in the cage", () => {
		const nodes = { "/var/tmp": directory({ mode: 0o1777 }), "/var/tmp/app": directory({ uid: 33, mode: 0o755 }) };
		expect(needs(asRootDid("create write"), nodes, "/var/tmp/app/log")).toEqual(["dac_override"]);
	});
	test("is not assumed for actions as an account, or in /proc, /dev and /tmp", () => {
		expect(needs("read write", owned(0o600))).toEqual([]);
		for (const path of ["/tmp/f", "/dev/f", "/proc/1/f"])
			expect(needs(asRootDid("read write"), { [path]: file("", { uid: 5, mode: 0 }) }, path)).toEqual([]);
	});
	test("needs only the greater of two capabilities", () => {
		const did = { "/srv/f": asRootDid("read"), "/srv/g": asRootDid("write") };
		const nodes = { ...owned(0o600), "/srv/g": file("", { uid: 33, mode: 0o600 }) };
		expect(permit({}, { identity: asRoot, did, nodes }).capabilities).toEqual([{ name: "dac_override", why: "write /srv/g" }]);
	});
});

const observed = { calls: "observed" } as const;
const seen = trace({}, { systemCalls: new Set(["read", "accept4"]) });
const failure = (code: string) => expect.objectContaining({ code, exit: 2 });

describe("the calls that a plan permits", () => {
	test("are not judged by the general filter", () => {
		expect(planCalls({}, rules({}), { trace: seen, additions: [], capabilities: [] })).toBeUndefined();
		expect(() => planCalls({}, rules({ allow: ["call:mlock"] }), { trace: seen, additions: [], capabilities: [] })).toThrow(
			failure("calls-general"),
		);
	});
	test("need a trace of all calls", () => {
		expect(() => planCalls(observed, rules({}), { trace: trace({}), additions: [], capabilities: [] })).toThrow(
			failure("calls-unobserved"),
		);
	});
	test("are those of the trace and of trials, and what options name", () => {
		const additions = [{ kind: "call", name: "mlock", call: "mlock", round: 1 }] as const;
		const asked = rules({ allow: ["call:msgget", "memfd"], refuse: ["call:listen"] });
		const calls = { made: ["accept4", "mlock", "read"], allowed: ["msgget"], refused: ["listen"] };
		expect(planCalls(observed, asked, { trace: seen, additions, capabilities: [] })).toEqual(calls);
	});
	test("include those of granted capabilities, unless they are idle", () => {
		const granted = [{ name: "chown", why: "chown" } as const, { name: "sys_time", why: "capset", idle: true } as const];
		expect(planCalls(observed, rules({}), { trace: seen, additions: [], capabilities: granted })?.allowed).toEqual([
			"chown",
			"fchown",
			"fchownat",
			"lchown",
		]);
	});
});

describe("a call that only the application's own filter refuses", () => {
	const files = tree({});
	const plan = planFor(files, seen, { identity: asRoot, application: { ...application, ...observed } });
	const found = (call: string, error: string) =>
		findMissing({ host: seen, cage: trace({}, { refusals: refusals(error, call) }) }, plan, files, 2);
	test.each([
		["is missing in the trial, with a remedy", "msgget", "EPERM"],
		["is named if the kernel killed for it", "ptrace", "SIGSYS"],
	])("%s", (_, call, error) => {
		expect(found(call, error)).toMatchObject([{ kind: "filtered", call, error, remedy: { kind: "call", name: call, round: 2 } }]);
	});
	test("is another matter than a capability", () => {
		expect(found("setpriority", "EPERM")).toMatchObject([{ kind: "filtered", remedy: { kind: "call" } }]);
		expect(found("setgroups", "EPERM")).toMatchObject([{ kind: "capability", remedy: { kind: "capability" } }]);
	});
});
