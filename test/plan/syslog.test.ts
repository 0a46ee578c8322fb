import { describe, expect, test } from "vitest";
import { cageEntries } from "../../src/cage/layout.ts";
import { groupsOf } from "../../src/plan/groups.ts";
import { asApp, entryAt, planFor, rules, trace } from "./traces.ts";
import { directory, link, type Node, socket, tree } from "./tree.ts";

const journal = { "/dev/log": link("/run/systemd/journal/dev-log"), "/run/systemd/journal/dev-log": socket() };
const tried = trace({ "/dev/log": "ECONNREFUSED:connect" });
const planned = (nodes: Record<string, Node>, seen = tried, values: Parameters<typeof rules>[0] = {}) =>
	planFor(tree(nodes), seen, { rules: rules(values), identity: asApp });
const codes = (plan: ReturnType<typeof planned>) => plan.notes.map(({ code }) => code);

describe("an application that writes to syslog", () => {
	test("gets the real socket behind /dev/log and unix sockets, with the reason", () => {
		const plan = planned(journal);
		expect(plan.permissions).toMatchObject({ syslog: "/run/systemd/journal/dev-log", unixSockets: "connect /dev/log" });
		expect(plan.notes).toEqual([
			{ code: "syslog-shared", values: { socket: "/run/systemd/journal/dev-log", directory: "/run/systemd/journal" } },
		]);
		expect(entryAt(plan, "/dev/log")).toMatchObject({ kind: "socket", decision: "include", reasons: [{ kind: "traced" }] });
	});

	test("sees it among the sockets of other services", () => {
		const group = groupsOf(planned(journal)).find(({ name }) => name === "sockets");
		expect(group).toMatchObject({ recommendation: "bind", paths: ["/dev/log"] });
	});

	test("gets a mount point and no socket on disk", () => {
		const made = cageEntries(planned(journal)).map(({ path }) => path);
		expect(made).toContain("/run/systemd/journal");
		expect(made).not.toContain("/dev/log");
	});

	test("is also recognised by a successful connection", () => {
		const seen = trace({ "/dev/log": "connect" }, { families: new Set(["AF_UNIX"]) });
		expect(planned(journal, seen).permissions).toMatchObject({ syslog: "/run/systemd/journal/dev-log", unixSockets: "AF_UNIX" });
	});

	test("is not recognised by a mere look, nor on a host without a socket", () => {
		expect(planned(journal, trace({ "/dev/log": "look" })).permissions).toEqual({ capabilities: [], tcpPorts: [] });
		expect(planned({ "/dev/log": link("/run/systemd/journal/dev-log") }).permissions).toEqual({ capabilities: [], tcpPorts: [] });
		expect(planned({}).notes).toEqual([]);
	});

	test("can be given the socket by a rule if it sends without a connection, which no trace shows", () => {
		const plan = planned(journal, trace({}), { include: ["/dev/log"] });
		expect(plan.permissions.syslog).toBe("/run/systemd/journal/dev-log");
		expect(entryAt(plan, "/dev/log")?.reasons).toEqual([{ kind: "rule", rule: "include", value: "/dev/log" }]);
	});

	test.each(["/dev/log", "/run/systemd/journal", "/run/**"])("can be refused the socket by excluding %s", (pattern) => {
		const plan = planned(journal, tried, { exclude: [pattern] });
		expect(plan.permissions).toEqual({ capabilities: [], tcpPorts: [] });
		expect(codes(plan)).toEqual([]);
		expect(entryAt(plan, "/dev/log")?.decision).toBe("declined");
	});
});

describe("a directory with more than the syslog socket is not shared", () => {
	test.each<[string, Record<string, Node>]>([
		["/dev itself", { "/dev/log": socket() }],
		["/run", { "/dev/log": link("/run/log"), "/run/log": socket() }],
		["/var/lib", { "/dev/log": link("/var/lib/log"), "/var/lib/log": socket() }],
		["/tmp", { "/dev/log": link("/tmp/syslog/log"), "/tmp/syslog/log": socket() }],
		["of another account", { ...journal, "/run/systemd/journal": directory({ uid: 900 }) }],
		["that others write to", { ...journal, "/run/systemd/journal": directory({ mode: 0o775 }) }],
	])("%s", (_, nodes) => {
		const plan = planned(nodes);
		expect(plan.permissions).toEqual({ capabilities: [], tcpPorts: [] });
		expect(codes(plan)).toEqual(["syslog-not-shared"]);
		expect(entryAt(plan, "/dev/log")?.decision).toBe("declined");
	});
});
