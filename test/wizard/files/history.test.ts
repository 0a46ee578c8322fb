import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemsOf } from "../../../src/wizard/steps/files/tree.ts";
import { selectedRow, visibleRows } from "../../../src/wizard/steps/files/visible-rows.ts";
import { redis } from "../../ui/scripted-session.ts";
import { enter } from "../drive.ts";
import { atFiles, decidedNow, planned, rulesOf, select } from "./at.ts";

const configuration = "/etc/redis/redis.conf";
const undoing = "u";
const redoing = "\x12";

describe("undo and redo", () => {
	test("the earlier plan returns at once, and the cursor stays on its row", () => {
		const wizard = select(atFiles(), configuration);
		const before = wizard.state.plan;
		expect(planned(wizard.type(" ")).state.plan).not.toBe(before);
		expect(wizard.forget().type(undoing).state.plan).toBe(before);
		expect(rulesOf(wizard)).toBe(redis.rules);
		expect(selectedRow(wizard.state)?.path).toBe(configuration);
		// The build needs the plan, too.
		expect(wizard.wanted()).toEqual(["plan"]);
	});

	test("undo works one by one for decisions that are not planned yet", () => {
		const wizard = atFiles().type("jjlll j ");
		expect(rulesOf(wizard).exclude.length).toBe(2);
		const [first] = rulesOf(wizard).exclude;
		expect(rulesOf(wizard.type(undoing)).exclude).toEqual([first]);
		expect(decidedNow(wizard)).toEqual([first]);
		expect(decidedNow(wizard.type(undoing))).toEqual([]);
		expect(rulesOf(wizard.type(redoing + redoing)).exclude.length).toBe(2);
		expect(decidedNow(wizard).length).toBe(2);
	});

	test("a decision after an undo clears redo", () => {
		const wizard = select(atFiles(), configuration).type(` ${undoing}`);
		expect(wizard.type(redoing).state.notice).toBeUndefined();
		wizard.type(undoing);
		select(wizard, "/usr/bin/redis-server").type(` ${redoing}`);
		expect(wizard.state.notice?.code).toBe("nothing-to-redo");
	});

	test("decisions of other steps stay", () => {
		const wizard = select(atFiles(), configuration).type(" ");
		wizard.state = { ...wizard.state, answers: { ...redis, rules: { ...rulesOf(wizard), allow: ["proc"] } } };
		expect(rulesOf(wizard.type(undoing))).toEqual({ ...redis.rules, allow: ["proc"] });
	});

	test("a plan from before a trial's additions does not return", () => {
		const wizard = select(atFiles(), configuration);
		const before = wizard.state.plan;
		planned(wizard.type(" "));
		wizard.state = { ...wizard.state, thenBuild: true };
		wizard.press("x");
		wizard.state = { ...wizard.state, jobs: { plan: 99 }, ticket: 99 };
		planned(wizard);
		wizard.state = { ...wizard.state, screen: "files", jobs: {} };
		wizard.type(undoing);
		expect(wizard.state.plan).not.toBe(before);
		expect(rulesOf(wizard)).toEqual(redis.rules);
	});
});

/** Keys that decide, with others in between. */
const decision = fc.constantFrom(" ", "a", "p", "t", "b", "e", "y", "n", `g${enter}`, `w${enter}`, `+/etc/hosts${enter}`);
const move = fc.constantFrom("j", "k", "l", "h", "*", "\t", "G", "\x1b[6~", `/lib${enter}`, `/${"\x15"}${enter}`, "!");
const step = fc.oneof(decision, move, fc.constant("planned"), fc.constantFrom(undoing, redoing));

describe("after any keys", () => {
	test("undoing everything returns to the first rules", () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 40 }), (keys) => {
				const wizard = atFiles();
				for (const key of keys) key === "planned" ? planned(wizard) : wizard.type(key);
				// Close an open question or prompt.
				wizard.press("escape");
				if (wizard.state.screen !== "files") return;
				for (let steps = wizard.state.files.past.length; steps > 0; steps--) wizard.type(undoing);
				expect(rulesOf(wizard)).toEqual(redis.rules);
			}),
			{ numRuns: 150 },
		);
	});

	test("every item stays in the tree, and the cursor on a row", () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (keys) => {
				const wizard = atFiles();
				const all = () => wizard.state.plan?.entries.map(({ path }) => path).sort();
				const before = all();
				for (const key of keys) {
					key === "planned" ? planned(wizard) : wizard.type(key);
					if (wizard.state.screen !== "files") return;
					const rows = visibleRows(wizard.state);
					const cursor = wizard.state.cursors.files ?? 0;
					expect(cursor).toBeLessThan(Math.max(1, rows.length));
					expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
				}
				wizard.state = { ...wizard.state, tab: "all", queries: {}, files: { ...wizard.state.files, opened: [] } };
				const groups = visibleRows(wizard.state);
				expect(groups.flatMap(itemsOf).length).toBe(53);
				expect(all()).toEqual(before);
			}),
			{ numRuns: 100 },
		);
	});
});
