import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Context, Machine } from "../../src/base/engine/context.ts";
import { changedSince, plannedFiles } from "../../src/sessions/ports.ts";
import { resumed } from "../../src/wizard/reduce/results.ts";
import { Wizard } from "../../src/wizard/session/engine-session.ts";
import { withoutJobs } from "../../src/wizard/session/session-keeper.ts";
import { restored, storedOf } from "../../src/wizard/session/stored-state.ts";
import { validateAnswers } from "../../src/wizard/session/validate.ts";
import type { Choice } from "../../src/wizard/state/choice.ts";
import type { KeptState } from "../../src/wizard/state/kept-state.ts";
import { startState, type WizardState } from "../../src/wizard/state/state.ts";
import { isWorthSaving } from "../../src/wizard/steps/form/fields.ts";
import { absent, planFor, redis } from "../ui/scripted-session.ts";
import {
	atBuild,
	atChoices,
	atFiles,
	atForm,
	atTrace,
	atTrial,
	Drive,
	down,
	enter,
	planned,
	resumption,
	tried,
} from "./drive.ts";

const throughDisk = (state: WizardState): Readonly<Record<string, unknown>> =>
	JSON.parse(JSON.stringify(storedOf(withoutJobs(state))));

function back(state: WizardState, traced = true) {
	const found = restored(throughDisk(state), traced);
	if (!found) throw new Error("nothing came back");
	return found;
}

const again = (found: KeptState) => storedOf({ ...startState, ...found });
const atMissing = () => atTrial(tried(false, [absent]));

describe("the stored part of the state", () => {
	test("after any keys, only transient state is lost", () => {
		const keys = fc.constantFrom(..."jkgG /xyn?i\tawq13crde".split(""), enter, down, "\x1b", "\x1b[A", "\x1b[5~");
		const starts = [atForm, atTrace, atFiles, atBuild, atMissing];
		fc.assert(
			fc.property(fc.constantFrom(...starts), fc.array(keys, { maxLength: 25 }), (start, pressed) => {
				const wizard = start();
				for (const key of pressed) {
					wizard.type(key);
					if (wizard.state.jobs.plan !== undefined) planned(wizard);
				}
				const { state } = wizard;
				if (!isWorthSaving(state)) return;
				const { planned: _, ...kept } = storedOf(withoutJobs(state));
				const found = back(state);
				expect(found.whole).toBe(true);
				// The list was only needed to choose.
				if (kept.screen === "choose") expect(found.state).toMatchObject({ screen: "form", answers: kept.answers });
				else expect(again(found.state)).toEqual({ ...kept, ...(kept.form ? { form: { ...kept.form, going: false } } : {}) });
			}),
			{ numRuns: 150 },
		);
	});

	test("an untouched form is not stored, an edited one is", () => {
		const wizard = atChoices({ id: "a", kind: "template", name: "redis", description: "" });
		wizard.type(enter).answer({ job: "propose", value: redis });
		expect(isWorthSaving(wizard.state)).toBe(false);
		expect(isWorthSaving(wizard.type("\x1b[5~x").state)).toBe(true);
	});
});

describe("interrupted work", () => {
	test("a trace restarts from its step", () => {
		const { state } = back(atTrace().state, false);
		expect(state).toMatchObject({ screen: "trace", failure: { code: "cut-off" }, answers: { name: "redis" } });
		expect(new Drive().resume(state).type("r").wanted()).toEqual(["trace"]);
	});

	test("a build restarts from the review", () => {
		const copied = { event: "file-copied", path: absent.path as never, bytesDone: 1, bytesTotal: 2 } as const;
		const { state } = back(atBuild().type(enter).happen(copied).state);
		expect(state).toMatchObject({ screen: "build", failure: { code: "cut-off" } });
		expect(state).not.toHaveProperty("building");
		const again = new Drive().resume(state);
		expect([again.state.failure, ...again.wanted()]).toEqual([{ code: "cut-off", values: {} }, "plan"]);
		expect(planned(again.type(enter)).wanted()).toEqual(["try"]);
	});

	test("a decision without a plan is in the next plan", () => {
		const wizard = atFiles().type("/redis.conf\r ");
		const { rules } = wizard.state.answers ?? redis;
		expect(wizard.state.jobs.plan).toBeDefined();
		const { state } = back(wizard.state);
		expect(state.answers?.rules).toEqual(rules);
		expect(new Drive().resume(state).intentions).toMatchObject([{ job: "plan", answers: { rules } }]);
	});
});

describe("an inconsistent session", () => {
	const stored = (change: object) => ({ ...throughDisk(atMissing().state), ...change });

	test.each([
		["no rounds", { trial: { rounds: [] } }],
		["a round that says something else", { trial: { rounds: [{ round: "one" }] } }],
		["no trace", { trace: undefined }],
		["a trace that says something else", { trace: [] }],
		["an unknown screen", { screen: "polish" }],
		["fields of another kind", { cursors: 7, queries: [], warnings: "x", output: [1], prompt: 1 }],
		["a plan's files of another kind", { planned: 1 }],
	])("%s: the answers go on from the form", (_what, change) => {
		const state = { screen: "form", answers: { name: "redis" }, cursors: {} };
		expect(restored(stored(change), true)).toMatchObject({ whole: false, state });
	});

	test("without a trace it resumes at the form", () => {
		expect(restored(stored({}), false)).toMatchObject({ whole: false, state: { screen: "form", answers: { name: "redis" } } });
	});

	test.each([undefined, null, 1, {}, { ...redis, application: {} }, { ...redis, name: 7 }])("has no answers in %j", (answers) => {
		expect(restored(stored({ answers }), true)).toBeUndefined();
	});

	test("unknown fields are kept", () => {
		expect(restored(stored({ later: [1, 2] }), true)).toMatchObject({ whole: true, state: { later: [1, 2] } });
	});
});

