import { describe, expect, test } from "vitest";
import { offered } from "../../src/wizard/bindings/footer.ts";
import type { SavingItem } from "../../src/wizard/state/state.ts";
import type { FinishedCage } from "../../src/wizard/state/values.ts";
import { saveItems } from "../../src/wizard/steps/save/reduce.ts";
import { hostView } from "../ui/scripted-plan.ts";
import { absent, selftestOf } from "../ui/scripted-session.ts";
import { atBuild, atSave, atTrial, atVerdict, down, enter, finished, measured, safe, tried } from "./drive.ts";

const answers = () => atTrial(tried(true));
const escaped = { job: "selftest", value: { test: selftestOf(["signal", "climb"], ["seccomp"]) } } as const;

describe("the self-test", () => {
	test("starts when the application answers", () => {
		expect(atTrial(tried(false, [absent])).state.jobs.selftest).toBeUndefined();
		expect(answers().state.jobs.selftest).toBeDefined();
	});

	test("reports progress until the verdict", () => {
		const progress = { launch: 2, launches: 3, tried: 40, ways: 137 };
		const wizard = answers().happen({ event: "ways-tried", ...progress });
		expect(wizard.state.trial.testing).toEqual(progress);
		const { tested, testing } = wizard.answer(safe).state.trial;
		expect([testing, tested]).toEqual([undefined, safe.value]);
	});

	test("delays saving until the verdict", () => {
		const wizard = answers().type(enter + enter);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["save"]);
		expect(wizard.answer(safe).wanted()).toEqual(["finish"]);
	});

	test("saves nothing after its verdict if nobody chose how", () => {
		const wizard = answers().type(enter).answer(safe);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["save"]);
		const left = answers()
			.type(enter + enter)
			.press("escape")
			.answer(safe);
		expect([left.state.screen, ...left.wanted()]).toEqual(["trial"]);
	});

	test("asks before a cage with an escape is saved", () => {
		const wizard = answers()
			.answer(escaped)
			.type(enter + enter);
		expect([wizard.state.question, ...wizard.wanted()]).toEqual([{ kind: "escape", escaped: 2, missing: 1 }]);
		expect(wizard.type("y").wanted()).toEqual(["finish"]);
		expect(wizard.answer({ job: "finish", value: finished }).type(enter).state.exit).toBe(1);
	});

	test("shows the escapes if the answer is no", () => {
		const wizard = answers()
			.type(enter + enter)
			.answer(escaped)
			.type("n");
		expect([wizard.state.screen, wizard.state.overlay, ...wizard.wanted()]).toEqual(["trial", "selftest"]);
	});

	test("does not block saving if it cannot run", () => {
		const wizard = answers().answer({
			job: "selftest",
			value: { untried: { code: "selftest-broken", values: { detail: "climb" } } },
		});
		expect(wizard.type(enter + enter).wanted()).toEqual(["finish"]);
	});

	test("is cancelled by another candidate", () => {
		const wizard = answers().type("r");
		expect([wizard.state.trial.tested, ...wizard.wanted()]).toEqual([undefined, "cancel", "try"]);
		const back = answers().press("escape");
		expect([back.state.screen, ...back.wanted()]).toEqual(["build", "cancel"]);
	});
});

describe("the pages of a trial", () => {
	test("show the end of the output, also while the application runs", () => {
		const wizard = atBuild().type(enter).happen({ event: "round-started", round: 1, rounds: 5 }).type("o");
		expect(wizard.act(measured(40)).state).toMatchObject({ overlay: "output", scroll: 40 });
		expect(wizard.act(measured(50)).state.scroll).toBe(50);
		expect(wizard.type("k").act(measured(60)).state.scroll).toBe(49);
		expect(wizard.type("o").state.overlay).toBeUndefined();
	});

	test("can be searched, and n and N cycle through the matches", () => {
		const wizard = atTrial(tried(false)).type("o").act(measured(100)).type("g/err");
		expect(wizard.state.find?.text).toBe("err");
		wizard.act({ ...measured(100), found: [7, 30, 104] });
		expect(wizard.state).toMatchObject({ scroll: 7, find: { at: 7 } });
		expect(wizard.type(`${enter}n`).state).toMatchObject({ scroll: 30, find: { at: 30 } });
		expect(wizard.type("n").state).toMatchObject({ scroll: 100, find: { at: 104 } });
		expect(wizard.type("n").state.find?.at).toBe(7);
		expect(wizard.type("N").state).toMatchObject({ overlay: "output", find: { at: 104 } });
	});

	test("go to a later match if all keys arrive at once", () => {
		const wizard = atTrial(tried(false)).type(`og/err${enter}nn`);
		expect(wizard.act({ ...measured(100), found: [7, 30, 104] }).state.find?.at).toBe(104);
	});

	test("clear the search with the first Esc and close with the second", () => {
		const wizard = atTrial(tried(false)).type("o/x\x1b");
		// A lone Esc waits for the rest of a sequence; the next key shows that it was one.
		wizard.press("escape");
		expect([wizard.state.find, wizard.state.prompt, wizard.state.overlay]).toEqual([undefined, undefined, "output"]);
		expect(wizard.press("escape").state.overlay).toBeUndefined();
	});

	test("say that there is no verdict yet", () => {
		expect(answers().type("t").state.notice?.code).toBe("testing");
		expect(atTrial(tried(false)).type("t").state.notice?.code).toBe("untested");
		expect(atVerdict().type("t").state.overlay).toBe("selftest");
	});
});

