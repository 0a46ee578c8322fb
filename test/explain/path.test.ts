import { describe, expect, test } from "vitest";
import { describeFilter } from "../../src/confine/seccomp/filter.ts";
import { filterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { explainName } from "../../src/explain/explain.ts";
import { optionsPermitting } from "../../src/explain/path.ts";
import { cageOf, manifestOf, plan } from "../cage/plans.ts";

const cage = cageOf();
const manifest = manifestOf(plan([]), { permissions: { capabilities: [], tcpPorts: [80] } });
const calls = [...new Set(describeFilter(filterPermissions(manifest.permissions)).map(({ call }) => call))].filter(
	(call) => call !== "*",
);

describe("the options of an alarm", () => {
	test.each([
		["a mount", { kind: "syscall", call: "mount" }, []],
		["an unshared namespace", { kind: "syscall", call: "unshare" }, []],
		["memory files", { kind: "syscall", call: "memfd_create" }, ["--allow memfd"]],
		[
			"a socket, whose arguments the record does not have",
			{ kind: "syscall", call: "socket" },
			[
				"--allow unix-sockets",
				"--allow netlink",
				"--allow uevents",
				"--allow packet-sockets",
				"--allow ports",
				"--allow capability:net_raw",
			],
		],
		["a port", { kind: "network", call: "bind", why: "other-port", port: 8443 }, ["--allow port:8443"]],
		[
			"an abstract socket",
			{ kind: "network", call: "connect", why: "foreign-socket", path: "\0x" },
			["--allow abstract-sockets"],
		],
		["a signal to another process", { kind: "syscall", call: "kill", why: "foreign-signal" }, []],
		["a file", { kind: "file", call: "openat", why: "foreign-file", path: "/srv/app/x" }, ["--writable /srv/app"]],
		["a decoy", { kind: "decoy", path: "/.env" }, []],
		["a crash", { kind: "crash" }, undefined],
		["changed files", { kind: "drift" }, undefined],
	] as const)("about %s", (_, refused, options) => {
		expect(optionsPermitting(refused, cage, manifest)).toEqual(options);
	});

	test("about any refused call are those that explain names", () => {
		for (const call of calls) {
			const explained = explainName(call, cage, manifest).flatMap((one) => (one.subject === "call" ? one.refusals : []));
			const options = explained.flatMap(({ option, options }) => options ?? (option === undefined ? [] : [option]));
			expect([call, optionsPermitting({ kind: "syscall", call }, cage, manifest)]).toEqual([call, options]);
		}
	});

	test("about a call that the plan permits already name nothing more", () => {
		const open = { ...manifest, permissions: { ...manifest.permissions, memfd: "memfd_create" } };
		expect(optionsPermitting({ kind: "syscall", call: "memfd_create" }, cage, open)).toEqual([]);
	});
});
