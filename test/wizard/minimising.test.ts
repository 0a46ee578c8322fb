import { describe, expect, test } from "vitest";
import { bindingsOf } from "../../src/wizard/bindings.ts";
import { offered } from "../../src/wizard/footer.ts";
import { settle } from "../../src/wizard/session/session-keeper.ts";
import { planFor, redis, selftestOf, unneededOf } from "../ui/scripted-session.ts";
import { atTrial, enter, finished, tried } from "./drive.ts";

const answering = () => {
	const wizard = atTrial(tried(true)).answer({ job: "selftest", value: { test: selftestOf() } });
	wizard.wanted();
	return wizard;
};
const searching = () => {
	const wizard = answering().type("m");
	wizard.wanted();
	return wizard;
};
const progress = { trials: 3, estimated: 9, kept: 1, leftOut: 7, open: 12, files: 7, bytes: 7000 };
const words = (wizard: { state: Parameters<typeof offered>[0] }) => offered(wizard.state).map(({ command }) => command);

describe("leaving out what nothing needs", () => {
	test("is begun by a key once the application answers and the ways out are tried", () => {
		const wizard = answering();
		expect(words(wizard)).toContain("minimise");
		expect(wizard.type("m").wanted()).toEqual(["minimise"]);
		expect(wizard.state.minimising).toEqual({});
	});

	test("says why not where the cage does not answer, is being tested, or is saved", () => {
		const dead = atTrial(tried(false)).type("m");
		expect([dead.state.notice?.code, ...dead.wanted()]).toEqual(["minimise-unanswered-yet"]);
		expect(words(dead)).not.toContain("minimise");
		expect(atTrial(tried(true)).type("m").state.notice?.code).toBe("testing");
		const saved = answering().type(enter).answer({ job: "finish", value: finished }).press("escape").type("m");
		expect([saved.state.screen, saved.state.notice?.code]).toEqual(["trial", "minimise-saved"]);
		expect(words(saved)).not.toContain("minimise");
	});

	test("tells how far it is, and nothing else can be begun meanwhile", () => {
		const wizard = searching().happen({ event: "subset-tried", ...progress });
		expect(wizard.state.minimising).toEqual({ progress });
		expect(words(wizard)).toEqual(expect.arrayContaining(["finish-search", "back", "quit"]));
		wizard.type("r3s!tm ");
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["trial"]);
	});

	test("is ended by Enter with the best so far, which is tried once more", () => {
		const wizard = searching()
			.happen({ event: "subset-tried", ...progress })
			.type(enter);
		expect(wizard.wanted()).toEqual(["finish-early"]);
		expect(wizard.state.minimising).toEqual({ progress, isEnding: true });
		wizard.happen({ event: "subset-tried", ...progress, trials: 4 });
		expect(wizard.state.minimising).toEqual({ progress: { ...progress, trials: 4 }, isEnding: true });
		expect(words(wizard)).not.toContain("finish-search");
		wizard.answer({ job: "minimise", value: unneededOf(redis) });
		expect([wizard.state.overlay, wizard.state.minimising]).toEqual(["unneeded", undefined]);
	});

	test("is forgotten by Esc, and by quitting: the cage stays as it is", () => {
		const wizard = searching().press("escape");
		expect([wizard.state.screen, wizard.state.notice?.code, ...wizard.wanted()]).toEqual(["trial", "minimise-stopped", "cancel"]);
		expect(wizard.state.minimising).toBeUndefined();
		// What comes late is not wanted any more.
		wizard.answer({ job: "minimise", value: unneededOf(redis) });
		expect(wizard.state.overlay).toBeUndefined();
		expect(searching().type("qy").wanted()).toEqual(["cancel"]);
	});

	test("shows what it found; b makes the next candidate without it, which is tried like any other", () => {
		const wizard = searching().answer({ job: "minimise", value: unneededOf(redis) });
		expect(words(wizard)).toEqual(expect.arrayContaining(["leave-out", "close"]));
		// An Enter that was to end the search, and comes the moment after it ended by itself.
		wizard.type(enter);
		expect([wizard.state.overlay, ...wizard.wanted()]).toEqual(["unneeded"]);
		wizard.type("jb");
		expect(wizard.wanted()).toEqual(["leave-out", "plan"]);
		expect([wizard.state.overlay, wizard.state.unneeded]).toEqual([undefined, undefined]);
		wizard.answer({ job: "plan", value: planFor(redis) });
		expect(wizard.wanted()).toEqual(["try"]);
		// The verdict of the candidate before says nothing of this one.
		expect(wizard.state.trial.tested).toBeUndefined();
		wizard.answer({ job: "try", value: tried(true) });
		expect([wizard.state.screen, ...wizard.wanted()]).toEqual(["trial", "selftest"]);
	});

	test.each(["escape", "q", "left"])("is left alone by %s on the page, and the candidate can be saved as it is", (key) => {
		const wizard = searching()
			.answer({ job: "minimise", value: unneededOf(redis) })
			.press(key);
		expect([wizard.state.overlay, ...wizard.wanted()]).toEqual([undefined]);
		expect(wizard.type(enter).wanted()).toEqual(["finish"]);
	});

	test("where nothing can go there is nothing to be chosen", () => {
		const nothing = { ...unneededOf(redis), left: [] };
		const wizard = searching().answer({ job: "minimise", value: nothing });
		expect(bindingsOf(wizard.state).map(({ command }) => command)).not.toContain("leave-out");
		expect([wizard.type(enter).state.overlay, ...wizard.wanted()]).toEqual([undefined]);
	});

	test("that fails says so, and the candidate is as it was", () => {
		const wizard = searching().fail("minimise", { code: "minimise-unanswered", values: { name: "redis", probe: "x" } });
		expect([wizard.state.failure?.code, wizard.state.minimising]).toEqual(["minimise-unanswered", undefined]);
		expect(wizard.type(enter).wanted()).toEqual(["finish"]);
	});

	test("that a kill cut off leaves nothing of itself in what is kept", () => {
		const { minimising } = settle(searching().state);
		expect(minimising).toBeUndefined();
	});
});
