import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { migrated, sessionVersion } from "../../src/core/session/session.ts";
import { resumed } from "../../src/wizard/session/resuming.ts";
import { isWorthKeeping, type Kept, restored, storedOf } from "../../src/wizard/session/stored.ts";
import { settle } from "../../src/wizard/settle.ts";
import { startState, type WizardState } from "../../src/wizard/state.ts";
import { absent, planFor, redis } from "../ui/scripted-session.ts";
import { atBuild, atFiles, atForm, atTrace, Drive, down, enter, traced } from "./drive.ts";

/** Through a file and back. */
function throughDisk(state: WizardState): Readonly<Record<string, unknown>> {
	return JSON.parse(JSON.stringify(storedOf(settle(state)))) as Record<string, unknown>;
}

function back(state: WizardState, traced = true) {
	const found = restored(throughDisk(state), traced);
	if (!found) throw new Error("nothing came back");
	return found;
}

/** What came back, as it would be stored once more. */
function again(found: Kept) {
	return storedOf({ ...startState, ...found });
}

const missingOne = { round: 1, probes: [], failedExercises: [], missing: [absent], answered: false, output: "no zone\n" };
const atTrial = () => atBuild().type(enter).answer({ job: "try", value: missingOne });

describe("what of the state is kept", () => {
	test.each([
		["form", () => atForm().type("\x1b[A\x1b[Ax")],
		["trace", () => atTrace().answer({ job: "trace", value: { ...traced, answered: false } })],
		["files", () => atFiles().type("/redis\rjj ")],
		["accounts", () => atFiles().type(`${enter}j`)],
		["build", () => atBuild().type("j")],
		["trial", () => atTrial().type(" ")],
	])("in step %s everything that is drawn comes back", (screen, drive) => {
		const { state } = drive();
		const { state: found, whole } = back(state);
		expect(whole).toBe(true);
		expect(found.screen).toBe(screen);
		expect(again(found)).toEqual(storedOf(settle(state)));
	});

	test("whatever keys were pressed, nothing is lost but what passes", () => {
		const keys = fc.constantFrom(..."jkgG /xyn?i\tawq13crde".split(""), enter, down, "\x1b", "\x1b[A", "\x1b[5~");
		const starts = [atForm, atTrace, atFiles, atBuild, atTrial];
		fc.assert(
			fc.property(fc.constantFrom(...starts), fc.array(keys, { maxLength: 25 }), (start, pressed) => {
				const wizard = start();
				for (const key of pressed) {
					wizard.type(key);
					if (wizard.state.jobs.plan !== undefined && wizard.state.answers)
						wizard.answer({ job: "plan", value: planFor(wizard.state.answers) });
				}
				const { state } = wizard;
				if (!isWorthKeeping(state)) return;
				const kept = storedOf(settle(state));
				const found = back(state);
				expect(found.whole).toBe(true);
				// The list is for choosing, and that was done.
				if (kept.screen === "choose") expect(found.state).toMatchObject({ screen: "form", answers: kept.answers });
				else expect(again(found.state)).toEqual({ ...kept, ...(kept.form ? { form: { ...kept.form, going: false } } : {}) });
			}),
			{ numRuns: 300 },
		);
	});

	test("a form that nobody touched is not worth it, one with a letter more is", () => {
		const wizard = new Drive().act({ type: "started" }).answer({ job: "lacks", value: [] });
		wizard.answer({ job: "choices", value: [{ id: "a", kind: "template", name: "redis", description: "" }] });
		wizard.type(enter).answer({ job: "propose", value: redis });
		expect(isWorthKeeping(wizard.state)).toBe(false);
		wizard.type("\x1b[5~x");
		expect(isWorthKeeping(wizard.state)).toBe(true);
	});
});

describe("work that was cut off", () => {
	test("a trace is begun again from its own step", () => {
		const { state } = back(atTrace().state, false);
		expect(state).toMatchObject({ screen: "trace", failure: { code: "cut-off" }, answers: { name: "redis" } });
		expect(new Drive().resume(state).type("r").wanted()).toEqual(["trace"]);
	});

	test("a build is begun again from the review", () => {
		const wizard = atBuild().type(enter);
		wizard.happen({ event: "file-copied", path: absent.path as never, bytesDone: 1, bytesTotal: 2 });
		const { state } = back(wizard.state);
		expect(state).toMatchObject({ screen: "build", failure: { code: "cut-off" } });
		expect(state).not.toHaveProperty("building");
		const again = new Drive().resume(state);
		expect(again.wanted()).toEqual(["plan"]);
		expect(again.state.failure).toEqual({ code: "cut-off", values: {} });
		// Enter may come while it is planned anew.
		again.type(enter).answer({ job: "plan", value: planFor(redis) });
		expect(again.wanted()).toEqual(["try"]);
	});

	test("a decision whose plan was still being made is in the next plan", () => {
		const wizard = atFiles();
		wizard.type("/redis.conf\r ");
		const { rules } = wizard.state.answers ?? redis;
		expect(wizard.state.jobs.plan).toBeDefined();
		const { state } = back(wizard.state);
		expect(state.answers?.rules).toEqual(rules);
		expect(new Drive().resume(state).intentions).toMatchObject([{ job: "plan", answers: { rules } }]);
	});
});

