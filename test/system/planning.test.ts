import { readdirSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { ThreadPlanner } from "../../src/base/host/thread-planner.ts";
import type { Cage } from "../../src/cage/cage.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { planStep } from "../../src/make/engine/steps.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { Wizard } from "../../src/wizard/session/engine-session.ts";
import { SystemChooser } from "../../src/wizard/verbs/chooser.ts";
import { bareApplication, cageOf } from "../cage/plans.ts";
import { isLong } from "../long.ts";
import { application, type Did, rules, trace } from "../plan/traces.ts";
import { messagesIn } from "../texts.ts";
import { temporaryFolder, temporaryState } from "./cagewright.ts";
import { redisIn } from "./daemons.ts";
import { freePort } from "./network.ts";

const state = temporaryState();
const planner = new ThreadPlanner(state);
const never = new AbortController().signal;
afterEach(() => planner.close());

/** A trace with many of this machine's files, links on the paths, a writable directory and shared sets of files. */
function seen(): Trace {
	const programs = readdirSync("/usr/bin")
		.slice(0, 120)
		.map((name): [string, Did] => [`/usr/bin/${name}`, { did: "look read" }]);
	const ways: [string, Did][] = [
		["/lib", "look"],
		["/etc/passwd", "read"],
		["/etc/hostname", { did: "read", real: "/etc/hostname" }],
		["/var/lib/nothing-there/state", "ENOENT:read"],
		["/var/cache/file", { did: "write create", owner: { uid: 0, gid: 0 } }],
	];
	return trace(Object.fromEntries([...programs, ...ways]), { uids: new Set([0]), ports: new Set(["tcp 7"]) });
}

const cage = (values: Partial<Cage> = {}) =>
	cageOf({
		name: "planned",
		application: { ...application, command: ["/bin/sh"] },
		rules: rules({ exclude: ["/usr/bin/p*"], include: ["/etc/init.d"] }),
		...values,
	});

const whole = (one: Cage, of: Trace) => planStep({ machine: systemMachine(state), emit() {}, signal: never }, one, of);

/** A plan without what changes when another test makes an account: the number of accounts, and the time of /etc. */
function settled({ accounts, entries, ...plan }: Plan) {
	return {
		...plan,
		accounts: { ...accounts, usersLeftOut: 0, groupsLeftOut: 0 },
		entries: entries.map((entry) => (entry.kind === "directory" ? { ...entry, mtime: 0 } : entry)),
	};
}

test("the planning thread makes the same plan as the plan step, also with other rules and another trace", async () => {
	const first = seen();
	expect(first.accesses.size).toBeGreaterThan(100);
	const planned = await planner.plan(cage(), first, never);
	expect(settled(planned)).toEqual(settled(await whole(cage(), first)));
	expect(planned.entries.length).toBeGreaterThan(100);
	// The same trace with other rules, then another trace.
	const other = cage({ rules: rules({ exclude: ["/usr/bin/*"] }) });
	expect(settled(await planner.plan(other, first, never))).toEqual(settled(await whole(other, first)));
	const second = trace({ "/etc/hostname": "read" });
	expect(settled(await planner.plan(cage(), second, never))).toEqual(settled(await whole(cage(), second)));
});

test.runIf(isLong)("the planning thread returns a failure unchanged, and then makes the next plan", async () => {
	const impossible = cage({ rules: rules({ include: ["/nowhere/at/all"] }) });
	const failure = await planner.plan(impossible, seen(), never).catch((error: unknown) => error);
	const thrown = await whole(impossible, seen()).catch((error: unknown) => error);
	expect(thrown).toBeInstanceOf(Failure);
	expect(failure).toEqual(thrown);
	expect((await planner.plan(cage(), seen(), never)).entries.length).toBeGreaterThan(100);
});

test("a cancelled plan ends at once with the reason, and a new thread makes the next one", async () => {
	const calledOff = new AbortController();
	const planning = planner.plan(cage(), seen(), calledOff.signal);
	calledOff.abort();
	await expect(planning).rejects.toThrow("aborted");
	await expect(planner.plan(cage(), seen(), calledOff.signal)).rejects.toThrow("aborted");
	expect((await planner.plan(cage(), seen(), never)).entries.length).toBeGreaterThan(100);
});

test.runIf(isLong)("a new decision cancels the wizard's plan that is still being made", async () => {
	const machine = systemMachine(state);
	let begun = () => {};
	const hasBegun = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const first = {
		plan: (_: Cage, __: Trace, signal: AbortSignal) =>
			new Promise<never>((_, reject) => {
				signal.addEventListener("abort", () => reject(signal.reason));
				begun();
			}),
	};
	let plans = 0;
	const slowAtFirst = {
		plan: (one: Cage, of: Trace, signal: AbortSignal) => (plans++ === 0 ? first : planner).plan(one, of, signal),
		close: () => planner.close(),
	};
	const daemon = redisIn(temporaryFolder("redis"), await freePort());
	const writeRecord = () => "";
	const options = { terminal: "dumb", full: false, jobs: 1 };
	const wizard = new Wizard(machine, new SystemChooser(machine, messagesIn("en")), slowAtFirst, { ...options, writeRecord });
	const answers = {
		name: "planned",
		application: { ...bareApplication, command: ["/usr/bin/redis-server", ...daemon.command.slice(1)], probes: [daemon.probe] },
		rules: rules({}),
		onHost: false,
		rounds: 1,
	};
	try {
		// The trace ends as soon as the application answers.
		wizard.listen(() => wizard.finishEarly());
		await wizard.trace(answers);
		const outdated = wizard.plan({ ...answers, rules: rules({ include: ["/"] }) });
		await hasBegun;
		const plan = wizard.plan(answers);
		await expect(outdated).rejects.toThrow("aborted");
		expect((await plan).rules).toEqual(answers.rules);
	} finally {
		await wizard.close();
	}
});
