import { expect, test } from "vitest";
import { Failure } from "../../../src/base/failure.ts";
import { orNothingRuns, orRequirementsStopped } from "../../../src/make/engine/trace-step.ts";

const unit = "filter.service";
const failed = new Failure("failed-in-sandbox", { command: "filter", status: 1, words: "no multiplexor" }, 1);
const services = (stopped: readonly string[], running = true) => ({
	running: () => running,
	stoppedRequirements: async () => stopped,
});
const codeOf = async (...args: Parameters<typeof orRequirementsStopped>) => (await orRequirementsStopped(...args)).code;

test("a failure names the services that the unit requires and that do not run", async () => {
	const { code, values } = await orRequirementsStopped(services(["a.service", "b.service"]), unit, failed);
	expect(code).toBe("failed-without-service");
	expect(values).toEqual({ command: "filter", status: 1, words: "no multiplexor", unit, units: "a.service b.service" });
});

test("an application without an answer, or with a failed write, may lack such a service, too", async () => {
	const silent = new Failure("not-answered-in-sandbox", { command: "filter", probe: "true" }, 1);
	expect(await codeOf(services(["a.service"]), unit, silent)).toBe("failed-without-service");
	// The service lacks the directory on its host, too.
	const pidFile = new Failure("failed-on-host-writing", { command: "filter", status: 0, path: "/run/filter/pid" }, 1);
	expect(await codeOf(services(["a.service"]), unit, pidFile)).toBe("failed-without-service");
});

test("a failure stays as it is if all of them run, if there is no unit or no systemd, or if its cause is known", async () => {
	const known = new Failure("failed-capabilities", { command: "filter", status: 1 }, 1);
	expect(await codeOf(services([]), unit, failed)).toBe("failed-in-sandbox");
	expect(await codeOf(services(["a.service"]), undefined, failed)).toBe("failed-in-sandbox");
	expect(await codeOf(services(["a.service"], false), unit, failed)).toBe("failed-in-sandbox");
	expect(await codeOf(services(["a.service"]), unit, known)).toBe("failed-capabilities");
});

test("an application that ends as its service does on this host is said to be switched off, or to miss a condition", async () => {
	const ended = new Failure("ended-itself", { command: "filter", status: 0, words: "" }, 1);
	const state = { active: "active", mainPid: 0, result: "success", status: 0, restarts: 0, hasRun: true, conditionFailed: false };
	const codeIn = async (now: Partial<typeof state>, failure = ended) => {
		const systemd = { running: () => true, state: async () => ({ ...state, ...now }) };
		return (await orNothingRuns(systemd, unit, failure)).code;
	};
	expect(await codeIn({})).toBe("ended-as-service");
	expect(await codeIn({ active: "inactive", conditionFailed: true })).toBe("ended-condition");
	expect(await codeIn({ mainPid: 7 })).toBe("ended-itself");
	expect(await codeIn({ active: "inactive" })).toBe("ended-itself");
	expect(await codeIn({}, failed)).toBe("failed-in-sandbox");
});
