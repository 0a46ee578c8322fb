import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { redis } from "./daemons.ts";
import { freePort } from "./network.ts";

/** Runs alone: no other test may take the account's number between its removal and the import. */

const state = temporaryState();
const there = temporaryState();

// Remove the account if the test failed.
afterAll(() => {
	if (account("cage-ded-moved")) execFileSync("userdel", ["cage-ded-moved"]);
});

const account = (name: string) =>
	readFileSync("/etc/passwd", "utf8")
		.split("\n")
		.find((line) => line.startsWith(`${name}:`));

test("a dedicated account is created again by an import, and removed with the cage", async () => {
	const own = redis(await freePort());
	const words = ["--name", "ded-moved", "--user", "redis", "--no-selftest", "--probe", own.probe, "--dedicated-account"];
	await make([...words, "--", ...own.command], { state });
	const line = account("cage-ded-moved");
	const file = `${temporaryFolder("import-account")}/dedicated.tar`;
	const exported = await cagewright(["export", "ded-moved", "-o", file], { state });
	expect(exported.status, exported.stderr).toBe(0);
	// The account belongs to another cage on this machine.
	expect(await cagewright(["import", file, "--yes", "--no-trial"], { state: there })).toMatchObject({
		status: 4,
		stderr: expect.stringContaining("cage-ded-moved"),
	});
	expect((await cagewright(["remove", "ded-moved", "--yes"], { state })).status).toBe(0);
	expect(account("cage-ded-moved")).toBeUndefined();
	const taken = await cagewright(["import", file, "--yes"], { state: there });
	expect(taken.status, taken.stderr).toBe(0);
	expect(account("cage-ded-moved")).toBe(line);
	expect((await cagewright(["remove", "ded-moved", "--yes"], { state: there })).status).toBe(0);
	expect(account("cage-ded-moved")).toBeUndefined();
});
