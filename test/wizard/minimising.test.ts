import { describe, expect, test } from "vitest";
import { bindingsOf } from "../../src/wizard/bindings/bindings.ts";
import { offered } from "../../src/wizard/bindings/footer.ts";
import { withoutJobs } from "../../src/wizard/session/session-keeper.ts";
import { redis, unneededOf } from "../ui/scripted-session.ts";
import { atSave, atTrial, atVerdict, enter, planned, tried } from "./drive.ts";

const searching = () => atVerdict().type("m").forget();
const found = { job: "minimise", value: unneededOf(redis) } as const;
const progress = { trials: 3, estimated: 9, kept: 1, leftOut: 7, open: 12, files: 7, bytes: 7000 };
const words = (wizard: { state: Parameters<typeof offered>[0] }) => offered(wizard.state).map(({ command }) => command);

describe("the search for unneeded files", () => {
	test("starts with a key after the answer and the self-test", () => {
		const wizard = atVerdict();
		expect(words(wizard)).toContain("minimise");
		expect([wizard.type("m").state.minimising, ...wizard.wanted()]).toEqual([{}, "minimise"]);
	});

	test("explains why it cannot start: no answer, self-test, saved", () => {
		const dead = atTrial(tried(false)).type("m");
		expect([dead.state.notice?.code, ...dead.wanted()]).toEqual(["minimise-unanswered-yet"]);
		expect(words(dead)).not.toContain("minimise");
		expect(atTrial(tried(true)).type("m").state.notice?.code).toBe("testing");
		const saved = atSave().press("escape").type("m");
		expect([saved.state.screen, saved.state.notice?.code]).toEqual(["trial", "minimise-saved"]);
		expect(words(saved)).not.toContain("minimise");
	});

	test("reports progress and blocks other work", () => {
		const wizard = searching().happen({ event: "subset-tried", ...progress });
		expect(wizard.state.minimising).toEqual({ progress });
		expect(words(wizard)).toEqual(expect.arrayContaining(["finish-search", "back", "quit"]));
		wizard.type("r3s!tm ");
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["trial"]);
	});

	test("ends with Enter, and tests the best result again", () => {
		const wizard = searching().happen({ event: "subset-tried", ...progress });
		expect(wizard.type(enter).wanted()).toEqual(["finish-early"]);
		expect(wizard.state.minimising).toEqual({ progress, isEnding: true });
		wizard.happen({ event: "subset-tried", ...progress, trials: 4 });
		expect(wizard.state.minimising).toEqual({ progress: { ...progress, trials: 4 }, isEnding: true });
		expect(words(wizard)).not.toContain("finish-search");
		wizard.answer(found);
		expect([wizard.state.overlay, wizard.state.minimising]).toEqual(["unneeded", undefined]);
	});

	test("shows its result again after other pages", () => {
		const wizard = searching().answer(found);
		wizard.type("?i").press("escape");
		expect([wizard.state.overlay, words(wizard)]).toEqual(["unneeded", expect.arrayContaining(["leave-out"])]);
		expect(wizard.press("escape").state.overlay).toBeUndefined();
		expect(wizard.type("?").press("escape").state.overlay).toBeUndefined();
	});

	test("is discarded by Esc and by quitting", () => {
		const wizard = searching().press("escape");
		const { minimising, notice, screen } = wizard.state;
		expect([minimising, screen, notice?.code, ...wizard.wanted()]).toEqual([undefined, "trial", "minimise-stopped", "cancel"]);
		// Late results are ignored.
		expect(wizard.answer(found).state.overlay).toBeUndefined();
		expect(searching().type("qy").wanted()).toEqual(["cancel"]);
	});

	test("shows its result, and b builds and tests a candidate without these files", () => {
		const wizard = searching().answer(found);
		expect(words(wizard)).toEqual(expect.arrayContaining(["leave-out", "close"]));
		// The Enter that was meant to end the search arrives just after its end.
		wizard.type(enter);
		expect([wizard.state.overlay, ...wizard.wanted()]).toEqual(["unneeded"]);
		expect(wizard.type("jb").wanted()).toEqual(["leave-out", "plan"]);
		expect([wizard.state.overlay, wizard.state.unneeded]).toEqual([undefined, undefined]);
		expect(planned(wizard).wanted()).toEqual(["try"]);
		// A new candidate has no verdict yet.
		expect(wizard.state.trial.tested).toBeUndefined();
		wizard.answer({ job: "try", value: tried(true) });
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["trial", "selftest"]);
	});

	test.each(["escape", "q", "left"])("is left alone by %s on the page, and the candidate can be saved as it is", (key) => {
		const wizard = searching().answer(found).press(key);
		expect([wizard.state.overlay, ...wizard.wanted()]).toEqual([undefined]);
		expect(wizard.type(enter + enter).wanted()).toEqual(["finish"]);
	});

	test("offers nothing if every file is needed", () => {
		const wizard = searching().answer({ job: "minimise", value: { ...unneededOf(redis), left: [] } });
		expect(bindingsOf(wizard.state).map(({ command }) => command)).not.toContain("leave-out");
		expect([wizard.type(enter).state.overlay, ...wizard.wanted()]).toEqual([undefined]);
	});

	test("reports a failure and keeps the candidate", () => {
		const wizard = searching().fail("minimise", { code: "minimise-unanswered", values: { name: "redis", probe: "x" } });
		expect([wizard.state.failure?.code, wizard.state.minimising]).toEqual(["minimise-unanswered", undefined]);
		expect(wizard.type(enter + enter).wanted()).toEqual(["finish"]);
	});

	test("stores nothing if it was killed", () => expect(withoutJobs(searching().state).minimising).toBeUndefined());
});
