import { appendFileSync, chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { privateNetwork } from "./network.ts";
import { ordinaryUser, readableProgram } from "./ordinary.ts";
import { leftovers } from "./processes.ts";

/** Programs of probes and exercises are found before anything starts, and a probe that cannot run ends the wait. */

const folder = temporaryFolder("probe-lines");
const client = `${folder}/client`;
const server = ["--", "redis-server", "--port", "6398"];

/** A wait that used it up would end the test first. */
const timeout = ["--timeout", "600"];

test.each([
	["make", ["--name", "own", "--yes", "--probe", `${client} PING`, ...timeout, ...server], "The probe needs"],
	["trace", ["--name", "own", "--probe", `true | ${client} PING | grep PONG`, ...timeout, ...server], "The probe needs"],
	["make", ["redis", "--yes", "--exercise", `${client} SAVE`], "The exercise needs"],
])("%s without the program of a line stops before the trace", async (verb, words, sentence) => {
	const state = temporaryState();
	const { status, stderr, stdout } = await cagewright([verb, ...words], { state });
	expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
	const errors = stderr.split("\n").filter((line) => line.startsWith("cagewright: "));
	expect(errors).toEqual([expect.stringContaining(`${sentence} ${client}, which is not installed`)]);
	expect(errors[0]).toContain(sentence.includes("probe") ? "--probe" : "--exercise");
	expect(stderr).not.toContain("Tracing");
	expect(leftovers(state)).toEqual([]);
});

test("a line that the shell cannot parse is invalid input", async () => {
	const { status, stderr } = await cagewright(["make", "--name", "own", "--yes", "--probe", "test 'a", ...server], {
		state: temporaryState(),
	});
	expect(status).toBe(2);
	expect(stderr).toMatch(/^cagewright: The shell cannot parse the probe\. Correct --probe: \S.*\n$/);
});

test.each([
	["127", "sh -c no-such-program", "no-such-program: not found"],
	["126", "/etc/passwd PING", "/etc/passwd: Permission denied"],
])("a probe that ends with status %s ends the wait with its reason", async (code, probe, words) => {
	const state = temporaryState();
	const { status, stderr } = await cagewright(["make", "--name", "own", "--yes", "--probe", probe, ...timeout, ...server], {
		state,
	});
	expect(status).toBe(3);
	expect(stderr).toContain(`cagewright: The probe ended with status ${code}, so waiting is useless: ${words}. `);
	expect(leftovers(state)).toEqual([]);
});

test.runIf(isLong)("a line with an alternative may do without a program", async () => {
	const probe = `${client} PING || test "$(redis-cli -p 6398 PING)" = PONG`;
	const { status, stderr } = await cagewright(["trace", "--name", "own", "--probe", probe, ...server], {
		state: temporaryState(),
	});
	expect(status, stderr).toBe(0);
});

test("trial, update and minimise of a cage stop too if a program of its probe was removed", async () => {
	const state = temporaryState();
	const configuration = `${folder}/redis.conf`;
	writeFileSync(configuration, 'port 6397\nsave ""\n');
	chmodSync(folder, 0o755);
	copyFileSync("/usr/bin/redis-cli", client);
	const probe = `test "$(${client} -p 6397 PING)" = PONG`;
	await make(["--name", "own", "--probe", probe, "--", "redis-server", configuration], { state });
	rmSync(client);
	appendFileSync(configuration, "# changed\n");
	for (const verb of some(1, ["update", "trial", "minimise"])) {
		const { status, stderr } = await cagewright([verb, "own", "--yes", "--quiet"], { state });
		const message = `cagewright: The probe needs ${client}, which is not installed. Install it, or give another probe: --probe 'COMMAND'.\n`;
		expect([verb, status, stderr]).toEqual([verb, 3, message]);
	}
	expect((await cagewright(["show", "own", "--json"], { state })).json).toMatchObject({ generation: 1 });
});

test.runIf(isLong)("an ordinary user makes a cage from a working directory that the user cannot enter, as after su", async () => {
	const user = ordinaryUser(readableProgram(), await privateNetwork());
	const closed = temporaryFolder("closed");
	chmodSync(closed, 0o700);
	const enter = ["sh", "-c", 'cd "$0" && exec "$@"', closed, ...user.enter];
	const { status, stderr } = await cagewright(["make", "demo", "--yes", "--no-selftest"], { ...user, enter });
	expect({ status, stderr }).toMatchObject({ status: 0 });
});
