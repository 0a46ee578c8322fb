import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cagewright, program, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ask, type Network, privateNetwork } from "./network.ts";
import { buildOlder, olderCommit } from "./older-release.ts";
import { differences, type Snapshot, snapshot } from "./snapshot.ts";

/** This program takes over the cages that the release before makes. Runs only with `npm run test:long`. */
const state = temporaryState();
let before: string;
let network: Network;
let machine: Snapshot;

beforeAll(async () => {
	machine = look();
	network = await privateNetwork();
	before = buildOlder();
});

/** What no cage may change. Without accounts and packages, which other tests change. */
function look(): Snapshot {
	return snapshot({ places: ["/dev", "/etc/systemd", "/run/systemd/system", "/etc/cron.d", "/etc/logrotate.d", "/usr/local"] });
}

afterAll(() => expect(differences(machine, look())).toEqual([]));

describe.runIf(olderCommit).each([
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
