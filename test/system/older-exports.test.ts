import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Json, must, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ask, type Network, privateNetwork } from "./network.ts";

/**
 * Version 0.1.0 exported `fixtures/cages/pages.tar.br`: busybox's web server as nobody, with a variable, an exercise, a writable
 * directory and a limit. Every later version must read it. This machine's busybox may differ, so an update may replace files.
 */

const state = temporaryState();
const archive = join(temporaryFolder("older-exports"), "pages.tar");
const page = "busybox wget -qO- http://127.0.0.1:18999/os-release";
let network: Network;

beforeAll(async () => {
	network = await privateNetwork();
	const kept = readFileSync(join(import.meta.dirname, "../fixtures/cages/pages.tar.br"));
	writeFileSync(archive, brotliDecompressSync(kept));
});

async function answersInItsCage(): Promise<void> {
	const run = startRun("pages", { state, enter: network.enter });
	await eventually(async () => expect((await ask(["sh", "-c", page], network)).output).toMatch(/^ID=/m));
	await run.stop();
}

test("a cage exported by an older version is imported and answers", async () => {
	await must(cagewright(["import", archive, "--yes"], { state }));
	await answersInItsCage();
});

test("an imported older cage is checked and shown like a new one", async () => {
	const { json } = await cagewright(["check", "pages", "--deep", "--json"], { state });
	const [{ drift, findings, ...cage }] = json.cages;
	expect(cage).toMatchObject({ name: "pages", generation: 1, behind: [] });
	// Nothing but where the state folder is and which accounts other tests' processes have.
	expect(findings.filter(({ code }: Json) => !code.startsWith("way-") && code !== "account-used-outside")).toEqual([]);
	// This machine's packages may be newer.
	expect(drift.filter(({ from, to }: Json) => from === to)).toEqual([]);
	const shown = await cagewright(["show", "pages", "--json"], { state });
	expect(shown.json).toMatchObject({
		application: { env: { GREETING: "hello" }, limits: { files: 64 }, user: "nobody" },
		generation: 1,
	});
	await must(cagewright(["record", "pages", "--format", "json"], { state }));
});

test.runIf(isLong)("an imported older cage is updated from this machine's files and still answers", async () => {
	await must(cagewright(["update", "pages", "--yes", "--no-selftest", "--json"], { state }));
	const { json } = await cagewright(["check", "pages", "--json"], { state });
	expect(json.cages).toMatchObject([{ outdated: false, drift: [] }]);
	await answersInItsCage();
});
