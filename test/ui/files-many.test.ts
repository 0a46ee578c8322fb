import { expect, test, vi } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import type { Answers } from "../../src/options/answers.ts";
import { matchPaths } from "../../src/plan/rules.ts";
import { visibleRows } from "../../src/wizard/steps/files/visible-rows.ts";
import { patience } from "../system/eventually.ts";
import { largePlan } from "./large-plan.ts";
import { openScreen } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";
import { toTrace } from "./walk.ts";

/** Consecutive plans with 10,000 entries. */
class LargeSession extends ScriptedSession {
	override async plan(answers: Answers) {
		this.calls.push("plan");
		return largePlan(answers);
	}
}

test("with 10,000 entries the keys go to the displayed row", async () => {
	const screen = openScreen(new LargeSession(), 200, 60);
	await toTrace(screen);
	await screen.typeUntil("\r", "10 [!] need your decision");
	const rules = () => screen.store.state.answers?.rules.exclude ?? [];
	const selected = () => visibleRows(screen.store.state)[screen.store.state.cursors.files ?? 0];
	expect(screen.scrolled).toBe(0);

	// To the libraries and into them, in one read.
	screen.type(`\x1b[Hhjl${"j".repeat(300)} `);
	const library = selected()?.path as Path;
	expect(rules()).toEqual([library]);
	const shown = await screen.sees(`[ ] ${library.slice(library.lastIndexOf("/") + 1)}`);
	expect(shown.length).toBe(60);

	// All matches of a search, but no secret.
	await screen.typeUntil("/host\ra", "a separate decision");
	expect(rules()).toEqual([library]);
	await screen.typeUntil("/\x15/page-999\ra", "4 left out");
	const excluded = matchPaths(rules());
	for (const row of visibleRows(screen.store.state)) expect(excluded(row.path as Path)).toBeDefined();

	// The new plan agrees, and the cursor stays.
	const row = selected()?.path;
	await vi.waitFor(() => expect(screen.store.state.jobs.plan).toBeUndefined(), { timeout: patience });
	expect(selected()?.path).toBe(row);

	screen.type("u");
	expect(rules()).toEqual([library]);
	screen.type("u");
	expect(rules()).toEqual([]);
	await screen.sees("9,500 files");
	expect(screen.scrolled).toBe(0);
});
