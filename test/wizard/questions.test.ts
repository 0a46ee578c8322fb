import { describe, expect, test } from "vitest";
import { atChoices, atTrace, type Drive, down, enter } from "./drive.ts";

const up = "\x1b[A";
/** A trace is worth saving, so the question has a third answer. */
const asked = (): Drive => atTrace().type("q");

describe("a question", () => {
	test("is answered with no by Enter alone", () => {
		const { answer, exit, question } = asked().type(enter).state;
		expect([answer, exit, question]).toEqual([undefined, undefined, undefined]);
	});

	test("is answered with what the arrows selected, also if all keys arrive at once", () => {
		expect(asked().type(up + enter).state.exit).toBeDefined();
		expect(asked().type(up + down + enter).state.exit).toBeUndefined();
		const discarded = asked().type(down + enter).state;
		expect([discarded.exit, discarded.discarded]).toEqual([1, true]);
	});

	test("has no answer beyond the first and the last", () => {
		expect(asked().type(up + up + up).state.answer).toBe("yes");
		expect(asked().type(down + down + down).state.answer).toBe("discard");
		const short = atChoices().type("q");
		expect(short.type(down + down).state.answer).toBe("no");
	});

	test("begins with no again the next time", () => {
		const wizard = asked().type(`${up}n`).type("q");
		expect([wizard.state.question?.kind, wizard.state.answer]).toEqual(["quit", undefined]);
	});
});
