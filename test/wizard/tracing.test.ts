import { describe, expect, test } from "vitest";
import type { Event } from "../../src/base/engine/events.ts";
import { offered } from "../../src/wizard/bindings/footer.ts";
import { restored, storedOf } from "../../src/wizard/session/stored-state.ts";
import { proposals, quiet } from "../../src/wizard/steps/trace/reduce.ts";
import { redis } from "../ui/scripted-session.ts";
import { counts, reached, shownProcesses } from "../ui/scripted-trace.ts";
import { answeredProbe, atChoices, atTrace, type Drive, enter, started, traced } from "./drive.ts";

const counted = (paths: number, run = 1): Event => ({ event: "accesses-counted", run, counts: { ...counts, paths, newest: [] } });
const ran = (command: string, ok = true): Event[] => [
	{ event: "exercise-started", command },
	{ event: "exercise-run", command, ok, output: "" },
];

const happenedAt = (wizard: Drive, at: number, ...events: Event[]): Drive => wizard.act({ type: "events-received", events, at });
const tick = (wizard: Drive, at: number): Drive => wizard.act({ type: "ticked", at });

const shown: Event[] = [
	{ event: "coverage-measured", ...reached },
	{ event: "processes-seen", processes: shownProcesses },
];
const answering = () => happenedAt(atTrace(), 0, started, counted(10), answeredProbe, ...shown);
const startTrace = (wizard: Drive) =>
	wizard.answer({ job: "validate", value: [] }).type("\x1b[6~").type(enter).answer({ job: "validate", value: [] });
/** The trace has ended. */
const ended = () => answering().type(enter).answer({ job: "trace", value: traced }).forget();

const exercisesIn = (wizard: Drive) =>
	wizard.state.form?.rows.filter(({ field }) => field === "exercise").map(({ line }) => line.text) ?? [];

test("the awaited event is shown until it comes, and not stored", () => {
	const awaited = { seconds: 3, limit: 30, for: "answer", command: "ask", said: "refused" } as const;
	const wizard = happenedAt(atTrace(), 0, started, { event: "waited", ...awaited });
	expect(wizard.state.awaited).toEqual(awaited);
	expect(JSON.stringify(storedOf(wizard.state))).not.toContain("refused");
	expect(happenedAt(wizard, 4000, answeredProbe).state.awaited).toBeUndefined();
});

test("Enter does nothing before the application answers, a failure replaces its notice, and r tries again", () => {
	const wizard = atTrace();
	wizard.type(enter);
	expect([wizard.state.notice?.code, ...wizard.wanted()]).toEqual(["not-answered-yet"]);
	wizard.fail("trace", { code: "not-answered-on-host", values: {} });
	expect([wizard.state.notice, wizard.state.failure?.code]).toEqual([undefined, "not-answered-on-host"]);
	expect(wizard.type("r").wanted()).toEqual(["trace"]);
});

describe("the hint that a trace may be complete", () => {
	test("appears after some quiet seconds, and disappears with news", () => {
		const wizard = answering();
		expect(quiet(tick(wizard, 4900).state)).toBeUndefined();
		expect(quiet(tick(wizard, 7000).state)).toEqual({ kind: "for-seconds", seconds: 7 });
		expect(quiet(happenedAt(wizard, 8000, counted(10)).state)).toEqual({ kind: "for-seconds", seconds: 7 });
		expect(quiet(happenedAt(wizard, 9000, counted(11)).state)).toBeUndefined();
		expect(quiet(tick(wizard, 15_000).state)).toEqual({ kind: "for-seconds", seconds: 6 });
	});

	test("mentions an exercise without news, and waits for a running one", () => {
		const wizard = happenedAt(answering(), 100, ...ran("first"));
		expect(quiet(tick(wizard, 6000).state)).toEqual({ kind: "since-exercise", seconds: 5 });
		happenedAt(wizard, 6100, { event: "exercise-started", command: "second" });
		expect(quiet(tick(wizard, 20_000).state)).toBeUndefined();
		happenedAt(wizard, 20_100, counted(13), { event: "exercise-run", command: "second", ok: true, output: "" });
		expect(quiet(tick(wizard, 30_000).state)).toEqual({ kind: "for-seconds", seconds: 9 });
		expect(wizard.state.trace?.novelty.gains).toEqual({ first: 0, second: 3 });
	});

	test("counts the seconds since the end of the last exercise", () => {
		const wizard = happenedAt(answering(), 20_000, ...ran("first"));
		expect(quiet(tick(wizard, 24_000).state)).toBeUndefined();
		expect(quiet(tick(wizard, 27_000).state)).toEqual({ kind: "since-exercise", seconds: 7 });
	});

	test("does not appear before the answer or after the end", () => {
		for (const wizard of [happenedAt(atTrace(), 0, started, counted(10)), answering().type(enter)])
			expect(quiet(tick(wizard, 60_000).state)).toBeUndefined();
	});

	test("a tick without a visible change draws nothing", () => {
		const wizard = tick(answering(), 3000);
		const { state } = wizard;
		expect(tick(wizard, 3400).state).toBe(state);
		expect(tick(wizard, 4000).state).not.toBe(state);
	});
});

