import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../src/wizard/host/clock.ts";
import { WizardStore } from "../../src/wizard/runner.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/state/keys.ts";
import { ScriptedSession } from "./scripted-session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function atFiles() {
	const session = new ScriptedSession();
	const store = new WizardStore(session, systemClock);
	const press = (input: string) => store.press(decodeKeys(nothingDecoded, input).keys);
	const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
	store.start();
	for (const keys of ["", "\x1b[B\r", "\r", "\r"]) {
		press(keys);
		await pass(1000);
	}
	expect(store.state.screen).toBe("files");
	expect(store.state.plan).toBeDefined();
	const plans = () => session.calls.filter((call) => call === "plan").length;
	return { store, press, pass, plans };
}

test("many decisions in a row are planned once, after the last", async () => {
	const { pass, plans, press, store } = await atFiles();
	expect(plans()).toBe(1);
	for (const keys of ["jjlll ", "j ", "j "]) {
		await pass(100);
		press(keys);
	}
	expect(plans()).toBe(1);
	await pass(500);
	expect(plans()).toBe(2);
	expect(store.state.plan?.rules.exclude.length).toBe(3);
});

test("Enter in the same read as a decision plans at once and goes on", async () => {
	const { pass, plans, press, store } = await atFiles();
	press("jjlll \r");
	expect(store.state.screen).toBe("files");
	await pass(20);
	expect(plans()).toBe(2);
	expect(store.state.screen).toBe("accounts");
	expect(store.state.plan?.rules.exclude.length).toBe(1);
});
