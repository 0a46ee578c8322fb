import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { bundle } from "../bundle.ts";
import { runToEnd } from "../run-to-end.ts";
import { temporaryFolder } from "./cagewright.ts";
import { patience } from "./eventually.ts";
import { scoped } from "./scoped.ts";

/** Paths through directories that somebody else can write to. Each walk runs in a separate process. `CAGEWRIGHT_SEED` tries other trees. */

const seed = process.env.CAGEWRIGHT_SEED ?? "1";
const folder = temporaryFolder("way");
let program: string;

beforeAll(() => {
	program = bundle(join(folder, "walk.mjs"), { file: "test/system/way-walk.ts" });
});

/** Returns the number of opened files. Fails if a walk left the tree. */
async function walk(mode: "tree" | "race"): Promise<number> {
	const { status, stderr, stdout } = await runToEnd(process.execPath, [program, folder, mode, seed], patience);
	expect({ seed, status, stderr: stderr.slice(0, 3000) }).toEqual({ seed, status: 0, stderr: "" });
	return Number(stdout);
}

test("a path is opened up to the first item that is no directory, and never leaves the top", async () => {
	mkdirSync(join(folder, "outside/a/b/c"), { recursive: true });
	expect(await walk("tree")).toBeGreaterThan(50);
	rmSync(join(folder, "inside"), { recursive: true, force: true });
});

test("a path never leaves the top while directories are swapped for links", async () => {
	for (const top of ["inside", "outside"])
		for (const one of ["a/a/a", "a/b/c", "b/a/b", "b/b/a", "c/a/b"]) mkdirSync(join(folder, top, one), { recursive: true });
	{
		await using swapper = scoped(spawn(process.execPath, [program, folder, "swap"], { stdio: "inherit" }));
		expect(await walk("race")).toBeGreaterThan(50);
		expect(swapper.exitCode).toBeNull();
	}
	expect(readdirSync(join(folder, "outside"))).toEqual(["a", "b", "c"]);
});
