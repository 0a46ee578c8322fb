import type { ActionPreview, ActionRequest, CagePage, CageRow, CageView, ViewRow } from "../../src/wizard/state/home.ts";

const healthy: CageRow = {
	name: "redis",
	generation: 2,
	madeAt: "2026-11-27T09:00:00.000Z",
	age: 7200,
	running: true,
	pids: [4711],
	as: "adopted",
	service: "redis-server.service",
	serviceState: "active",
	answers: true,
	outdated: 0,
	findings: 0,
	alarms: 0,
	approved: true,
	command: ["/usr/bin/redis-server", "/etc/redis/redis.conf"],
	files: 22,
	bytes: 19_713_024,
	stale: false,
};

const stopped = { running: false, pids: [], as: null, service: null, serviceState: null };

/** So many cages: every kind of state, then healthy ones. */
export function cages(count: number): CageRow[] {
	const some: CageRow[] = [
		healthy,
		{
			...healthy,
			name: "nginx",
			as: "unit",
			service: "cage-nginx.service",
			alarms: 3,
			outdated: 12,
			findings: 1,
			approved: false,
		},
		{ ...healthy, name: "postfix-with-a-very-long-name-of-a-cage", ...stopped, answers: false },
		{ ...healthy, name: "damaged", ...stopped, generation: null, problem: { code: "state-damaged", values: { path: "/x" } } },
		{ ...healthy, name: "traced", ...stopped, generation: null, answers: null },
		{
			...healthy,
			name: "failing",
			running: false,
			pids: [],
			as: "unit",
			service: "cage-failing.service",
			serviceState: "failed",
		},
		{ ...healthy, name: "shell", as: "run", service: null, serviceState: null, age: 0 },
	];
	const more = Array.from({ length: Math.max(0, count - some.length) }, (_, index) => ({ ...healthy, name: `cage-${index}` }));
	return [...some, ...more].slice(0, count);
}

export function cagePageOf(row: CageRow): CagePage {
	const { name: cage } = row;
	return {
		row,
		facts: [
			["Command", row.command.join(" ")],
			["Cage", `/var/lib/cagewright/cages/${cage}/generations/2`],
		],
		actions: [
			{ action: "update", cage },
			{ action: "adopt", cage, value: "redis-server.service" },
			...(["install-unit", "run", "rollback", "watch", "edit", "minimise", "record", "export", "remove"] as const).map(
				(action) => ({
					action,
					cage,
				}),
			),
		],
	};
}

export function cageViewRows(cage: string, view: Exclude<CageView, "actions">): ViewRow[] {
	if (view === "alarms") {
		const text = "2026-11-27 09:00:00 UTC HIGH redis: /usr/bin/redis-server (4711) called mount.";
		const stop = { action: "stop", cage } as const;
		return [{ text, detail: "Stop it.", request: { action: "allow", cage, value: "call:mount" }, stop }];
	}
	if (view === "findings") return [{ text: "[!] package:libc6", request: { action: "accept", cage, value: "package:libc6" } }];
	return Array.from({ length: view === "files" ? 100 : 5 }, (_, index) => ({ text: `${view} ${index} ${"/long".repeat(30)}` }));
}

export function previewOf({ action, cage }: ActionRequest): ActionPreview {
	const lines = [`${cage}: 1 package differs from the host.`, "  changed  /usr/lib/x86_64-linux-gnu/libc.so.6", "x".repeat(200)];
	return { lines, command: `cagewright ${action} ${cage} --yes`, acts: action !== "record" };
}