describe("proposed exercises", () => {
	const [client, evaluate] = ["redis-cli -p 6379", "EVAL 'return 1' 0"];
	test("x runs the next one once, also when pressed fast", () => {
		const wizard = answering().type("xx");
		expect(wizard.intentions).toMatchObject(["INFO", evaluate].map((words) => ({ job: "exercise", line: `${client} ${words}` })));
		wizard.forget().type("x");
		expect([wizard.state.notice?.code, ...wizard.wanted()]).toEqual(["nothing-to-exercise"]);
		expect(wizard.state.trace && proposals(wizard.state.trace).map(({ kind }) => kind)).toEqual(["signal", "modules", "helpers"]);
	});

	test("in their list x runs the selected one, or explains why it cannot", () => {
		const wizard = answering().type("\x1b[Z").type("jx");
		expect(wizard.intentions).toMatchObject([{ job: "exercise", line: `${client} ${evaluate}` }]);
		expect(wizard.forget().type("x").state.notice?.code).toBe("signal-by-itself");
		expect(wizard.type("jx").state.notice?.code).toBe("exercise-no-command");
		expect(wizard.type("Gj").state.cursors.trace).toBe(3);
		expect(wizard.wanted()).toEqual([]);
	});

	test("nothing runs before the answer or after the end", () => {
		expect(atTrace().type("x").wanted()).toEqual([]);
		const late = answering().type(enter).forget().type("x");
		expect([late.state.notice?.code, ...late.wanted()]).toEqual(["exercise-too-late"]);
	});

	test("successful exercises become answers, and do not require a new trace", () => {
		const wizard = answering();
		happenedAt(wizard, 0, ...ran("mine"), ...ran("broken", false));
		wizard.type(enter).answer({ job: "trace", value: traced });
		expect(wizard.state.answers?.application.exercises).toEqual([...redis.application.exercises, "mine"]);
		// Back to the form and on again does not trace again.
		expect(exercisesIn(wizard.forget().press("escape").press("escape"))).toContain("mine");
		expect(startTrace(wizard).wanted()).not.toContain("trace");
	});
});

test("Esc keeps typed exercises that have not failed", () => {
	const wizard = answering().type(`emine${enter}ebroken${enter}ewaiting${enter}`);
	happenedAt(wizard, 0, ...ran("mine"), ...ran("broken", false));
	wizard.press("escape");
	expect(wizard.state.screen).toBe("form");
	expect(wizard.state.answers?.application.exercises).toEqual([...redis.application.exercises, "mine", "waiting"]);
	expect(exercisesIn(wizard).slice(-3)).toEqual(["mine", "waiting", ""]);
});