describe("a shell in the cage", () => {
	test("is available after a trial, but not during the self-test", () => {
		expect(answers().type("!").wanted()).toEqual([]);
		expect(atVerdict().type("!").wanted()).toEqual(["shell"]);
		expect(atTrial(tried(false)).type("!").wanted()).toEqual(["shell"]);
	});

	test("ignores the wizard's keys until it exits", () => {
		const wizard = atVerdict();
		expect(wizard.type(`!r${enter}`).wanted()).toEqual(["shell"]);
		wizard.answer({ job: "shell", value: 7 });
		expect([wizard.state.screen, wizard.state.trial.tested]).toEqual(["trial", safe.value]);
		expect(wizard.type(enter + enter).wanted()).toEqual(["finish"]);
	});
});

describe("the menu before saving", () => {
	const atMenu = () => atVerdict().type(enter);
	const chosen = (item: SavingItem) => {
		const wizard = atMenu().answer({ job: "host-view", value: hostView });
		wizard.type("j".repeat(saveItems(wizard.state).indexOf(item)) + enter);
		expect(wizard.intentions.at(-1)?.job).toBe("finish");
		return wizard.answer({ job: "finish", value: finished });
	};

	test("offers a service only where one can be installed", () => {
		const { state } = atMenu();
		const { service: _, ...alone } = hostView;
		expect(saveItems(state)).toEqual(["save", "save-template", "save-export"]);
		expect(saveItems({ ...state, hostView: alone })).toEqual(["save", "save-serve", "save-template", "save-export"]);
		expect(saveItems({ ...state, hostView })).toContain("save-adopt");
		expect(saveItems({ ...state, hostView: { ...hostView, installs: false } })).not.toContain("save-adopt");
	});

	test("shows the finished cage after Save", () => {
		const { state } = chosen("save");
		expect([state.screen, state.trial.saved, state.action, state.prompt, state.saving]).toEqual([
			"save",
			true,
			undefined,
			undefined,
			undefined,
		]);
	});

	test.each([
		["save-serve", "install-unit", undefined],
		["save-adopt", "adopt", "redis-server.service"],
	] as const)("goes on with the page of the action: %s", (item, action, value) => {
		const wizard = chosen(item);
		expect(wizard.state.screen).toBe("cage");
		expect(wizard.intentions.at(-1)).toMatchObject({
			job: "preview",
			request: { action, cage: "redis", ...(value === undefined ? {} : { value }) },
		});
	});

	test("asks for the name of a template or an archive after saving", () => {
		expect(chosen("save-template").state).toMatchObject({
			screen: "save",
			prompt: { kind: "template", line: { text: "redis" } },
		});
		const archive = chosen("save-export");
		expect(archive.state).toMatchObject({ screen: "cage", prompt: { kind: "export", line: { text: "redis.tar" } } });
		archive.type(enter);
		expect(archive.intentions.at(-1)).toMatchObject({ job: "preview", request: { action: "export", value: "redis.tar" } });
	});

	test("is shown again if the cage could not be saved", () => {
		const wizard = atMenu().type(`j${enter}`).fail("finish", { code: "no-space", values: {} });
		expect([wizard.state.saving, wizard.state.failure?.code]).toEqual([undefined, "no-space"]);
		expect(wizard.forget().type(enter).wanted()).toEqual(["finish"]);
	});
});

