import { describe, expect, test } from "vitest";
import { equivalentCommand } from "../../src/options/equivalent.ts";
import { furtherFields, type Problem } from "../../src/wizard/state/values.ts";
import { countFurther, isAbout } from "../../src/wizard/steps/form/fields.ts";
import { redis } from "../ui/scripted-session.ts";
import { atForm, type Drive, down, enter } from "./drive.ts";

const up = "\x1b[A";
const ctrlT = "\x14";
const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

const texts = (wizard: Drive, field: string) =>
	wizard.state.form?.rows.filter((row) => row.field === field).map((row) => row.line.text) ?? [];

/** Moves the cursor to the last row of a field, which is empty if the field has several values. */
const toLast = (wizard: Drive, field: string) =>
	wizard.type(`\x1b[5~${down.repeat(wizard.state.form?.rows.findLastIndex((row) => row.field === field) ?? 0)}`);

/** With the cursor in the first row of a field. */
function atField(field: string): Drive {
	const wizard = atForm();
	return wizard.type(`\x1b[5~${down.repeat(wizard.state.form?.rows.findIndex((row) => row.field === field) ?? 0)}`);
}

describe("a paste into the form", () => {
	test("of several lines becomes several probes", () => {
		const wizard = atField("probe").type(`\x15${paste("curl a\ncurl b\r\ncurl c")}`);
		expect(texts(wizard, "probe")).toEqual(["curl a", "curl b", "curl c", ""]);
		expect(wizard.state.answers?.application.probes).toEqual(["curl a", "curl b", "curl c"]);
		expect(wizard.type("!").state.answers?.application.probes.at(-1)).toBe("curl c!");
	});

	test("is inserted at the cursor", () => {
		const wizard = atField("env").type(`\x15A=1\x01${paste("X=0\nY=")}`);
		expect(texts(wizard, "env")).toEqual(["X=0", "Y=A=1", ""]);
	});

	test("with a final line end adds no empty value", () => {
		const exercises = atField("exercise").type(`\x15${paste("first\nsecond\n")}`).state.answers?.application.exercises;
		expect(exercises?.slice(0, 2)).toEqual(["first", "second"]);
		expect(exercises).not.toContain("");
	});

	test("of several lines into a field for one value is one value", () => {
		const wizard = atField("command").type(`\x15${paste("/usr/bin/thing\n--serve")}`);
		expect(texts(wizard, "command")).toEqual(["/usr/bin/thing --serve"]);
	});

	test("that the terminal does not mark never starts the trace", () => {
		const wizard = atField("onHost").forget().type("one\rtwo\rthree\rfour\r");
		expect(wizard.state.form?.going).toBe(false);
		expect(wizard.wanted()).not.toContain("validate");
		expect(wizard.type(enter).state.form?.going).toBe(true);
	});

	test("that the terminal does not mark fills rows of a list", () => {
		const wizard = toLast(atForm(), "exercise").type("one\rtwo\rthree");
		expect(texts(wizard, "exercise").slice(-4)).toEqual(["one", "two", "three", ""]);
	});
});

const [probe = ""] = redis.application.probes;

describe("trying a probe", () => {
	const attempts = [{ where: "host", ok: true, status: 0, output: "", timedOut: false }] as const;

	test("uses the row's line and stores the result by line", () => {
		const wizard = atField("probe").type(ctrlT);
		expect(wizard.wanted()).toContain("probe");
		expect(wizard.state.form?.trying).toBe(probe);
		expect(wizard.answer({ job: "probe", value: attempts }).state.form).toMatchObject({ tried: { [probe]: { attempts } } });
		expect(wizard.state.form?.trying).toBeUndefined();
	});

	test("reports why it failed and blocks nothing", () => {
		const failure = { code: "program-not-found", values: { program: "/nowhere" } };
		const wizard = atField("probe").type(ctrlT).fail("probe", failure);
		expect(Object.values(wizard.state.form?.tried ?? {})).toEqual([{ failure }]);
		expect(wizard.state.failure).toBeUndefined();
	});

	test("is cancelled by Esc, which stays in the form, and by Enter", () => {
		const wizard = atField("probe").type(ctrlT).forget().press("escape");
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["form", "cancel"]);
		expect(wizard.type(ctrlT).forget().type(`\x1b[6~${enter}`).wanted()).toEqual(["cancel", "validate"]);
		expect(wizard.answer({ job: "validate", value: [] }).state.screen).toBe("trace");
	});

	test("without a probe says so", () => {
		expect(atField("probe").type("\x15").type(ctrlT).state.notice?.code).toBe("no-probe-to-try");
	});
});