describe("what does not hold together", () => {
	const stored = (change: object) => ({ ...throughDisk(atTrial().state), ...change });

	test.each([
		["no plan", { plan: undefined }, "files"],
		["a plan cut short", { plan: { entries: [{ path: "/etc" }] } }, "files"],
		["no rounds", { trial: { rounds: [{ round: "one" }] } }, "build"],
		["no trace", { trace: undefined }, "form"],
		["a trace that says something else", { trace: [] }, "form"],
		["an unknown screen", { screen: "polish" }, "save"],
	])("%s: it goes on from the last step that does", (_what, change, screen) => {
		expect(restored(stored(change), true)?.state.screen).toBe(screen);
	});

	test("answers without the trace begin at the form", () => {
		expect(restored(stored({}), false)).toMatchObject({ whole: false, state: { screen: "form", answers: { name: "redis" } } });
	});

	test("without answers there is nothing", () => {
		for (const answers of [undefined, null, 1, {}, { ...redis, application: {} }, { ...redis, name: 7 }]) {
			expect(restored(stored({ answers }), true)).toBeUndefined();
		}
	});

	test("fields of another kind are as at the start, and unknown ones stay", () => {
		const found = restored(stored({ cursors: 7, queries: [], warnings: "x", output: [1], prompt: 1, later: [1, 2] }), true);
		expect(found?.state).toMatchObject({ cursors: {}, queries: {}, warnings: [], output: [], later: [1, 2] });
		expect(found?.state.prompt).toBeUndefined();
	});

	test("anything at all is either restored or not, and never thrown at", () => {
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom(...Object.keys(throughDisk(atTrial().state))), fc.jsonValue()), (change) => {
				restored(stored(change), true);
			}),
		);
	});
});

describe("versions", () => {
	const chain = [
		(fields: object) => ({ ...fields, renamed: "two" }),
		({ renamed, ...fields }: Readonly<Record<string, unknown>>) => ({ ...fields, name: `${renamed} three` }),
	];

	test("an older one goes through every step from its own on", () => {
		expect(migrated(1, { a: 1 }, chain)).toEqual({ a: 1, name: "two three" });
		expect(migrated(2, { renamed: "second" }, chain)).toEqual({ name: "second three" });
		expect(migrated(3, { a: 1 }, chain)).toEqual({ a: 1 });
	});

	test("a session of version 1, as that version stored it, is gone on with", () => {
		const { fields, version } = JSON.parse(readFileSync(new URL("session-1.json", import.meta.url), "utf8"));
		const found = migrated(version, fields);
		const back = typeof found === "string" ? undefined : restored(found, true);
		expect(back).toMatchObject({ whole: true, state: { screen: "trial", answers: { name: "redis", template: "redis" } } });
		const wizard = new Drive().resume(back?.state ?? {});
		wizard.answer({ job: "plan", value: planFor(redis) });
		// What was found missing is there to be taken in.
		expect(wizard.type(enter).intentions.at(-2)).toMatchObject({ job: "accept", missing: [{ path: absent.path }] });
	});

	test("a newer one is told from what is none", () => {
		expect(migrated(4, {}, chain)).toBe("newer");
		expect(migrated(sessionVersion + 1, {})).toBe("newer");
		for (const version of [0, -1, 1.5, "1", undefined, null]) expect(migrated(version, {}, chain)).toBe("unknown");
	});
});

test("going on keeps this terminal and says how long ago it was", () => {
	const { state } = back(atFiles().state);
	const now = new Drive().act({ type: "resized", columns: 60, rows: 15 }).state;
	const going = resumed(now, { state, whole: true, name: "redis", ago: 7200, changed: 0, example: "" });
	expect(going.state).toMatchObject({ screen: "files", size: { columns: 60, rows: 15 } });
	expect(going.state.notice).toEqual({ code: "resumed", values: { name: "redis", ago: 7200 } });
});