describe("the steps after saving", () => {
	test("offer drop-in and installation only if they are possible", () => {
		const { service: _, ...alone } = finished;
		const always = ["end", "template", "export", "cage", "record", "names", "next", "unit"];
		const { trial } = atSave().state;
		expect(saveItems({ trial, finished: { ...alone, installs: false } })).toEqual(always);
		expect(saveItems({ trial, finished })).toContain("install-dropin");
		expect(saveItems({ trial, finished }).slice(0, 3)).toEqual(["end", "serve", "adopt"]);
	});

	test("adopt the running service after a preview on the cage's page", () => {
		const wizard = atSave().type(down + down + enter);
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["cage", "cage", "preview"]);
		const preview = { lines: ["It moves."], command: "cagewright adopt redis-server", acts: true };
		wizard.answer({ job: "preview", value: preview }).forget().type(enter);
		expect(wizard.intentions).toMatchObject([{ job: "act", request: { action: "adopt", value: "redis-server.service" } }]);
	});

	test("show a text again without another request", () => {
		const wizard = atSave().type(down.repeat(6) + enter);
		expect(wizard.wanted()).toEqual(["text"]);
		expect(wizard.answer({ job: "text", value: { page: "record", text: "# redis" } }).state.overlay).toBe("record");
		wizard.type(`q${enter}`);
		expect([wizard.state.overlay, ...wizard.wanted()]).toEqual(["record"]);
	});

	test.each([
		["unit-installed", "cage-redis.service", "/etc/x"],
		["dropin-installed", "redis-server.service", "/etc/systemd/system/redis-server.service.d/zz-cagewright.conf"],
	])("install a unit only after a confirmation, and explain it: %s", (code, unit, place) => {
		const wizard = atSave().type(`jjjjjjjjjj${enter}`);
		expect(wizard.state.question?.kind).toBe("install-unit");
		expect(wizard.type("n").wanted()).toEqual([]);
		expect(wizard.type(`${enter}y`).wanted()).toEqual(["install-unit"]);
		wizard.answer({ job: "install-unit", value: { action: "installed", place, unit } });
		expect(wizard.state.notice).toEqual({ code, values: { place, unit } });
	});

	test("lead back to the trial and forward again without saving twice", () => {
		const wizard = atSave();
		expect(wizard.press("escape").state.screen).toBe("trial");
		expect([wizard.type(enter).state.screen, ...wizard.wanted()]).toEqual(["save"]);
	});

	test("save a newer round", () => {
		const wizard = atSave().press("escape");
		expect(wizard.type("r").wanted()).toEqual(["try"]);
		wizard.answer({ job: "try", value: tried(true) }).answer(safe);
		expect(
			wizard
				.forget()
				.type(enter + enter)
				.wanted(),
		).toEqual(["finish"]);
	});

	test.each([enter, "q"])("exit with the status of make after %j", (key) => expect(atSave().type(key).state.exit).toBe(0));
});

test("the footer offers to select missing items only if one of them can be added", () => {
	const commands = (round: Parameters<typeof atTrial>[0]) => offered(atTrial(round).state).map(({ command }) => command);
	expect(commands(tried(false, [absent]))).toContain("toggle");
	expect(commands(tried(false, [{ ...absent, declined: true }]))).not.toContain("toggle");
});

describe("the names for the record", () => {
	const atNames = (names: Partial<FinishedCage["names"]> = {}) => {
		const wizard = atSave(names);
		return wizard.type("j".repeat(saveItems(wizard.state).indexOf("names")) + enter);
	};

	test("are asked only where they are chosen, with the known names as default", () => {
		expect(atSave({ initiatedBy: "Erika" }).state.prompt).toBeUndefined();
		const wizard = atNames({ initiatedBy: "Erika" });
		expect(wizard.state.prompt).toMatchObject({ kind: "initiated-by", line: { text: "Erika" } });
		expect(wizard.type(enter).state.prompt).toMatchObject({ kind: "implemented-by", line: { text: "operator" } });
		expect(wizard.type(enter).intentions).toMatchObject([{ job: "names", initiatedBy: "Erika", implementedBy: "operator" }]);
		wizard.answer({ job: "names", value: { initiatedBy: "Erika", implementedBy: "operator" } });
		expect([wizard.state.prompt, wizard.state.notice?.code]).toEqual([undefined, "names-kept"]);
	});

	test("are said to be open if both are empty", () => {
		const wizard = atNames().type(enter).type(`\x15${enter}`);
		wizard.answer({ job: "names", value: { initiatedBy: "", implementedBy: "" } });
		expect(wizard.state.notice?.code).toBe("names-open");
	});

	test("are saved as typed, and an empty one stays open", () => {
		const wizard = atNames({ initiatedBy: "Erika" }).type(`\x15${enter}`).type(`\x15Max${enter}`);
		expect(wizard.intentions).toMatchObject([{ job: "names", initiatedBy: "", implementedBy: "Max" }]);
	});

	test("stay unchanged after Esc, and a proposal is not taken", () => {
		const wizard = atNames({ initiatedBy: "Erika" }).type("xx").press("escape").type("yy").press("escape");
		expect(wizard.intentions).toMatchObject([{ job: "names", initiatedBy: "Erika", implementedBy: "" }]);
	});

	test("update the displayed record", () => {
		const wizard = atSave();
		const item = saveItems(wizard.state).indexOf("record");
		wizard.type("j".repeat(item) + enter).answer({ job: "text", value: { page: "record", text: "old" } });
		wizard.type(`qj${enter}`);
		expect(wizard.state.prompt?.kind).toBe("initiated-by");
		wizard.type(`Erika${enter}${enter}`).answer({ job: "names", value: { ...finished.names, initiatedBy: "Erika" } });
		expect([wizard.state.texts.record, wizard.state.finished?.names.initiatedBy]).toEqual([undefined, "Erika"]);
	});
});
