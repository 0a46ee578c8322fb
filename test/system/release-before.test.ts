import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cagewright, program, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ask, type Network, privateNetwork } from "./network.ts";
import { differences, type Snapshot, snapshot } from "./snapshot.ts";

/**
 * The release before is the newest tag, or the commit that `CAGEWRIGHT_BEFORE` names. It is built here, and this program takes over the
 * cages that it makes. Runs only with `npm run test:long`.
 */
const repository = join(import.meta.dirname, "../..");
const newestTag = () =>
	spawnSync("git", ["describe", "--tags", "--abbrev=0"], { cwd: repository, encoding: "utf8" }).stdout.trim();
const commit = process.env.CAGEWRIGHT_BEFORE ?? newestTag();
const before = temporaryFolder("release-before");
const state = temporaryState();
let network: Network;
let machine: Snapshot;

beforeAll(async () => {
	machine = look();
	network = await privateNetwork();
	const archive = execFileSync("git", ["archive", commit], { cwd: repository, maxBuffer: 2 ** 30 });
	execFileSync("tar", ["-x", "-C", before], { input: archive });
	execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: before });
	execFileSync("node", ["build.js"], { cwd: before });
});

/** What no cage may change. Without accounts and packages, which other tests change. */
function look(): Snapshot {
	return snapshot({ places: ["/dev", "/etc/systemd", "/run/systemd/system", "/etc/cron.d", "/etc/logrotate.d", "/usr/local"] });
}

afterAll(() => expect(differences(machine, look())).toEqual([]));

describe.runIf(commit).each([
	["demo", "curl -fsS http://127.0.0.1:8085/"],
	["redis", "redis-cli -e -p 6379 ping"],
	["nginx", "curl -fsS http://127.0.0.1:80/"],
])("a cage %s made by the release before", (name, request) => {
	const run = async (...words: readonly string[]) => {
		const result = await cagewright(words, { state, program });
		expect(result.status, result.stderr).toBe(0);
		return result;
	};
	const answers = async () => {
		const started = startRun(name, { state, enter: network.enter });
		await eventually(async () => expect((await ask(["sh", "-c", request], network)).status).toBe(0));
		await started.stop();
	};

	test("answers, is unchanged and is updated", async () => {
		const words = ["make", name, "--yes", "--accept-finding", "account-used-outside"];
		const made = await cagewright(words, { state, program: join(before, "dist/main.js") });
		expect(made.status, made.stderr).toBe(0);
		await answers();
		expect((await run("check", name, "--deep", "--json")).json.cages).toMatchObject([{ name, drift: [] }]);
		await run("trial", name);
		await run("update", name, "--yes");
		await answers();
		await run("selftest", name);
		await run("record", name);
	});
});
