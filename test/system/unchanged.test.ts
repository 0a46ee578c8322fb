import { afterEach, beforeAll, expect, test } from "vitest";
import { cagewright, make, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { fetchPage } from "./network.ts";
import { type OwnTree, ownTree } from "./own-tree.ts";
import { differences, type Snapshot } from "./snapshot.ts";

/** No command for a cage changes a file of the machine. */

const state = temporaryState();
const probeRedis = 'test "$(redis-cli SET probe ok)" = OK && redis-cli SAVE';
const probeNginx = "curl -fsSI --noproxy '*' http://127.0.0.1/ | grep -qi '^server: nginx'";
let tree: OwnTree;
let before: Snapshot;

beforeAll(async () => {
	tree = await ownTree();
	before = tree.snapshot(state);
	expect(before.size).toBeGreaterThan(1000);
});

function expectUnchanged(): void {
	expect(differences(before, tree.snapshot(state))).toEqual([]);
}

afterEach(expectUnchanged);

test("dry runs and verbs that only read change nothing and create no state folder", async () => {
	for (const args of [
		["make", "redis", "--dry-run"],
		["make", "nginx", "--dry-run", "--json"],
		["trace", "bind9", "--dry-run"],
		["make", "--dry-run", "--name", "any", "--probe", probeNginx, "--writable", "/srv/any", "--", "nginx", "-g", "daemon off;"],
		["list"],
		["apps", "--json"],
		["doctor"],
		["template", "list"],
		["template", "show", "redis"],
	]) {
		const { status, stdout } = await cagewright(args, { state, enter: tree.enter });
		expect({ args, status }).toEqual({ args, status: 0 });
		expect(stdout).not.toBe("");
	}
	expect(tree.exists(state)).toBe(false);
});

test("a trace of daemons that log, save and bind their usual ports changes nothing outside the state", async () => {
	const redis = ["redis-server", "/etc/redis/redis.conf", "--daemonize", "no"];
	const traced = await cagewright(
		["trace", "--json", "--quiet", "--name", "redis", "--directory", "/run/redis", "--probe", probeRedis, "--", ...redis],
		{ state, enter: tree.enter },
	);
	expect(traced).toMatchObject({ status: 0, json: { answered: true } });
	const nginx = ["nginx", "-g", "daemon off;"];
	const web = await cagewright(["trace", "--json", "--quiet", "--name", "web", "--probe", probeNginx, "--", ...nginx], {
		state,
		enter: tree.enter,
	});
	expect(web).toMatchObject({ status: 0, json: { answered: true } });
});

test("making, running and removing a cage changes nothing outside the state", async () => {
	const where = { state, enter: tree.enter };
	const made = await make(["--name", "served", "--probe", probeNginx, "--", "nginx", "-g", "daemon off;"], where);
	expect(made.answered).toBe(true);
	const run = startRun("served", where);
	await eventually(() => fetchPage("http://127.0.0.1/", tree));
	expect((await run.stop()).status).toBe(0);
	expect((await cagewright(["remove", "served", "--yes"], where)).status).toBe(0);
	expect(tree.exists(`${state}/cages/served`)).toBe(false);
});

test("a failure changes nothing outside the state", async () => {
	const where = { state, enter: tree.enter };
	const failed = await cagewright(
		["make", "--yes", "--quiet", "--name", "no", "--timeout", "2", "--probe", "false", "--", "nginx", "-g", "daemon off;"],
		where,
	);
	expect(failed.status).toBe(1);
});
