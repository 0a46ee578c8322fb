import type { Files, Group, Identity, User } from "../../src/base/machine/facts.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import type { Entry, Plan, PlanInput } from "../../src/plan/plan.ts";
import { type Application, noRules, type Rules } from "../../src/service/application.ts";
import { type Access, emptyTrace, type Operation, type Trace } from "../../src/trace/trace.ts";
import { bareApplication } from "../cage/plans.ts";

/** Operations on a path, e.g. `read`, `write create`, `ENOENT:read`; the second form adds further facts. */
export type Did =
	| string
	| {
			readonly did: string;
			readonly calls?: readonly string[];
			readonly as?: "root";
			readonly real?: string;
			readonly owner?: Access["owner"];
	  };

const usualCall: Readonly<Record<Operation, string>> = {
	look: "newfstatat",
	read: "openat",
	write: "openat",
	execute: "execve",
	list: "openat",
	enter: "chdir",
	create: "openat",
	remove: "unlink",
	connect: "connect",
	listen: "bind",
};

/** Returns a trace with these accesses by path. */
export function trace(accesses: Readonly<Record<string, Did>>, values: Partial<Trace> = {}): Trace {
	const made = emptyTrace();
	for (const [text, did] of Object.entries(accesses)) {
		const access = accessOf(text, typeof did === "string" ? { did } : did);
		made.accesses.set(access.path, access);
	}
	return Object.assign(made, values);
}

/** Reads of these paths. */
export const reads = (...paths: readonly string[]): Record<string, Did> =>
	Object.fromEntries(paths.map((path) => [path, "read"]));

/** Refused calls of a trace. */
export const refusals = (error: string, ...calls: readonly string[]): Trace["refusals"] =>
	new Map(calls.map((call) => [call, { call, error, count: 1 }]));

function accessOf(text: string, { as, calls, did, owner, real }: Exclude<Did, string>): Access {
	const words = did.split(" ").map((word) => word.split(":").reverse() as [Operation, string?]);
	const succeeded = new Set(words.flatMap(([operation, error]) => (error === undefined ? [operation] : [])));
	const failed = new Map<string, Set<Operation>>();
	for (const [operation, error] of words) {
		if (error !== undefined) failed.set(error, (failed.get(error) ?? new Set()).add(operation));
	}
	return {
		path: pathFromText(text),
		succeeded,
		rootOps: new Set(as === "root" ? succeeded : []),
		failed,
		calls: new Set(calls ?? words.map(([operation]) => usualCall[operation])),
		programs: new Set([pathFromText("/usr/bin/app")]),
		...(real === undefined ? {} : { real: pathFromText(real) }),
		...(owner === undefined ? {} : { owner }),
	};
}

export const asRoot: Identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
export const asApp: Identity = { name: "app", uid: 900, gid: 901, groups: [], home: "/var/lib/app" };

export const rules = (values: Partial<Rules>): Rules => ({ ...noRules, ...values });

export const application: Application = { ...bareApplication, probes: ["true"] };

export const users: readonly User[] = [
	{ name: "root", uid: 0, gid: 0, gecos: "root", home: "/root", shell: "/bin/bash" },
	{ name: "app", uid: 900, gid: 901, gecos: "", home: "/var/lib/app", shell: "/bin/sh" },
	{ name: "other", uid: 1000, gid: 1000, gecos: "", home: "/home/other", shell: "/bin/sh" },
];
export const groups: readonly Group[] = [
	{ name: "root", gid: 0, members: [] },
	{ name: "app", gid: 901, members: [] },
	{ name: "certificates", gid: 902, members: ["app", "other"] },
	{ name: "other", gid: 1000, members: [] },
];

/** Returns a plan for a machine and its accesses, with defaults for the rest. */
export function planFor(files: Files, seen: Trace, values: Partial<PlanInput> = {}): Plan {
	return makePlan({ application, rules: noRules, identity: asRoot, trace: seen, additions: [], users, groups, files, ...values });
}

export function entryAt(plan: Plan, text: string): Entry | undefined {
	return plan.entries.find((entry) => entry.path === pathFromText(text));
}

/** Returns included entries by path, without those of every cage: `file`, `-> target`, `directory`… */
export function included(plan: Plan): Record<string, string> {
	const usual = new Set(
		"/dev /.launch /tmp /var/tmp /var /etc /dev/null /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache".split(" "),
	);
	return Object.fromEntries(
		plan.entries
			.filter((entry) => entry.decision === "include" && !usual.has(entry.path))
			.map((entry) => [entry.path, entry.target === undefined ? entry.kind : `-> ${entry.target}`]),
	);
}

export const writableOf = (plan: Plan): string[] => plan.writable.map((one) => one.path);
