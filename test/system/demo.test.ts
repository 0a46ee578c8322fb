import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { cagewright, type EventLine, type Made, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, type Network, privateNetwork } from "./network.ts";

const state = temporaryState();
const url = "http://127.0.0.1:8085/";
let made: Made;
let network: Network;
let events: EventLine[];

beforeAll(async () => {
	network = await privateNetwork();
	const result = await cagewright(["make", "demo", "--yes", "--no-selftest", "--json", "--events"], { state });
	expect(result.status).toBe(0);
	made = result.json as Made;
	events = result.events;
	expect(result.stderr.split("\n").filter(Boolean)).toHaveLength(events.length);
});

test("the demonstration needs only its name", () => {
	expectWellMade(made, "demo", state);
	// The account nobody cannot read a program in a private home. The demonstration then runs as root without capabilities.
	const readable =
		spawnSync("setpriv", ["--reuid=nobody", "--clear-groups", "test", "-r", resolve("dist/demo/demo.js")]).status === 0;
	const user = readable ? "nobody" : "root";
	expect(made.confinement).toMatchObject({ user, capabilities: [], network: "host" });
	// The demonstration is the only file of Cagewright in the cage.
	const ours = readdirSync(`${made.root}${resolve(".")}`, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
	expect(ours.map(({ name }) => name).filter((name) => name !== "package.json")).toEqual(["demo.js"]);
});

test("the demonstration answers from its cage, keeps its count over a restart, and ends on TERM", async () => {
	for (const visit of [1, 2]) {
		const run = startRun("demo", { state, enter: network.enter });
		expect(await eventually(() => fetchPage(url, network))).toMatch(
			new RegExp(`^hello from the cage\nup for \\d+ s, visit ${visit}$`),
		);
		expectServedInside(made, 8085, network);
		expect((await run.stop()).status).toBe(0);
	}
});

test("every started program is reported with its command line and its exit status", () => {
	const started = events.filter(({ event }) => event === "command-started");
	const ended = events.filter(({ event }) => event === "command-ended");
	expect(started.some(({ line }) => line.includes(" strace -f ") && line.includes(" unshare "))).toBe(true);
	expect(started.some(({ line }) => line.includes("nsenter --net=") && line.includes("127.0.0.1:8085"))).toBe(true);
	expect(ended.map(({ number }) => number).sort()).toEqual(started.map(({ number }) => number).sort());
	// The probe has to fail before anything runs.
	expect(ended.find(({ number }) => number === started[0]?.number)?.status).not.toBe(0);
});