describe("another run", () => {
	const added = { paths: [], count: 0, programs: [], capabilities: [], ports: [], uids: [] };

	function atSecond(): Drive {
		const wizard = answering().type("r");
		expect(wizard.wanted()).toEqual(["finish-early"]);
		wizard.answer({ job: "trace", value: traced });
		expect(wizard.intentions).toMatchObject([{ job: "trace", add: true }]);
		expect(wizard.state).toMatchObject({ screen: "trace", trace: { adding: true, runs: 1 } });
		return wizard.forget();
	}

	test("starts automatically after the first and shows what it added", () => {
		const wizard = happenedAt(atSecond(), 0, answeredProbe).type(enter);
		wizard.answer({ job: "trace", value: { ...traced, added } });
		expect(wizard.state).toMatchObject({ screen: "trace", trace: { runs: 2, adding: false, added } });
		wizard.forget().type(enter);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["files", "plan"]);
	});

	test("updates an earlier plan", () => {
		const wizard = ended().press("escape").type("r");
		expect([wizard.state.plan, wizard.intentions]).toMatchObject([undefined, [{ job: "trace", add: true }]]);
	});

	test("that fails or is stopped loses nothing", () => {
		const failed = atSecond().fail("trace", { code: "no-strace", values: {} }).forget().type(enter);
		expect([failed.state.screen, ...failed.wanted()]).toEqual(["files", "plan"]);
		const stopped = atSecond().press("escape");
		expect(stopped.wanted()).toEqual(["cancel"]);
		expect(stopped.state).toMatchObject({ screen: "trace", notice: { code: "run-stopped" } });
		expect(stopped.type(enter).state.screen).toBe("files");
	});

	test("is added if exercises changed, and starts over if the command did", () => {
		const more = ended().press("escape").press("escape");
		const row = more.state.form?.rows.findLastIndex(({ field }) => field === "exercise") ?? 0;
		more.type("\x1b[5~").type("\x1b[B".repeat(row)).type("mine");
		expect(startTrace(more).intentions.findLast(({ job }) => job === "trace")).toMatchObject({ add: true });
		const other = ended().press("escape").press("escape").type("\x1b[5~\x1b[B").type(" --other");
		expect(startTrace(other).intentions.findLast(({ job }) => job === "trace")).toMatchObject({ add: false });
	});

	test("that was interrupted keeps the earlier runs", () => {
		const wizard = tick(happenedAt(atSecond(), 5000, counted(12), answeredProbe), 9000);
		const trace = restored(JSON.parse(JSON.stringify(storedOf(wizard.state))), true)?.state.trace;
		expect(trace).toMatchObject({ adding: false, running: false, ending: false, runs: 1, result: { answered: true } });
		// Another process has another clock.
		expect(trace?.novelty).not.toHaveProperty("now");
	});

	test("shows the output as a page, during and after the run", () => {
		const wizard = answering().happen({ event: "output-received", text: "one\ntwo\n" }).type("o");
		expect([wizard.state.overlay, wizard.state.jobs.trace === undefined]).toEqual(["output", false]);
		wizard.act({ type: "measured", scrollEnd: 40 }).type("gq");
		expect([wizard.state.overlay, wizard.state.screen]).toEqual([undefined, "trace"]);
	});

	test("started over forgets the runs", () => {
		const wizard = ended().press("escape").type("O");
		expect([wizard.state.trace?.result, wizard.intentions]).toMatchObject([undefined, [{ job: "trace", add: false }]]);
	});
});

test("the second start of a run does not reset the counts", () => {
	expect(happenedAt(answering(), 100, counted(3, 2)).state.trace?.counts?.paths).toBe(10);
});

test("views cycle both ways and have their own cursor", () => {
	const wizard = answering().type("\t");
	expect(wizard.state.trace?.tab).toBe("processes");
	expect(wizard.type("G").state.cursors.trace).toBe(shownProcesses.rows.length - 1);
	expect(wizard.type("\t").state.cursors.trace).toBe(0);
	expect(wizard.type("\x1b[Z\x1b[Z").state.trace?.tab).toBe("output");
});

const commands = (wizard: Drive) => offered(wizard.state).map(({ command }) => command);

test("the footer offers what works at this moment", () => {
	expect(commands(atTrace())).not.toContain("run-next");
	expect(commands(answering())).toEqual(expect.arrayContaining(["finish-early", "run-next", "exercise", "another-run"]));
	expect(commands(answering().type("xx"))).not.toContain("run-next");
});

describe("a running process", () => {
	const choices = [
		{ id: "unit:a", kind: "unit" as const, name: "a", description: "", pid: 4711 },
		{ id: "unit:b", kind: "unit" as const, name: "b", description: "" },
	];
	const attached = { job: "propose", value: { ...redis, attach: { pid: 4711 } } } as const;

	test("can be traced instead of a new start", () => {
		const wizard = atChoices(...choices);
		expect(commands(wizard)).toContain("watch-running");
		expect(wizard.type("w").intentions).toMatchObject([{ job: "propose", choice: { id: "unit:a" }, watch: true }]);
		expect(wizard.answer(attached).state.screen).toBe("form");
		const stopped = atChoices(...choices).type("j");
		expect(commands(stopped)).not.toContain("watch-running");
		expect([stopped.type("w").state.notice?.code, ...stopped.wanted()]).toEqual(["does-not-run"]);
	});

	test("is a different choice from a new start", () => {
		const wizard = atChoices(...choices).type("w");
		expect(wizard.answer(attached).press("escape").forget().type(enter).wanted()).toEqual(["propose"]);
	});

	test("counts as running once its processes are attached", () => {
		const wizard = happenedAt(atTrace(), 0, { event: "processes-attached", pid: 1, processes: 2 });
		expect(wizard.state.trace).toMatchObject({ running: true, run: 1 });
	});
});
