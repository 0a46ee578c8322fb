import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Made, makeAsUsual, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { fetchPage, type Network, privateNetwork } from "./network.ts";

const state = temporaryState();
const url = "http://127.0.0.1:8085/";
let made: Made;
let network: Network;

beforeAll(async () => {
	network = await privateNetwork();
	made = await makeAsUsual(["demo"], { state });
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