test("each unreadable variable is a problem of its own row", () => {
	const wizard = atField("env").type(`\x15${paste("FIRST\nA=1\nSECOND")}`);
	const { form } = wizard.state;
	if (!form) throw new Error("no form");
	const marked = form.rows.filter((_, index) => form.problems.some((problem) => isAbout(problem, form, index)));
	expect(marked.map(({ line }) => line.text)).toEqual(["FIRST", "SECOND"]);
});

describe("a problem that the session finds", () => {
	const missing = { code: "line-program-missing", values: { program: "redis-cli" }, isWarning: true } as const;

	test("stops the trace unless it is a warning", () => {
		const started = () => atForm().type(enter);
		const screenWith = (problem: Problem) => started().answer({ job: "validate", value: [problem] }).state.screen;
		expect(screenWith({ field: "probe", line: probe, ...missing })).toBe("trace");
		expect(screenWith({ field: "probe", code: "no-probe", values: {} })).toBe("form");
	});

	test("leads to its row", () => {
		const wizard = atField("exercise").type("\x15second\x1b[6~");
		const problem = { field: "exercise", code: "line-unreadable", values: { detail: "" }, line: "second" } as const;
		wizard.type(enter).answer({ job: "validate", value: [problem] });
		const { cursor = 0, rows = [] } = wizard.state.form ?? {};
		expect(rows[cursor]?.line.text).toBe("second");
	});
});

test("an edited probe is no longer a guess", () => {
	const guessed = { code: "probe-guessed-http", values: { port: 8080 } };
	const wizard = atForm({ ...redis, notes: [guessed] }).type(`${up}${up}x`);
	expect(wizard.state.answers?.notes).toEqual([guessed]);
	expect(wizard.type(`\x1b[5~${down.repeat(3)} x`).state.answers?.notes).toEqual([]);
});

