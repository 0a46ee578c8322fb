import type { CoverageReport, ShownProcesses } from "../../src/base/engine/events.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Answers } from "../../src/options/answers.ts";
import { emptyTrace } from "../../src/trace/trace.ts";
import type { WizardTrace } from "../../src/wizard/session/session.ts";

/** Events of a scripted trace. */

const path = pathFromText;

const endless = "that-has-no-end-in-sight-on-small-screens";

/** Processes. One name contains an escape sequence, and there are more than a small screen has rows. */
export const shownProcesses: ShownProcesses = {
	living: 31,
	ended: 4711,
	rows: [
		{ pid: 4000, shownPid: 4000, depth: 0, program: path("/usr/bin/redis-server"), threads: 5 },
		{
			pid: 4001,
			shownPid: 4001,
			depth: 1,
			program: path("/usr/bin/\x1b[31mred\u202epng"),
			threads: 0,
			uid: 33,
			account: "www-data",
		},
		{ pid: 4002, shownPid: 4002, depth: 2, program: path(`/usr/bin/a-program-with-a-name-${endless}`), threads: 0 },
		{ pid: 4003, shownPid: 4003, depth: 1, threads: 0, ended: "signal SIGSEGV" },
		...Array.from({ length: 28 }, (_, index) => ({
			pid: 4010 + index,
			shownPid: 4010 + index,
			depth: 3,
			program: path("/usr/bin/redis-server"),
			threads: 1,
		})),
	],
};

export const reached: CoverageReport = {
	coverage: {
		packages: [
			{ name: "redis-server", version: "7.0.15" },
			{ name: "redis-server-common", version: "7.0.15" },
		],
		groups: {
			programs: { reached: 1, of: 3, untouched: [path("/usr/lib/redis/helper")] },
			modules: { reached: 2, of: 1204, untouched: [path("/usr/lib/redis/modules/a.so")] },
			configuration: { reached: 1, of: 1, untouched: [] },
			data: { reached: 0, of: 0, untouched: [] },
		},
	},
	next: [
		{ kind: "command", command: "redis-cli -p 6379 INFO", shows: "status" },
		{ kind: "command", command: "redis-cli -p 6379 EVAL 'return 1' 0", shows: "script" },
		{ kind: "signal", signal: "SIGHUP" },
		{ kind: "modules", directory: path("/usr/lib/redis/modules"), paths: [path("/usr/lib/redis/modules/a.so")], count: 1202 },
		{ kind: "helpers", directory: path("/usr/lib/redis"), paths: [path("/usr/lib/redis/helper")], count: 1 },
	],
};

export const counts = {
	paths: 0,
	look: 9,
	read: 31,
	write: 2,
	execute: 3,
	list: 1,
	enter: 0,
	create: 2,
	remove: 0,
	connect: 0,
	listen: 1,
	missing: 14,
};

/** `add`: the run adds to earlier ones. */
export function tracedRun(answers: Answers, add: boolean): WizardTrace {
	const ok = (command: string) => ({ command, ok: true, output: "" });
	const added = {
		paths: [path("/usr/share/redis/added")],
		count: 1,
		programs: [],
		capabilities: ["chown"],
		ports: [],
		uids: [33, 4711],
		names: { 33: "www-data" },
	};
	return {
		trace: emptyTrace(),
		probes: answers.application.probes.map(ok),
		exercises: [],
		signals: [],
		handlesTerm: true,
		output: "",
		answered: true,
		...(add ? { added } : {}),
	};
}
