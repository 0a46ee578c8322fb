import { type Application, noRules } from "../../../src/core/application/application.ts";
import { pathFromText } from "../../../src/core/path/path.ts";
import type { Entry, Plan, WritableDirectory } from "../../../src/core/plan/plan.ts";

export const bareApplication: Application = {
	command: ["/usr/bin/app"],
	cwd: "/",
	env: {},
	probes: [],
	exercises: [],
	timeout: 30,
	network: "host",
	directories: [],
};

/** An entry with defaults for everything that the test does not mention. */
export function entry(path: string, values: Partial<Entry> = {}): Entry {
	return {
		path: pathFromText(path),
		kind: "file",
		decision: "include",
		mode: 0o644,
		uid: 0,
		gid: 0,
		size: 0,
		mtime: 0,
		reasons: [{ kind: "traced", calls: ["openat"] }],
		risks: [],
		...values,
	};
}

export function writable(path: string, values: Partial<WritableDirectory> = {}): WritableDirectory {
	return {
		path: pathFromText(path),
		mode: 0o750,
		uid: 0,
		gid: 0,
		reasons: [{ kind: "service-directory" }],
		seeds: [],
		...values,
	};
}

export function plan(entries: readonly Entry[], values: Partial<Plan> = {}): Plan {
	return {
		application: bareApplication,
		rules: noRules,
		identity: { name: "app", uid: 900, gid: 900, groups: [], home: "/" },
		entries,
		writable: [],
		accounts: { users: [], groups: [], usersLeftOut: 0, groupsLeftOut: 0 },
		permissions: { capabilities: [] },
		shared: [],
		offers: [],
		grants: [],
		declined: [],
		notes: [],
		...values,
	};
}