describe("further fields", () => {
	const more = () => atField("more").type(" ");
	/** Types into the last row of a field, in place of its text. */
	const fill = (wizard: Drive, field: string, text: string) => toLast(wizard, field).type(`\x15${text}`);
	const fieldsOf = (wizard: Drive) => wizard.state.form?.rows.map(({ field }) => field) ?? [];

	test("are hidden until Space on the row before them, and hide again", () => {
		const usual = fieldsOf(atForm());
		expect(usual.at(-1)).toBe("more");
		expect([...new Set(fieldsOf(more()).slice(usual.length))]).toEqual([...furtherFields]);
		expect(fieldsOf(more().type(" "))).toEqual(usual);
	});

	test("become the answers that the options give, and stay when they are hidden", () => {
		const wizard = more();
		const account = { dedicatedAccount: "cage-web", acceptFinding: "device" };
		const limits = { limitMemory: "512M", limitFiles: "64", directory: "/run/web:0750" };
		const permissions = { calls: " ", allow: "unix-sockets", refuse: "netlink" };
		for (const [field, text] of Object.entries({ ...account, ...limits, ...permissions, more: " " })) fill(wizard, field, text);
		const { answers } = wizard.state;
		expect(wizard.state.form?.problems).toEqual([]);
		expect(answers && equivalentCommand(answers, redis)).toBe(
			"cagewright make redis --calls observed --limit-memory 536870912 --limit-files 64 --directory /run/web:0750 --allow unix-sockets --refuse netlink --dedicated-account cage-web --accept-finding device --yes",
		);
		expect(answers && countFurther(answers)).toBe(8);
		const again = fill(wizard, "more", " ");
		expect(texts(again, "limitMemory")).toEqual(["536870912"]);
		expect(texts(again, "allow")).toEqual(["unix-sockets", ""]);
	});

	test("with a text that cannot be read are problems of their row", () => {
		const wizard = more();
		for (const [field, text, code] of [
			["dedicatedAccount", "Web!", "account-name-invalid"],
			["limitMemory", "1", "size-invalid"],
			["limitFiles", "2", "number-invalid"],
			["allow", "everything", "opening-unknown"],
			["directory", "run", "path-not-absolute"],
			["acceptFinding", "nothing", "finding-unknown"],
		] as const) {
			fill(wizard, field, text);
			expect(wizard.state.form?.problems.at(0), field).toMatchObject({ field, code });
			wizard.type("\x15");
			expect(wizard.state.form?.problems, field).toEqual([]);
		}
	});

	test("refuse no permission that is also granted", () => {
		const wizard = fill(fill(more(), "allow", "netlink"), "refuse", "netlink");
		expect(wizard.state.form?.problems).toMatchObject([{ field: "refuse", code: "opening-both" }]);
		expect(wizard.state.answers?.rules).toMatchObject({ allow: ["netlink"], refuse: [] });
	});
});

describe("the port of the command", () => {
	const proposal = {
		...redis,
		application: {
			...redis.application,
			command: ["/usr/bin/server", "--bind", "127.0.0.1:8080", "--workers", "4"],
			probes: ["curl -fsS http://127.0.0.1:8080/", "test -e /run/server.pid"],
			exercises: ["curl -fsS http://127.0.0.1:8080/status?of=8080"],
		},
	};

	/** The cursor is at the end of the port. */
	const atPort = (): Drive => atForm(proposal).type(`\x1b[5~\x1b[B${"\x1b[D".repeat(" --workers 4".length)}`);

	const application = (wizard: Drive) => wizard.state.answers?.application;

	test("proposed probes follow the port of the command, key by key", () => {
		const wizard = atPort().type("\x7f\x7f");
		expect(application(wizard)?.command[2]).toBe("127.0.0.1:80");
		expect(application(wizard)?.probes).toEqual(["curl -fsS http://127.0.0.1:80/", "test -e /run/server.pid"]);
		expect(application(wizard.type("99"))?.exercises).toEqual(["curl -fsS http://127.0.0.1:8099/status?of=8099"]);
		// An empty port changes nothing.
		expect(application(wizard.type("\x7f\x7f\x7f\x7f"))?.probes[0]).toBe("curl -fsS http://127.0.0.1:8/");
		expect(application(wizard.type("7000"))?.probes[0]).toBe("curl -fsS http://127.0.0.1:7000/");
	});

	test("an edited probe does not follow the port", () => {
		const wizard = atPort().type(`${down}${down} more${up}${up}`);
		expect(wizard.state.form?.rows[wizard.state.form.cursor]?.field).toBe("command");
		wizard.type("\x7f1");
		const { command, exercises, probes } = application(wizard) ?? redis.application;
		expect([command[2], probes[0]]).toEqual(["127.0.0.1:8081", "curl -fsS http://127.0.0.1:8080/ more"]);
		expect(exercises).toEqual(["curl -fsS http://127.0.0.1:8081/status?of=8081"]);
	});

	test("other numbers of the command do not change the probe", () => {
		const { command, probes } = application(atPort().type("\x1b[F\x7f8080")) ?? redis.application;
		expect([command.at(-1), probes]).toEqual(["8080", proposal.application.probes]);
	});
});
