import { describe, expect, test } from "vitest";
import { refusedNotes } from "../../../src/core/plan/refused.ts";
import { rules, trace } from "./traces.ts";

const refusals = (...calls: string[]) => new Map(calls.map((call) => [call, { call, error: "EPERM", count: 1 }]));

describe("notes about what an application wanted from the machine", () => {
	test("list calls that no cage allows, not those that any account is refused", () => {
		const notes = refusedNotes(trace({}, { refusals: refusals("mount", "clone", "setgroups", "kill") }), rules({}));
		expect(notes.map(({ values }) => values.call)).toEqual(["mount", "clone"]);
	});
	test("list kernel settings that it could not write, not those that it read", () => {
		const seen = trace({
			"/proc/sys/vm/overcommit_memory": "EROFS:write",
			"/proc/sys/vm/swappiness": "read",
			"/etc/app": "EROFS:write",
		});
		expect(refusedNotes(seen, rules({}))).toEqual([
			{ code: "kernel-setting-refused", values: { paths: "/proc/sys/vm/overcommit_memory" } },
		]);
	});
	test("list the clock with its option, until a rule allows it", () => {
		const seen = trace({}, { clock: "clock_adjtime" });
		const values = { call: "clock_adjtime", option: "--allow capability:sys_time" };
		expect(refusedNotes(seen, rules({}))).toEqual([{ code: "clock-pretended", values }]);
		expect(refusedNotes(seen, rules({ allow: ["capability:sys_time"] }))).toEqual([{ code: "clock-allowed", values }]);
	});
});
