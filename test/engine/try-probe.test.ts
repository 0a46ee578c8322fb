import { expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { noRules } from "../../src/core/application/application.ts";
import type { Answers } from "../../src/core/questions/answers.ts";
import { asPassesOnHost } from "../../src/engine/trace/try-probe.ts";
import { plan } from "../core/cage/plans.ts";

const guess = (port: number, protocol: string) => ({ code: "probe-guessed-port", values: { port, protocol } });

/** Tries these alternative lists of probes. A probe passes if the shell line succeeds on this machine. */
function tried(...ways: readonly (readonly string[])[]) {
	const [probes = [], ...otherProbes] = ways;
	const answers: Answers = {
		name: "own",
		application: { ...plan([]).application, probes },
		otherProbes,
		notes: [guess(1883, "mqtt"), guess(5222, "xmpp")],
		rules: noRules,
		onHost: false,
		rounds: 1,
	};
	const machine = systemMachine("/nonexistent");
	return asPassesOnHost({ machine, signal: new AbortController().signal }, answers);
}

test("all guessed ports get probes if the service answers at each", async () => {
	const { application, notes } = await tried(["test 1883", "test 5222"], ["test 1883"]);
	expect(application.probes).toEqual(["test 1883", "test 5222"]);
	expect(notes).toEqual([guess(1883, "mqtt"), guess(5222, "xmpp")]);
});

test("a port with another protocol is dropped with its note", async () => {
	const { application, notes, otherProbes } = await tried(["test 1883", "! test 5222"], ["test 1883"], ["! test 5222"]);
	expect(application.probes).toEqual(["test 1883"]);
	expect(notes).toEqual([guess(1883, "mqtt")]);
	expect(otherProbes).toEqual([["! test 5222"]]);
});

test("no probe is proposed if no port speaks its usual protocol", async () => {
	const { application, notes = [] } = await tried(["! test 1883", "! test 5222"], ["! test 1883"], ["! test 5222"]);
	expect(application.probes).toEqual([]);
	expect(notes.map(({ code }) => code)).toEqual(["probe-guess-failed"]);
});
