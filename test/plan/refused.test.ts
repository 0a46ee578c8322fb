import { describe, expect, test } from "vitest";
import { lackedCapabilities, lastRefusedWrite, refusedNotes } from "../../src/plan/refused.ts";
import { type Did, refusals, rules, trace } from "./traces.ts";
import { directory, link, tree } from "./tree.ts";

const root = { isRoot: true };
const account = { isRoot: false, granted: ["net_raw", "net_admin", "sys_admin"] };

describe("notes about what an application wanted from the machine", () => {
	test("list calls that no cage allows, not those that any account is refused", () => {
		const notes = refusedNotes(
			trace({}, { refusals: refusals("EPERM", "mount", "clone", "setgroups", "kill") }),
			rules({}),
			root,
		);
		expect(notes.map(({ values }) => values.call)).toEqual(["mount", "clone"]);
	});
	test("list kernel settings that it could not write, not those that it read", () => {
		const seen = trace({
			"/proc/sys/vm/overcommit_memory": "EROFS:write",
			"/proc/sys/vm/swappiness": "read",
			"/etc/app": "EROFS:write",
		});
		expect(refusedNotes(seen, rules({}), root)).toEqual([
			{ code: "kernel-setting-refused", values: { paths: "/proc/sys/vm/overcommit_memory" } },
		]);
	});
	test("offer capabilities that stay in the cage, and no others", () => {
		const asked = trace({}, { refusals: refusals("EPERM", "capset(chown,net_admin,sys_admin)") });
		expect(refusedNotes(asked, rules({}), root)).toEqual([
			{ code: "capabilities-refused", values: { names: "net_admin", option: "--allow capability:net_admin" } },
			{ code: "capabilities-of-machine", values: { names: "sys_admin" } },
		]);
	});
	test("offer what a unit gives its account and only a rule allows, until one does", () => {
		const never = { code: "unit-capabilities-of-machine", values: { names: "sys_admin" } };
		expect(refusedNotes(trace({}), rules({}), account)).toEqual([
			{ code: "unit-capabilities-withheld", values: { names: "net_admin", option: "--allow capability:net_admin" } },
			never,
		]);
		expect(refusedNotes(trace({}), rules({ allow: ["capability:net_admin"] }), account)).toEqual([never]);
		expect(refusedNotes(trace({}), rules({}), { ...account, isRoot: true })).toEqual([]);
	});
	test("list the clock with its option, until a rule allows it", () => {
		const seen = trace({}, { clock: "clock_adjtime" });
		const values = { call: "clock_adjtime", option: "--allow capability:sys_time" };
		expect(refusedNotes(seen, rules({}), root)).toEqual([{ code: "clock-pretended", values }]);
		expect(refusedNotes(seen, rules({ allow: ["capability:sys_time"] }), root)).toEqual([{ code: "clock-allowed", values }]);
	});
});

describe("a capability explains a failure", () => {
	test("of a start script of root that may not see which program a process of another account executes", () => {
		const seen = trace({ "/proc/227/exe": "EACCES:look" });
		expect(lackedCapabilities(seen, root)).toEqual(["sys_ptrace"]);
		expect(lackedCapabilities(seen, account)).toEqual([]);
	});
	test("of an account whose raw socket was refused", () => {
		const seen = trace({}, { refusals: refusals("EPERM", "socket") });
		expect(lackedCapabilities(seen, { isRoot: false })).toEqual(["net_raw"]);
		expect(lackedCapabilities(seen, root)).toEqual([]);
	});
	test("of an account that lacks one of its unit's, if a call was refused", () => {
		const seen = trace({}, { refusals: refusals("EPERM", "setsockopt") });
		expect(lackedCapabilities(seen, account)).toEqual(["net_admin"]);
		expect(lackedCapabilities(trace({}), account)).toEqual([]);
	});
	test("unless the process had ended, or was the application's own", () => {
		const seen = trace({ "/proc/227/exe": "ENOENT:look", "/proc/228/exe": "look", "/proc/228/status": "EACCES:read" });
		expect(lackedCapabilities(seen, root)).toEqual([]);
	});
});

const files = tree({ "/var/run": link("/run"), "/run": directory(), "/var/lib/app": directory() });
const refused = (did: Record<string, Did>) => lastRefusedWrite(trace(did), files);

test("the last refused write is found with the real directory that would contain it", () => {
	const did = {
		"/var/lib/app/lock": "EACCES:create",
		"/var/run/app/app.pid": "ENOENT:write ENOENT:create",
		"/etc/app.conf": "ENOENT:read",
		"/dev/log": "ENOENT:connect",
	};
	expect(refused(did)).toEqual({ path: "/var/run/app/app.pid", error: "ENOENT", directory: "/run/app" });
});

test("a refused write below /tmp is found", () => {
	expect(refused({ "/tmp/app/app.pid": "ENOENT:create" })).toMatchObject({ directory: "/tmp/app" });
});

test.each<[string, Record<string, Did>]>([
	["was written in the end", { "/var/lib/app/a": "ENOENT:write create" }],
	["was only read", { "/var/lib/app/a": "EACCES:read" }],
	["was to be taken away and is not there", { "/run/app.sock": "ENOENT:remove" }],
	["is there already", { "/run/app": "EEXIST:create" }],
	["is the kernel's", { "/proc/self/oom_score_adj": "EACCES:write" }],
	["is byte code", { "/usr/lib/__pycache__/a.pyc": "EACCES:create" }],
])("a write is ignored if %s", (_, did) => expect(refused(did)).toBeUndefined());