describe("a session of version 1", () => {
	const { fields } = JSON.parse(readFileSync(new URL("session-1.json", import.meta.url), "utf8"));

	test("is resumed, and its plan is made again", () => {
		const back = restored(fields, true);
		expect(back).toMatchObject({ whole: true, state: { screen: "trial", answers: { name: "redis", template: "redis" } } });
		for (const made of ["plan", "tried"]) expect(back?.state).not.toHaveProperty(made);
		const wizard = planned(new Drive().resume(back?.state ?? {}));
		// Missing items can still be added.
		expect(wizard.type(enter).intentions.at(-2)).toMatchObject({ job: "accept", missing: [{ path: absent.path }] });
	});

	test("with an unreadable trace keeps its answers and decisions", () => {
		expect(restored(fields, false)).toMatchObject({ whole: false, state: { screen: "form", answers: fields.answers } });
	});
});

test("files and links that changed since the plan are found", () => {
	const plan = planFor(redis);
	const planned = JSON.parse(JSON.stringify(plannedFiles(plan)));
	const [file, link] = [plan.entries.find(({ kind }) => kind === "file"), plan.entries.find(({ kind }) => kind === "symlink")];
	const entryAt = (path: string) => plan.entries.find((one) => one.path === path);
	const now = {
		status: (path: string) => ({ ...entryAt(path), kind: "file" }) as never,
		readLink: (path: string) => entryAt(path)?.target,
	};
	expect(changedSince(planned, now)).toEqual([]);
	expect(changedSince(planned, { ...now, readLink: () => undefined })).toEqual([link?.path]);
	const upgraded = { ...now, status: (path: string) => (path === file?.path ? undefined : now.status(path)) };
	expect(changedSince(planned, upgraded)).toEqual([file?.path]);
});

test("resuming keeps the terminal's size and reports the session's age", () => {
	const { state } = back(atFiles().state);
	const now = new Drive().act({ type: "resized", columns: 60, rows: 15 }).state;
	const going = resumed(now, { ...resumption, state, name: "redis", ago: 7200 });
	const notice = { code: "resumed", values: { name: "redis", ago: 7200 } };
	expect(going.state).toMatchObject({ screen: "files", size: { columns: 60, rows: 15 }, notice });
});

describe("the list of applications", () => {
	const session = (id: string): Choice => ({ id, kind: "session", name: id, description: "", left: { step: 3, ago: 9 } });
	const offers = (wizard: Drive) => (wizard.state.choices ?? []).map(({ id }) => id);

	test("no longer offers the session that was resumed", () => {
		const { state } = back(atFiles().state);
		const wizard = atChoices(session("a"), session("b")).type(enter);
		wizard.answer({ job: "resume", value: { ...resumption, id: "a", state } });
		expect([wizard.state.screen, ...offers(wizard)]).toEqual(["files", "b"]);
		expect(wizard.wanted()).not.toContain("choices");
	});

	test("offers the session that another one replaced", () => {
		const { state } = back(atFiles().state);
		const wizard = atFiles();
		wizard.state = { ...wizard.state, jobs: { resume: 99 }, choices: [session("a")] };
		wizard.act({ type: "done", job: "resume", ticket: 99, value: { ...resumption, id: "a", state } });
		expect(wizard.wanted()).toContain("choices");
	});
});

const stored = (id: string) => ({ id, fields: {}, path: `/sessions/${id}`, savedAt: 0 });

test("a session that is opened while the list is made is not in the list", async () => {
	let written = () => {};
	const isWritten = new Promise<void>((resolve) => {
		written = resolve;
	});
	const machine = {
		commands: { listen: () => {} },
		now: () => 0,
		sessions: {
			list: async () => [stored("own"), stored("other")],
			create: async () => ({ id: "own", write: async () => written(), release: () => {} }),
		},
		store: {},
	} as unknown as Machine;
	const choices = () => {
		session.keep(atTrace().state);
		return isWritten.then(() => []);
	};
	const session = new Wizard(machine, { choices } as never, {} as never, {} as never);
	expect((await session.choices()).map(({ id }) => id)).toEqual(["other"]);
});

describe("answers", () => {
	const root = { name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/sh" };
	const context = {
		machine: {
			accounts: { own: () => undefined, users: () => [root], groups: () => [] },
			files: { resolve: () => "/usr/bin/redis-server" },
			launcher: { lineProblem: async () => undefined },
		},
	} as unknown as Context;

	/** The name is invalid, so that no cage is looked up. */
	const problemsOf = async (values: Partial<typeof redis.application>) => {
		const { user: _, ...application } = redis.application;
		const found = await validateAnswers(context, { ...redis, name: "", application: { ...application, ...values } });
		return found.filter(({ field }) => field !== "name").map(({ code, field, line }) => ({ code, field, line }));
	};

	test("a missing probe is a problem only of a known command", async () => {
		expect(await problemsOf({ probes: [] })).toEqual([{ code: "no-probe", field: "probe" }]);
		expect(await problemsOf({ command: [], probes: [] })).toEqual([{ code: "nothing-to-cage", field: "command" }]);
	});

	test("an invalid variable is a problem of its own row", async () => {
		expect(await problemsOf({ env: { A: "1", "2B": "x=y" } })).toEqual([{ code: "env-invalid", field: "env", line: "2B=x=y" }]);
	});
});
