import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { type Layer, layers } from "../../src/core/confinement/method.ts";
import { failedChecks, holds, type Selftest, withOutcome } from "../../src/core/selftest/verdict.ts";
import { selftestCage } from "../../src/engine/selftest/selftest.ts";
import { cagewright, type Json, make, makeAsUsual, temporaryState } from "./cagewright.ts";
import { redis } from "./daemons.ts";
import { freePort } from "./network.ts";

const state = temporaryState();
const cages = ["demo", "redis", "web"] as const;
/** Node generates code at run time. A root start keeps the capabilities with which nginx switches its workers to another account and gives them their logs. */
const openByDesign = {
	demo: ["writable-code", "code-without-file", "loopback"],
	redis: ["loopback"],
	web: ["loopback", "join-group", "chown"],
};

interface Tested extends Json {
	readonly holds: boolean;
	readonly escaped: readonly string[];
	readonly openByDesign: readonly string[];
	readonly findings: readonly string[];
	readonly tried: number;
	readonly control: { readonly before: number; readonly after: number };
}

let maker: Awaited<ReturnType<typeof make>>;
beforeAll(async () => {
	const daemon = redis(await freePort());
	maker = await makeAsUsual(["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--", ...daemon.command], { state });
	await make(["demo"], { state });
	const probe = "curl -fsSI --noproxy '*' http://127.0.0.1:80/ | grep -qi '^server: nginx'";
	await make(["--name", "web", "--probe", probe, "--", "nginx", "-g", "daemon off;"], { state });
});

async function selftest(args: readonly string[]): Promise<Tested> {
	const { json, status, stderr } = await cagewright(["selftest", ...args, "--json", "--quiet"], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	return json as Tested;
}

/** Tests a launch without these layers. */
function withoutLayers(name: string, without: readonly Layer[], network?: "none"): Promise<Selftest> {
	const context = { machine: systemMachine(state), emit() {}, signal: new AbortController().signal };
	return selftestCage(context, name, { without, ...(network ? { network } : {}) });
}

describe.each(cages)("the cage %s", (name) => {
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

test("does not reach the host's loopback without a network", async () => {
	const result = await selftest(["web", "--network", "none"]);
	expect(result).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(result.openByDesign).not.toContain("loopback");
});

/** Every launch gets its namespaces and mounts from the same lines. Only the last steps depend on the account. */
const ofRoot: readonly Layer[] = ["capabilities", "no-new-privs", "landlock", "seccomp"];

describe.each([
	{ name: "redis", omitted: layers },
	{ name: "web", omitted: ofRoot },
])("the cage $name, started like its application", ({ name, omitted }) => {
	test.each(omitted)("is reported without %s", async (layer) => {
		// setpriv sets no_new_privs for the other two layers anyway (measured).
		const without: readonly Layer[] = layer === "no-new-privs" ? [layer, "landlock", "seccomp"] : [layer];
		const result = await withoutLayers(name, without, layer === "net" ? "none" : undefined);
		expect(holds(result)).toBe(false);
		expect(named(result)).toContain(layer);
	});
});

/** Returns the layers that the test reports as missing. */
function named(result: Selftest): string[] {
	const ways = withOutcome(result, "escaped").map(({ id }) => (id === "without-landlock" ? "landlock" : id));
	return [...ways, ...failedChecks(result).flatMap(({ found, id }) => (id === "namespaces" ? found : [id]))];
}

test("make tries the escape techniques automatically, and the record has the result", async () => {
	expect(maker.selftest).toMatchObject({ escaped: [], openByDesign: ["loopback"], findings: [], tried: expect.any(Number) });
	expect(readFileSync(String(maker.record), "utf8")).toContain("None escaped");
	const { json, status } = await cagewright(["trial", "redis", "--json"], { state });
	expect({ status, selftest: json.selftest }).toMatchObject({ status: 0, selftest: { escaped: [] } });
});

test("with --no-selftest, the record says that no technique was tried", async () => {
	const { json, status } = await cagewright(["trial", "redis", "--no-selftest", "--yes", "--json"], { state });
	expect({ status, selftest: json.selftest }).toEqual({ status: 0, selftest: null });
	expect(readFileSync(String(json.record), "utf8")).toContain("No escape technique was tried");
});

test("a missing cage is one line with status 2", async () => {
	const { status, stderr } = await cagewright(["selftest", "nobody"], { state });
	expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^cagewright: [^\n]*nobody[^\n]*\n$/) });
});

test("the table shows the result of each technique in both languages", async () => {
	const { stdout } = await cagewright(["selftest", "redis", "--quiet"], { state });
	expect(stdout).toMatch(/chroot again, keeping an open directory +refused EPERM/);
	expect(stdout).toContain("--network none separates it");
	expect(stdout).toContain("No escape");
	const german = await cagewright(["selftest", "redis", "--quiet", "--lang", "de"], { state });
	expect(german.stdout).toContain("Kein Ausbruch");
});
