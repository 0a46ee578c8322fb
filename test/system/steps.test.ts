import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, inProcess, type Json, startRun, temporaryState } from "./cagewright.ts";
import { type Daemon, pythonPages } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";

/** Runs trace, plan, build and trial separately on one cage: each result is sufficient for the next step. */

const state = temporaryState();
let daemon: Daemon;
let port: number;

beforeAll(async () => {
	port = await freePort();
	daemon = pythonPages(port);
});

async function step(args: readonly string[]): Promise<Json> {
	const words = [...args.slice(0, 1), "--json", "--quiet", ...args.slice(1)];
	const startsNothing = args.includes("--dry-run") || args[0] === "plan" || args[0] === "build";
	const result = await (startsNothing ? inProcess : cagewright)(words, { state });
	expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
	return result.json;
}

test("a step that is called too early names the earlier step", async () => {
	const options = ["--name", "pages", "--user", "nobody", "--timeout", "60", "--probe", daemon.probe];
	expect((await inProcess(["plan", "pages"], { state })).status).toBe(2);
	const traced = await step(["trace", ...options, "--", ...daemon.command]);
	expect(traced).toMatchObject({ schema: "cagewright/trace/1", name: "pages", answered: true, ports: [`tcp ${port}`] });
	for (const [verb, first] of [
		["trial", `cagewright --state ${state} build pages`],
		["run", `cagewright --state ${state} build pages`],
	] as const) {
		expect(await inProcess([verb, "pages"], { state })).toMatchObject({ status: 2, stderr: expect.stringContaining(first) });
	}
});

test("plan, build, trial and run continue from the trace", async () => {
	const planned = await step(["plan", "pages"]);
	expect(planned).toMatchObject({ schema: "cagewright/plan/1", name: "pages" });
	expect(planned.files).toBeGreaterThan(10);
	const built = await step(["build", "pages"]);
	expect(built).toMatchObject({ schema: "cagewright/build/1", generation: 1, root: `${state}/cages/pages/generations/1` });
	expect(built.files).toBe(planned.files);
	const tried = await step(["trial", "pages", "--no-selftest"]);
	expect(tried).toMatchObject({ schema: "cagewright/trial/1", answered: true, missing: [] });

	const run = startRun("pages", { state });
	expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/index.html`))).toBe("a page of the test");
	expect((await run.stop()).status).toBe(143);
});

test("a cage is compared with the template that was saved from it", async () => {
	expect((await cagewright(["template", "diff", "pages"], { state })).status).toBe(2);
	expect((await cagewright(["template", "save", "pages"], { state })).status).toBe(0);
	const { status, stdout } = await cagewright(["template", "diff", "pages"], { state });
	expect({ status, stdout }).toEqual({ status: 0, stdout: "Cage pages matches template pages.\n" });
});

test("a step's dry run is one JSON document too", async () => {
	const { command } = daemon;
	const options = ["--name", "pages", "--user", "nobody", "--probe", daemon.probe, "--dry-run"];
	expect(await step(["trace", ...options, "--", ...command])).toMatchObject({ schema: "cagewright/trace/1", dryRun: true });
	expect(await step(["build", "pages", "--dry-run"])).toMatchObject({
		schema: "cagewright/build/1",
		dryRun: true,
		name: "pages",
	});
	expect(await step(["trial", "pages", "--dry-run"])).toMatchObject({
		schema: "cagewright/trial/1",
		dryRun: true,
		probes: [daemon.probe],
	});
});

const refused: readonly [string, string, string][] = [
	["plan", "--bind /etc/passwd", "/etc/passwd"],
	["build", "--timeout 5 --user daemon", "--timeout"],
	["trial", "--network none", "--network"],
	["trace", "--add --user daemon", "--user"],
	["plan", "--rounds 9", "--rounds"],
	["plan", "--no-selftest", "--no-selftest"],
	["plan", "--name other", "--name"],
	["build", "--limit-memory 512M", "--limit-memory"],
	["build", "--exercise true", "--exercise"],
	["build", "--replace", "--replace"],
	["trial", "--env A=b", "--env"],
	["trial", "--rounds 9", "--rounds"],
	["trial", "--unit --include /etc/hostname", "--include"],
	["trace", "--rounds 9 -- true", "--rounds"],
	["trace", "--add --limit-files 64", "--limit-files"],
	["trace", "--add --rounds 9", "--rounds"],
	["trace", "--for 1 --user daemon", "--user"],
];
test.each(some(4, refused))("%s refuses %s, which it cannot honour, in one sentence", async (verb, words, named) => {
	const before = readFileSync(`${state}/cages/pages/cage.json`, "utf8");
	const { status, stderr, stdout } = await inProcess([verb, "pages", ...words.split(" ")], { state });
	expect([status, stdout]).toEqual([2, ""]);
	expect(stderr).toMatch(new RegExp(`^cagewright: [^\n]*${named}[^\n]*\\.\n$`));
	expect(readFileSync(`${state}/cages/pages/cage.json`, "utf8")).toBe(before);
});

test("a second build of the same plan makes no new generation", async () => {
	expect(await step(["build", "pages"])).toMatchObject({ unchanged: true, generation: 1 });
	expect(readdirSync(`${state}/cages/pages/generations`)).toEqual(["1"]);
});

test("a trial finds an excluded file that keeps the application from answering", async () => {
	await step(["plan", "pages", "--exclude", "/usr/lib/*/libexpat.so*"]);
	await step(["build", "pages"]);
	const result = await cagewright(["trial", "pages", "--json", "--quiet"], { state });
	expect(result.status).toBe(1);
	expect(result.json).toMatchObject({ answered: false });
	expect(JSON.stringify(result.json.missing)).toContain("/libexpat.so");
});

test.runIf(isLong)("a trial finds an excluded file that keeps the program from starting", async () => {
	const excluded = realpathSync("/usr/bin/python3");
	await step(["plan", "pages", "--exclude", excluded]);
	await step(["build", "pages"]);
	const { json, status } = await cagewright(["trial", "pages", "--json", "--quiet"], { state });
	expect(status).toBe(1);
	expect(json.missing).toContainEqual(expect.objectContaining({ path: excluded, declined: true }));
});

test.runIf(isLong)("a traced process is shown with its own number, as in its log", async () => {
	const probe = ["--probe", `redis-cli -p ${port} ping | grep PONG`];
	const command = ["sh", "-c", `echo "my number: $$"; exec redis-server --save '' --port ${port}`];
	const traced = await cagewright(["trace", "--events", "--name", "numbered", ...probe, "--", ...command], { state });
	expect(traced.status).toBe(0);
	const events = traced.events as { text?: string; processes?: { pid: number }[] }[];
	const output = events.map(({ text = "" }) => text).join("");
	const printed = [...output.matchAll(/my number: (\d+)/g)].map(([, number]) => Number(number));
	expect(printed.length).toBeGreaterThan(0);
	expect(new Set(events.flatMap(({ processes = [] }) => processes.map(({ pid }) => pid)))).toEqual(new Set(printed));
});
