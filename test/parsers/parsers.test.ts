import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parsers, typed } from "./parsers.ts";

/**
 * Whatever somebody writes into a file that is read, reading it ends, in little memory, with a result or a `Failure`. Each parser is tried in a process
 * of its own: one that hangs or grows is ended there, and fails the test instead of holding it up. `CAGEWRIGHT_SEED` tries other texts.
 */

const seed = process.env.CAGEWRIGHT_SEED ?? "1";
/** Far above what any of them takes; only what would not end comes here. */
const hangs = 30_000;
const memory = 192;

let child: string;
beforeAll(() => {
	const folder = mkdtempSync(join(tmpdir(), "cagewright-parsers-"));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	child = join(folder, "child.mjs");
	buildSync({ entryPoints: ["test/parsers/child.ts"], bundle: true, platform: "node", format: "esm", outfile: child });
});

test.each(Object.keys(parsers))("%s", (name) => {
	const { signal, status, stderr, stdout } = spawnSync(process.execPath, [`--max-old-space-size=${memory}`, child, name, seed], {
		encoding: "utf8",
		timeout: hangs,
		killSignal: "SIGKILL",
		maxBuffer: 1 << 26,
	});
	const last = status === 0 ? "" : stdout.trimEnd().split("\n").at(-1);
	expect({ seed, status, signal, last, said: stderr.slice(0, 2000) }).toEqual({
		seed,
		status: 0,
		signal: null,
		last: "",
		said: "",
	});
});

test("no parser is forgotten", () => {
	const source = execFileSync("grep", ["-rhoE", "^export function parse[A-Z]\\w*", "src"], { encoding: "utf8" });
	const names = source
		.trim()
		.split("\n")
		.map((line) => line.replace("export function ", ""));
	expect(names.filter((name) => !(name in parsers) && !typed.includes(name))).toEqual([]);
});
