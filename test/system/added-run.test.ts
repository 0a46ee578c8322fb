import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Json, temporaryState } from "./cagewright.ts";

/** A second traced run adds to the first one, and both report their coverage. */

const client = "redis-cli -h 127.0.0.1 -p 6379";

const state = temporaryState();
const words = ["trace", "redis", "--add", "--exercise", `${client} BGREWRITEAOF`];

test("a run with another exercise adds its accesses, and the plan has those of both runs", async () => {
	const first = await cagewright(["trace", "redis", "--json", "--quiet"], { state });
	expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: "" });
	expect(first.json.added).toBeUndefined();
	expect(first.json.life).toContainEqual({ stage: "start", cameUp: true });
	expect(first.json.coverage).toMatchObject({ programs: { reached: 1, of: 1 }, configuration: { reached: 1, of: 1 } });
	const proposed = first.json.next.map(({ command }: Json) => command);
	expect(proposed).toContain(`${client} BGREWRITEAOF`);

	const second = await cagewright([...words, "--json", "--quiet"], { state });
	expect({ status: second.status, stderr: second.stderr }).toEqual({ status: 0, stderr: "" });
	expect(second.json.paths).toBeGreaterThan(first.json.paths);
	const { count, paths } = second.json.added;
	expect(count).toBeGreaterThan(0);
	expect(paths.join()).toContain("rewriteaof");
	// Exercises that already ran are not proposed again.
	const left = second.json.next.map(({ command }: Json) => command);
	expect(left).not.toContain(`${client} BGREWRITEAOF`);

	expect(await cagewright(["plan", "redis"], { state })).toMatchObject({ stdout: /Traced: start, stop, second start/ });
});

test.runIf(isLong)("a trial runs the exercises of both runs, and a further run adds nothing", async () => {
	const built = await cagewright(["build", "redis"], { state });
	expect({ status: built.status, next: built.stdout.split("\n")[1] }).toEqual({
		status: 0,
		next: `Next: cagewright --state ${state} trial redis`,
	});
	expect((await cagewright(["trial", "redis", "--no-selftest", "--json"], { state })).json).toMatchObject({ answered: true });
	const shown = await cagewright(["show", "redis", "--json"], { state });
	const exercises = ["SAVE", "BGSAVE", "INFO", "BGREWRITEAOF"].map((word) => `${client} ${word}`);
	expect(shown.json.application.exercises).toEqual(exercises);
	expect((await cagewright(["show", "redis"], { state })).stdout).toContain("Used from redis-server: programs 1 of 1");
	const again = await cagewright([...words, "--lang", "de"], { state });
	expect(again.stdout).toMatch(/Dieser Lauf (hat nichts Neues ergeben|ergänzte)/);
	expect(again.stdout).toContain(`Weiter: cagewright --state ${state} plan redis\n`);
});
