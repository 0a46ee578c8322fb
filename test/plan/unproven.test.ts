import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { unprovenParts } from "../../src/plan/unproven.ts";
import { noRules, type Rules } from "../../src/service/application.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { type Did, trace } from "./traces.ts";
import { file, link, tree } from "./tree.ts";

describe("programs that no request started", () => {
	const files = tree({
		"/etc/agent.cfg": file("# run=/usr/lib/agent/old\nload=/usr/lib/agent/check_load -w 5\ndisk=/usr/lib/agent/check_disk\n", {
			mode: 0o644,
		}),
		"/usr/lib/agent/check_load": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/check_disk": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/old": file("#!/bin/sh\n", { mode: 0o755 }),
		"/usr/lib/agent/module.so": file("", { mode: 0o755 }),
		"/etc/binary.cache": "\0/usr/lib/agent/check_load\0",
		"/etc/plugins/load": link("/usr/lib/agent/check_load"),
		"/etc/constants.conf": 'const PluginDir = "/usr/lib/agent"\nconst ToolDir = "/usr/bin"\nconst PageDir = "/srv/pages"\n',
		"/usr/bin/check": link("/usr/lib/agent/check_load"),
		"/usr/bin/tool": file("#!/bin/sh\n", { mode: 0o755 }),
		"/srv/pages/page": file("text", { mode: 0o755 }),
	});
	const parts = (seen: Trace) =>
		unprovenParts({ command: [], trace: seen, files, unseen: [], writable: [], binds: [], sockets: [], rules: noRules });
	test("are noted with the configuration or directory that names them", () => {
		const seen = trace(
			{ "/etc/agent.cfg": "read", "/etc/plugins": "list" },
			{ programs: new Set(["/usr/lib/agent/check_disk" as never]) },
		);
		expect(parts(seen)).toEqual([
			{ code: "unproven-programs", values: { place: "/etc/agent.cfg", paths: "/usr/lib/agent/check_load", count: 1 } },
			{ code: "unproven-programs", values: { place: "/etc/plugins", paths: "/etc/plugins/load", count: 1 } },
		]);
	});
	test("are noted with the configuration that names their directory, but not for directories of common tools or data", () => {
		const seen = trace({ "/etc/constants.conf": "read" }, { programs: new Set(["/usr/lib/agent/check_disk" as never]) });
		const paths = "/usr/lib/agent/check_load, /usr/lib/agent/old";
		expect(parts(seen)).toEqual([{ code: "unproven-programs", values: { place: "/etc/constants.conf", paths, count: 2 } }]);
	});
	test("are not noted if they are links in a directory of the system's programs", () =>
		expect(parts(trace({ "/usr/bin": "list" }))).toEqual([]));
	test("are not noted if only a binary file names them", () => expect(parts(trace({ "/etc/binary.cache": "read" }))).toEqual([]));
	test("are not noted if they were started", () => {
		const programs = new Set(["/usr/lib/agent/check_disk", "/usr/lib/agent/check_load"] as never[]);
		expect(parts(trace({ "/etc/agent.cfg": "read", "/etc/plugins": "list" }, { programs }))).toEqual([]);
	});
});

describe("other programs' messages and logs", () => {
	const files = tree({ "/var/log/auth.log": "", "/var/log/own.log": "", "/run/app/own.sock": "", "/dev/null": "" });
	const parts = (binds: string[] = [], sockets: string[] = []) =>
		unprovenParts({
			command: [],
			trace: trace({
				"/dev/log": "listen",
				"/run/app/own.sock": "listen",
				"/var/log/auth.log": "read",
				"/var/log/own.log": "read write",
			}),
			files,
			unseen: [],
			writable: [pathFromText("/run/app")],
			binds: binds.map(pathFromText),
			sockets,
			rules: noRules,
		});
	test("are noted for a socket that no cage can create and a log of another program", () => {
		expect(parts()).toEqual([
			{ code: "unproven-sockets", values: { paths: "/dev/log" } },
			{ code: "unproven-logs", values: { path: "/var/log" } },
		]);
	});
	test("are noted for a socket path that run opens in the cage", () => {
		const sockets = ["datagram /run/systemd/journal/syslog", "stream 127.0.0.1:80"];
		expect(parts([], sockets)[0]).toEqual({ code: "unproven-handed-sockets", values: { paths: "/run/systemd/journal/syslog" } });
	});
	test("are not noted for a log that the cage shows", () => {
		expect(parts(["/var/log"]).map(({ code }) => code)).toEqual(["unproven-sockets"]);
	});
});

describe("what the application tells others about this machine", () => {
	const files = tree({ "/usr/bin/monitor": file("#!/usr/bin/python3\n", { mode: 0o755 }) });
	const parts = (command: string, did: Record<string, Did>) =>
		unprovenParts({
			command: [command],
			trace: trace(did),
			files,
			unseen: [],
			writable: [],
			binds: [],
			sockets: [],
			rules: noRules,
		});
	test("are processes that it lists itself, not those that a tool lists for it", () => {
		const note = { code: "unproven-processes", values: { program: "/usr/bin/app" } };
		expect(parts("/usr/bin/app", { "/proc": "list" })).toEqual([note]);
		expect(parts("/usr/bin/monitor", { "/proc": "list" })).toEqual([]);
		expect(parts("/usr/bin/app", { "/proc": "look" })).toEqual([]);
	});
	test("depends on network tables that it read and a cage does not show, unless the administrator decided", () => {
		const seen = trace({ "/proc/net/if_inet6": "read", "/proc/net/unix": "look", "/proc/net/dev": "ENOENT:read" });
		const notes = (rules: Rules) =>
			unprovenParts({ command: [], trace: seen, files, unseen: [], writable: [], binds: [], sockets: [], rules });
		expect(notes(noRules)).toEqual([{ code: "unproven-network", values: { paths: "/proc/net/if_inet6" } }]);
		for (const word of ["allow", "refuse"]) expect(notes({ ...noRules, [word]: ["kernel-proc"] })).toEqual([]);
	});
	test("are accounts for which the C library asks", () => {
		const note = { code: "unproven-accounts", values: { socket: "/run/nscd/socket" } };
		expect(parts("/usr/sbin/cache", { "/run/nscd/socket": "listen" })).toContainEqual(note);
	});
});
