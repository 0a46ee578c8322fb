import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { type Layer, layers } from "../../src/confine/method.ts";
import { selftestCage } from "../../src/selftest/engine/selftest.ts";
import { failedChecks, holds, type Selftest, withOutcome } from "../../src/selftest/verdict.ts";
import { isLong, some } from "../long.ts";
import { cagewright, inProcess, type Json, type Made, makeAsUsual, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { preparedDemo, preparedRedis } from "./prepared.ts";
import { nameOf, processesIn } from "./processes.ts";

const state = temporaryState();
/** Node generates code at run time. A root start keeps the capabilities with which nginx switches its workers to another account and gives them their logs. */
const openByDesign = { demo: ["writable-code", "code-without-file", "loopback"], web: ["loopback", "join-group", "chown"] };

let maker: Made;
/** A cage that `make --no-selftest` made, and its record. */
let redis: Made;
let untested: string;
beforeAll(async () => {
	redis = (await preparedRedis(state)).made;
	untested = readFileSync(String(redis.record), "utf8");
	await preparedDemo(state);
	if (!isLong) return;
	const probe = "curl -fsSI --noproxy '*' http://127.0.0.1:80/ | grep -qi '^server: nginx'";
	maker = await makeAsUsual(["--name", "web", "--probe", probe, "--", "nginx", "-g", "daemon off;"], { state });
});

async function selftest(args: readonly string[]): Promise<Json> {
	const { json, status, stderr } = await cagewright(["selftest", ...args, "--json", "--quiet"], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return json;
}

/** Tests a launch without these layers. */
function withoutLayers(name: string, without: readonly Layer[], network?: "none"): Promise<Selftest> {
	const context = { machine: systemMachine(state), emit() {}, signal: new AbortController().signal };
	return selftestCage(context, name, { without, ...(network ? { network } : {}) });
}

describe.each(some(1, ["demo", "web"] as const))("the cage %s", (name) => {
	test("permits no escape, and lists what the plan permits", async () => {
		const result = await selftest([name]);
		expect(result.schema).toBe("cagewright/selftest/1");
		expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
		expect(result.openByDesign).toEqual(openByDesign[name]);
		expect(result.tried).toBeGreaterThan(120);
		expect(result.control.before).toBeGreaterThan(80);
		expect(result.control.after).toBe(result.control.before);
	});
});

test.each(some(1, ["demo", "web"]))("%s does not reach the host's loopback without a network", async (name) => {
	const result = await selftest([name, "--network", "none"]);
	expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(result.openByDesign).not.toContain("loopback");
});

/** Layers of which none hides the lack of another one, so that one launch can omit all of them. */
const together: readonly (readonly Layer[])[] = [
	["ro", "nosuid", "nodev", "noexec"],
	["pid", "ipc", "uts", "cgroup", "net"],
	["session", "descriptors", "environment"],
];
const alone = layers.filter((layer) => !together.flat().includes(layer)).map((layer) => [layer]);

describe.each(
	some(1, [
		{ name: "redis", omitted: [...together, ...alone] },
		// Every launch gets its namespaces and mounts from the same lines. Only the last steps depend on the account.
		{ name: "web", omitted: [["capabilities"], ["no-new-privs", "landlock", "seccomp"]] as Layer[][] },
	]),
)("the cage $name, started like its application", ({ name, omitted }) => {
	test.each(omitted.map((omit) => [omit.join(", "), omit] as const))("is reported without %s", async (_, omit) => {
		// setpriv sets no_new_privs for the other two layers anyway (measured).
		const without: readonly Layer[] = omit.includes("no-new-privs") ? ["no-new-privs", "landlock", "seccomp"] : omit;
		const result = await withoutLayers(name, without, omit.includes("net") ? "none" : undefined);
		expect(holds(result)).toBe(false);
		expect(named(result)).toEqual(expect.arrayContaining([...omit]));
	});
});

/** Returns the layers that the test reports as missing. */
function named(result: Selftest): string[] {
	const ways = withOutcome(result, "escaped").map(({ id }) => (id === "without-landlock" ? "landlock" : id));
	return [...ways, ...failedChecks(result).flatMap(({ found, id }) => (id === "namespaces" ? found : [id]))];
}

test("a running cage holds if it is tested from outside like any other sandbox", async () => {
	const run = startRun("redis", { state });
	const pid = await eventually(() => {
		const found = processesIn(redis.root).find((one) => nameOf(one) === "redis-server");
		if (found === undefined) throw new Error("redis does not run");
		return found;
	});
	const { json, status, stderr } = await cagewright(["selftest", "--pid", String(pid), "--json"], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	const [tested] = json.targets;
	expect(tested).toMatchObject({
		holds: true,
		escaped: [],
		openByDesign: ["loopback"],
		filters: expect.any(Number),
		unclear: [],
		notTaken: ["landlock", "mdwe"],
	});
	await run.stop();
});

test.runIf(isLong)("make tries the escape techniques automatically, and the record has the result", () => {
	const made = { escaped: [], openByDesign: openByDesign.web, findings: [], tried: expect.any(Number) };
	expect(maker.selftest).toMatchObject(made);
	expect(readFileSync(String(maker.record), "utf8")).toContain("None escaped");
});

test("a trial tries the escape techniques automatically", async () => {
	const { json, status } = await cagewright(["trial", "redis", "--json"], { state });
	const selftest = { escaped: [], openByDesign: ["loopback"], findings: [] };
	expect({ status, selftest: json.selftest }).toMatchObject({ status: 0, selftest });
});

test("with --no-selftest, the record says that no technique was tried", () => {
	expect(untested).toContain("No escape technique was tried");
});

test.each([
	["a missing cage", ["nobody"], 2, "nobody"],
	// A booted system tests units in `unit-selftest.test.ts`.
	...(existsSync("/run/systemd/system")
		? []
		: [
				[
					"a unit on a machine without a running systemd",
					["redis", "--unit"],
					3,
					"Cannot test a unit: systemd does not run here",
				] as const,
			]),
] as const)("%s is refused in one line", async (_what, args, status, says) => {
	const result = await inProcess(["selftest", ...args], { state });
	expect(result).toMatchObject({ status, stderr: expect.stringMatching(new RegExp(`^cagewright: [^\\n]*${says}[^\\n]*\\n$`)) });
});
