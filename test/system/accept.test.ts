import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { home } from "./cagewright.ts";

/**
 * Installs the package in a booted system and runs `test/machines/accept.sh` there, before and after a reboot. The kernel is this
 * machine's; `machine.test.ts` does the same with a kernel of its own.
 */

let system: Booted;

// The script takes a minute, and longer on a busy machine.
vi.setConfig({ testTimeout: bootTime, hookTimeout: bootTime });

beforeAll(async () => {
	system = await boot();
	const folder = join(system.tree, "root");
	execFileSync(process.execPath, [join(home, "scripts/package.js"), "deb", "--built", "--output", folder]);
	copyFileSync(join(home, "test/machines/accept.sh"), join(folder, "accept.sh"));
});

/** The script's lines: the failed steps with what they printed, and the number of steps. */
async function failuresOf(phase: string): Promise<string[]> {
	const { stderr, stdout } = await system.run(`bash /root/accept.sh ${phase}`);
	return `${stdout}${stderr}`
		.trim()
		.split("\n")
		.filter((line) => !line.startsWith("ok "));
}

test("the package makes, tests, adopts, upgrades and updates cages", async () => {
	expect(await failuresOf("install")).toEqual(["1..25"]);
});

test("ordinary users learn that a container that covers parts of /proc gives them no cages", async () => {
	const { stdout } = await system.run("runuser -u ordinary -- cagewright doctor --json");
	expect(JSON.parse(stdout).findings).toContainEqual(expect.objectContaining({ what: "user-namespaces", state: "missing" }));
	const { status, stderr } = await system.run("runuser -u ordinary -- cagewright make demo --yes --quiet");
	expect([status, stderr]).toEqual([3, expect.stringMatching(/^cagewright: This system gives[^\n]* \/proc [^\n]+\n$/)]);
});

test("the services answer from their cages after a reboot", async () => {
	await system.reboot();
	expect(await failuresOf("reboot")).toEqual(["1..9"]);
});
