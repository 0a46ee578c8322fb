import { describe, expect, test } from "vitest";
import { findMissing } from "../../../src/core/plan/find-missing.ts";
import { planCalls } from "../../../src/core/plan/plan-calls.ts";
import { application, asRoot, planFor, rules, trace } from "./traces.ts";
import { tree } from "./tree.ts";

const observed = { calls: "observed" } as const;
const seen = trace({}, { systemCalls: new Set(["read", "accept4"]) });

describe("the calls that a plan permits", () => {
	test("are not judged by the general filter", () => {
		expect(planCalls({}, rules({}), seen, [], [])).toBeUndefined();
		expect(() => planCalls({}, rules({ allow: ["call:mlock"] }), seen, [], [])).toThrow(
			expect.objectContaining({ code: "calls-general", exit: 2 }),
		);
	});
	test("need a trace of all calls", () => {
		expect(() => planCalls(observed, rules({}), trace({}), [], [])).toThrow(
			expect.objectContaining({ code: "calls-unobserved", exit: 2 }),
		);
	});
	test("are those of the trace and of trials, and what options name", () => {
		const additions = [{ kind: "call", name: "mlock", call: "mlock", round: 1 }] as const;
		const asked = rules({ allow: ["call:msgget", "memfd"], refuse: ["call:listen"] });
		expect(planCalls(observed, asked, seen, additions, [])).toEqual({
			made: ["accept4", "mlock", "read"],
			allowed: ["msgget"],
			refused: ["listen"],
		});
	});
	test("include those of granted capabilities, unless they are idle", () => {
		const granted = [
			{ name: "chown", why: "chown" },
			{ name: "sys_time", why: "capset", idle: true },
		] as const;
		expect(planCalls(observed, rules({}), seen, [], granted)?.allowed).toEqual(["chown", "fchown", "fchownat", "lchown"]);
	});
});

describe("a call that only the application's own filter refuses", () => {
	const files = tree({});
	const plan = planFor(files, seen, { identity: asRoot, application: { ...application, ...observed } });
	const found = (call: string, error: string) =>
		findMissing(seen, trace({}, { refusals: new Map([[call, { call, error, count: 1 }]]) }), plan, files, 2);
	test("is missing in the trial, with a remedy", () => {
		expect(found("msgget", "EPERM")).toMatchObject([
			{ kind: "filtered", call: "msgget", remedy: { kind: "call", name: "msgget", round: 2 } },
		]);
	});
	test("is named if the kernel killed for it", () => {
		expect(found("ptrace", "SIGSYS")).toMatchObject([
			{ call: "ptrace", error: "SIGSYS", remedy: { kind: "call", name: "ptrace" } },
		]);
	});
	test("is another matter than a capability", () => {
		expect(found("setpriority", "EPERM")).toMatchObject([{ kind: "filtered", remedy: { kind: "call" } }]);
		expect(found("setgroups", "EPERM")).toMatchObject([{ kind: "capability", remedy: { kind: "capability" } }]);
	});
});
