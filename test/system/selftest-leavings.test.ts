import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, type Made, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { preparedRedis } from "./prepared.ts";
import { allProcesses, commandOf, nameOf } from "./processes.ts";

/** Nothing of a self-test may remain on the machine. Processes, shared memory and keys are checked on the whole machine. */

const state = temporaryState();
let made: Made;

beforeAll(async () => {
	({ made } = await preparedRedis(state));
});

test("a self-test leaves no process, shared memory, queue or key, and does not change the cage", async () => {
	const before = [ipc(), keys(), content(made.data), content(made.root)];
	expect((await cagewright(["selftest", "redis"], { state })).status).toBe(0);
	expect([ipc(), keys(), content(made.data), content(made.root)]).toEqual(before);
	expect(decoys()).toEqual([]);
});

test("a killed self-test leaves nothing", async () => {
	const before = [ipc(), keys()];
	const run = begin(["selftest", "redis"], { state });
	await eventually(() => expect(decoys()).not.toEqual([]));
	await run.stop("SIGKILL");
	await eventually(() => expect([decoys(), ipc(), keys()]).toEqual([[], ...before]));
	// The next start removes its scratch folder.
	expect((await cagewright(["selftest", "redis"], { state })).status).toBe(0);
});

test("a cancelled self-test exits with the status of its signal", async () => {
	const run = begin(["selftest", "redis"], { state });
	await eventually(() => expect(decoys()).not.toEqual([]));
	expect((await run.stop("SIGTERM")).status).toBe(143);
});

const decoys = () => allProcesses().filter((pid) => nameOf(pid).startsWith("cagewright-dec") && commandOf(pid) !== "");

/** Names, modes, owners and sums of everything below a folder. */
function content(folder: string): string {
	const line = "find . -printf '%p %m %U:%G %T@ %C@\\n' | sort; find . -type f -exec sha256sum {} + | sort";
	const { status, stdout } = spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });
	expect(status).toBe(0);
	return stdout;
}

function ipc(): string {
	const of = (kind: string) => readFileSync(`/proc/sysvipc/${kind}`, "latin1").replace(/^.*\n/, "").split("\n").length;
	return [of("shm"), of("msg"), of("sem")].join(" ");
}

/** Returns 1 if Cagewright keys exist, else 0. Root sees the keys of all users (proc_keys(5)). */
function keys(): number {
	return spawnSync("grep", ["-c", "cagewright-", "/proc/keys"], { encoding: "utf8" }).stdout.trim() === "0" ? 0 : 1;
}
