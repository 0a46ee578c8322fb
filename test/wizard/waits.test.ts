import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../src/wizard/host/clock.ts";
import { waitText } from "../../src/wizard/reduce/waits.ts";
import { WizardStore } from "../../src/wizard/runner.ts";
import type { Choice } from "../../src/wizard/state/choice.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/state/keys.ts";
import { patience } from "../system/eventually.ts";
import { messagesIn } from "../texts.ts";
import { redis, ScriptedSession } from "../ui/scripted-session.ts";
import { answeredProbe, atChoices, atForm, atTrace, type Drive, down, enter, started } from "./drive.ts";

const messages = messagesIn("en");
const shown = (wizard: Drive) => waitText(wizard.state, messages);
const at = (wizard: Drive, ...seconds: readonly number[]): Drive => {
	for (const second of seconds) wizard.act({ type: "ticked", at: 5000 + 1000 * second });
	return wizard;
};
const choice: Choice = { id: "template:redis", kind: "template", name: "redis", description: "The key-value store" };

describe("a long wait", () => {
	test("says for what and how long, from the third second on", () => {
		const wizard = atChoices(choice).type(enter);
		expect(shown(at(wizard, 0, 2.9))).toBeUndefined();
		expect(shown(at(wizard, 3.1))).toBe("Finding out how it starts: 3 s");
		expect(shown(wizard.answer({ job: "propose", value: redis }))).toBeUndefined();
	});

	test("names the limit where there is one", () => {
		const wizard = atForm()
			.type(`\x1b[5~${down.repeat(3)}`)
			.press("ctrl-t");
		expect(wizard.wanted()).toContain("probe");
		expect(shown(at(wizard, 0, 4))).toBe("Trying the probe: 4 s of up to 25 s");
	});

	test("counts again for the next job of the same kind", () => {
		const wizard = at(atChoices(choice).type(enter), 0, 8).fail("propose", { code: "internal", values: { detail: "" } });
		expect(shown(at(wizard.type(enter), 9, 10))).toBeUndefined();
		expect(shown(at(wizard, 12))).toBe("Finding out how it starts: 3 s");
	});

	test("is not a trace that answers, but its end is", () => {
		const wizard = at(atTrace(), 0, 4);
		expect(shown(wizard)).toBe("Tracing: 4 s");
		expect(shown(wizard.happen(started, answeredProbe))).toBeUndefined();
		expect(shown(wizard.type(enter))).toBe("Tracing: 4 s");
		wizard.happen({ event: "waited", seconds: 5, limit: 90, for: "end", program: "redis-server" });
		expect(shown(wizard)).toBeUndefined();
	});
});

test("the wizard's own clock counts", async () => {
	const session = new ScriptedSession();
	session.propose = () => new Promise(() => {});
	const store = new WizardStore(session, systemClock);
	onTestFinished(() => store.dispose());
	store.start();
	await vi.waitFor(() => expect(store.state.choices?.length).toBeGreaterThan(0), patience);
	store.press(decodeKeys(nothingDecoded, `${down}${enter}`).keys);
	await vi.waitFor(() => expect(waitText(store.state, messages)).toMatch(/^Finding out how it starts: [3-9] s$/), patience);
});
