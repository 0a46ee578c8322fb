import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { applyBuildEvent, type BuildProgress, nothingBuilt, secondsLeft } from "../../src/wizard/state/progress.ts";
import { bytesNeeded, reviewLines, reviewRows, type SectionName } from "../../src/wizard/steps/build/review.ts";
import { messagesIn } from "../texts.ts";
import { hostView } from "../ui/scripted-plan.ts";
import { planFor, redis } from "../ui/scripted-session.ts";
import { atBuild, atEndOfTrace, atTrace, type Drive, enter, planned, traced } from "./drive.ts";

const en = messagesIn("en");

const host = (values: Partial<typeof hostView>) => ({ job: "host-view", value: { ...hostView, ...values } }) as const;
const reviewed = (values: Partial<typeof hostView> = {}) => atBuild().answer(host(values)).forget();

const linesOf = ({ state }: Drive) => reviewLines(reviewRows(state), en);

/** The values below a section's title. */
function valuesIn(section: SectionName, wizard: Drive): string[] {
	const lines = linesOf(wizard);
	const below = lines.slice(lines.findIndex((line) => line.section === section) + 1);
	const end = below.findIndex((line) => line.section);
	return below.slice(0, end < 0 ? below.length : end).map(({ value }) => value);
}

describe("the review", () => {
	test("has a section for everything that will happen", () => {
		expect(linesOf(reviewed()).flatMap(({ section }) => section ?? [])).toEqual([
			"warnings",
			"permissions",
			"left-out",
			"application",
			"existing",
			"disk",
			"limits",
			"files",
			"devices",
			"writable",
			"binds",
			"accounts",
		]);
	});
	test("an empty section says so", () => expect(valuesIn("binds", reviewed())).toEqual(["none"]));
	test("explains the effect on an existing cage and its data", () => {
		expect(valuesIn("existing", reviewed())).toEqual(["none"]);
		expect(valuesIn("existing", reviewed({ hasData: true }))).toEqual([expect.stringContaining("is reused")]);
		const there = reviewed({ hasData: true, cage: { generation: 3, command: ["/bin/x"], adopted: "redis.service" } });
		const said = ["Generation 3 of /bin/x", "data is kept", "redis.service runs in it"];
		expect(valuesIn("existing", there)).toEqual(said.map((text) => expect.stringContaining(text)));
	});
	test("adds up the disk space of files and data", () => {
		const plan = planFor(redis);
		const files = plan.entries
			.filter((entry) => entry.decision === "include" && (entry.kind === "file" || entry.kind === "generated"))
			.reduce((sum, entry) => sum + entry.size, 0);
		expect(bytesNeeded(plan)).toBe(files + 1_048_576);
		const [needed, free] = [bytesNeeded(plan), hostView.free].map(en.bytes);
		expect(valuesIn("disk", reviewed())).toEqual([`at most ${needed}; ${free} are free`]);
	});
	test("shows exercises that were run by hand", () => {
		const wizard = atTrace().happen({ event: "exercise-run", command: "redis-cli INFO", ok: true, output: "" });
		planned(wizard.answer({ job: "trace", value: traced })).type(enter + enter);
		expect(valuesIn("application", wizard)).toContain("redis-cli INFO");
	});
	test("lists what the administrator excluded", () => {
		const plan = planFor(redis);
		const wizard = atEndOfTrace().answer({
			job: "plan",
			value: { ...plan, rules: { ...plan.rules, exclude: ["/usr/share/**"] } },
		});
		expect(valuesIn("left-out", wizard.type(enter + enter))).toContain("/usr/share/** (--exclude)");
	});
	test("shows a repeated warning once", () => {
		const warning = { event: "warned" as const, code: "writes-system-directory", values: { path: "/var/log" } };
		expect(valuesIn("warnings", reviewed().happen(warning))).toHaveLength(1);
		expect(valuesIn("warnings", reviewed().happen({ ...warning, code: "gap-lost" }))).toHaveLength(2);
	});
	test("is written to the user's path, which can be corrected after a failure", () => {
		const wizard = reviewed().type("s");
		expect(wizard.state.prompt).toMatchObject({ kind: "review", line: { text: "redis-review.txt" } });
		wizard.type(`\x15/root/r.txt${enter}`);
		expect(wizard.intentions).toMatchObject([{ job: "review", path: "/root/r.txt", name: "redis" }]);
		wizard.fail("review", { code: "file-exists", values: { path: "/root/r.txt" } });
		expect(wizard.state).toMatchObject({ failure: { code: "file-exists" }, prompt: { line: { text: "/root/r.txt" } } });
		const { notice, prompt } = wizard.type(`2${enter}`).answer({ job: "review", value: "/root/r.txt2" }).state;
		expect([prompt, notice]).toEqual([undefined, { code: "review-saved", values: { path: "/root/r.txt2" } }]);
	});
});

