import type { Identity } from "../../src/base/machine/facts.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Answers } from "../../src/options/answers.ts";
import { planAccounts } from "../../src/plan/accounts.ts";
import type { Entry, Plan } from "../../src/plan/plan.ts";
import { matchPaths } from "../../src/plan/rules.ts";
import { noRules } from "../../src/service/application.ts";
import { emptyTrace } from "../../src/trace/trace.ts";
import type { HostView } from "../../src/wizard/state/values.ts";
import { bareApplication, entry as entryOf, plan as planOf, writable as writableOf } from "../cage/plans.ts";
import { groups, nsswitch, users } from "./host-accounts.ts";

/** Answers and plan for redis. */

const path = pathFromText;

export const redis: Answers = {
	name: "redis",
	template: "redis",
	application: {
		...bareApplication,
		command: ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--daemonize", "no"],
		user: "redis",
		env: { LANG: "C.UTF-8" },
		probes: ["redis-cli -p 6379 PING | grep -q PONG"],
		exercises: ["redis-cli -p 6379 SET cagewright 1", "redis-cli -p 6379 SAVE"],
		directories: ["/run/redis"],
	},
	rules: noRules,
	onHost: false,
	rounds: 5,
};

const traced = [{ kind: "traced", calls: ["openat"], program: path("/usr/bin/redis-server") }] as const;
const entry = (text: string, more: Partial<Entry> = {}) => entryOf(text, { size: 4096, reasons: traced, ...more });

/** Entries of a plan for redis. One name contains an escape sequence, and some only fill the list. */
const entries: readonly Entry[] = [
	entry("/usr/bin/redis-server", {
		kind: "symlink",
		target: path("redis-check-rdb"),
		size: 0,
		package: { name: "redis-server", version: "7.0.15" },
	}),
	entry("/usr/bin/redis-check-rdb", { size: 1_845_112, mode: 0o755 }),
	entry("/etc/redis/redis.conf", { size: 107_512 }),
	entry("/etc/redis/tls.key", { decision: "declined", risks: ["secret"], size: 1704 }),
	entry("/usr/lib/dbus/helper", { decision: "declined", risks: ["setuid"], mode: 0o4755 }),
	entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 }, reasons: [{ kind: "launcher" }], size: 0 }),
	entry("/dev/fuse", {
		kind: "device",
		decision: "declined",
		risks: ["device"],
		device: { type: "c", major: 10, minor: 229 },
		size: 0,
	}),
	entry("/etc/redis/\x1b[31mred\u202egnp", { size: 12 }),
	entry("/etc/passwd", { kind: "generated", reasons: [{ kind: "account" }] }),
	entry("/usr", { kind: "directory", reasons: [{ kind: "parent-of", child: path("/usr/bin/redis-server") }], size: 0 }),
	...Array.from({ length: 40 }, (_, index) =>
		entry(`/usr/lib/x86_64-linux-gnu/a-directory-with-a-rather-long-name/libexample-${index}.so.${index}`, {
			reasons: [{ kind: "needed-by", by: path("/usr/bin/redis-server") }],
			size: 20_000 * (index + 1),
		}),
	),
];

const identity: Identity = { name: "redis", uid: 114, gid: 119, groups: [119, 4], home: "/var/lib/redis" };

const state = { uid: 114, gid: 119, reasons: [{ kind: "traced", calls: ["openat"] }] } as const;
const writable = [
	writableOf("/var/lib/redis", { ...state, seeds: [{ path: path("/var/lib/redis/dump.rdb"), bytes: 1_048_576 }] }),
	writableOf("/var/log/redis", { uid: 114, gid: 4 }),
];

export const hostView: HostView = {
	users,
	groups,
	nsswitch,
	state: "/var/lib/cagewright",
	free: 52_000_000_000,
	hasData: false,
	command: "cagewright make redis --yes",
	installs: true,
	service: "redis-server.service",
};

export function planFor(answers: Answers): Plan {
	const { rules } = answers;
	const excluded = matchPaths(rules.exclude);
	const allowed = new Set([...rules.allowSecret, ...rules.allowSetuid, ...rules.devices]);
	const { accounts, ...files } = planAccounts({ identity, trace: emptyTrace(), writable, users, groups, rules });
	const decided = entries.map((one): Entry => {
		if (one.path === "/etc/passwd") return { ...one, content: files.passwd };
		if (excluded(one.path) !== undefined && one.kind !== "directory") return { ...one, decision: "declined" };
		return allowed.has(one.path) ? { ...one, decision: "include", risks: one.risks.filter((risk) => risk !== "device") } : one;
	});
	const generated = (text: string, content: string) =>
		entry(text, { kind: "generated", content, reasons: [{ kind: "account" }] });
	return planOf([...decided, generated("/etc/group", files.group), generated("/etc/nsswitch.conf", files.nsswitch)], {
		application: answers.application,
		rules,
		identity,
		writable,
		accounts,
		permissions: { capabilities: [{ name: "net_bind_service", why: "bind" }], unixSockets: "AF_UNIX" },
		notes: [{ code: "writes-system-directory", values: { path: "/var/log" } }],
	});
}