describe("a detour to an answer", () => {
	test.each([
		["1", "form"],
		["3", "files"],
		["4", "accounts"],
	])("%s leads to %s, and back again", (key, screen) => {
		const wizard = reviewed().type(key);
		expect(wizard.state.screen).toBe(screen);
		expect(wizard.press("escape").state.screen).toBe("build");
		// Going back ended the detour.
		expect(wizard.press("escape").state.screen).toBe("accounts");
		expect(wizard.press("escape").state.screen).toBe("files");
	});
	test("Enter returns to the review when the plan is ready", () => {
		for (const step of ["3", "4"]) expect(reviewed().type(step + enter).state.screen).toBe("build");
		const wizard = reviewed().type(`4/games${enter} `);
		expect(wizard.type(enter).state.screen).toBe("accounts");
		expect(planned(wizard).type(enter).state.screen).toBe("build");
	});
	test("the form returns to the review if the trace is still valid", () => {
		const wizard = reviewed();
		wizard.state = { ...wizard.state, trace: { ...wizard.state.trace, result: traced } as never };
		wizard.type("1\x1b[6~").type(enter).answer({ job: "validate", value: [] });
		expect(wizard.state.screen).toBe("build");
	});
});

describe("a build", () => {
	const copied = { event: "file-copied", path: pathFromText("/f"), bytesDone: 5, bytesTotal: 9 } as const;
	const building = () => reviewed().type(enter).happen({ event: "phase-started", phase: "copying" }, copied).forget();
	test("reports phases and bytes", () => {
		const wizard = building();
		expect(wizard.state.building).toMatchObject({ phase: "copying", bytesDone: 5, bytesTotal: 9, path: "/f" });
		wizard.happen({ event: "phase-started", phase: "syncing" });
		expect(wizard.state.building).toMatchObject({ phase: "syncing", bytesTotal: 0 });
	});
	test("can be stopped and restarted, and late results of the stopped build are ignored", () => {
		const wizard = building();
		const ticket = wizard.state.jobs.try ?? -1;
		expect(wizard.press("escape").wanted()).toEqual(["cancel"]);
		expect(wizard.state).toMatchObject({ screen: "build", notice: { code: "build-undone" } });
		wizard.act({ type: "failed", job: "try", ticket, failure: { code: "internal", values: {} } });
		expect([wizard.state.building, wizard.state.failure]).toEqual([undefined, undefined]);
		expect(wizard.type(enter).wanted()).toEqual(["try"]);
	});
	test("continues if Ctrl-C is answered with no", () => {
		const wizard = building().type("\x03");
		expect(wizard.state.question).toEqual({ kind: "quit" });
		expect(wizard.type("n").wanted()).toEqual([]);
		expect(wizard.state.jobs.try).toBeDefined();
		expect(wizard.type("\x03\x03").wanted()).toEqual(["cancel"]);
		expect(wizard.state.exit).toBe(130);
	});
	test("blocks changes, saving and dry runs", () => {
		const wizard = building().type("134sd");
		const { overlay, prompt, screen } = wizard.state;
		expect([screen, prompt, overlay, ...wizard.wanted()]).toEqual(["build", undefined, undefined]);
	});
});

const total = 100_000_000;

function copied(building: BuildProgress, bytesDone: number, at?: number): BuildProgress {
	return applyBuildEvent(building, { event: "file-copied", path: pathFromText("/f"), bytesDone, bytesTotal: total }, at);
}

/** Samples with this speed, ten per second. */
function steadily(perSecond: number, seconds: number, from: BuildProgress = nothingBuilt, since = 0, start = 0): BuildProgress {
	let building = from;
	for (let at = 0; at <= seconds * 1000; at += 100) building = copied(building, start + (perSecond * at) / 1000, since + at);
	return building;
}

describe("the time that is left", () => {
	test("is unknown without a clock, from one sample, or within a second", () => {
		expect(secondsLeft(nothingBuilt)).toBeUndefined();
		expect(secondsLeft(copied(copied(nothingBuilt, 1), 2))).toBeUndefined();
		expect(secondsLeft(copied(nothingBuilt, 50_000_000, 5000))).toBeUndefined();
		expect(secondsLeft(steadily(10_000_000, 0.9))).toBeUndefined();
	});
	test("depends only on bytes and times", () => {
		expect(secondsLeft(steadily(10_000_000, 2))).toBeCloseTo(8, 5);
		expect(secondsLeft(steadily(1_000_000, 5))).toBeCloseTo(95, 5);
	});
	test("is unknown without progress", () => expect(secondsLeft(steadily(0, 5))).toBeUndefined());
	test("adapts to a disk that becomes slow", () => {
		const fast = steadily(10_000_000, 5);
		const slow = steadily(1_000_000, 20, fast, 5000, 50_000_000);
		expect(secondsLeft(slow)).toBeCloseTo(30, 0);
		expect(slow.samples.length).toBeLessThan(100);
	});
	test("ends with the bytes", () => expect(secondsLeft(steadily(50_000_000, 2))).toBeUndefined());
	test("uses the last event of a frame", () => {
		expect(copied(copied(copied(nothingBuilt, 1, 0), 2, 0), 3, 0).samples).toEqual([{ at: 0, bytes: 3 }]);
	});
});

test("starts again with each phase", () => {
	const next = applyBuildEvent(steadily(10_000_000, 5), { event: "phase-started", phase: "seeding" }, 6000);
	expect(next).toEqual({ ...nothingBuilt, phase: "seeding" });
	expect(secondsLeft(copied(next, 10, 7100))).toBeUndefined();
});
