import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { home, program } from "../system/cagewright.ts";

/** The bundles of the program and the code that V8 made of them when it was built (build.js). */

const dist = dirname(program);
let copy: string;
beforeAll(() => {
	copy = mkdtempSync(join(tmpdir(), "cagewright-bundles-"));
	for (const part of ["bin", "templates", "package.json"]) cpSync(join(home, part), join(copy, part), { recursive: true });
	cpSync(dist, join(copy, "dist"), { recursive: true });
});
afterAll(() => rmSync(copy, { recursive: true }));

test("a start loads one file and little else: neither the sentences, nor what only other verbs need", () => {
	const text = readFileSync(bundle("start"), "latin1");
	// Each kilobyte is read at every start.
	expect(text.length).toBeLessThan(230_000);
	expect(text).not.toContain("cagewright doctor");
	expect(text).not.toContain("commander");
});

test.each(["start", "program", "words"])("%s is ASCII, as it is read", (name) => {
	expect(readFileSync(bundle(name)).findIndex((byte) => byte > 0x7f)).toBe(-1);
});

test.each(["start", "program", "words"])("V8 takes the code that was kept of %s", (name) => {
	const tried = `
		const { readFileSync } = require("node:fs");
		const path = process.argv[1];
		const source = require("node:module").wrap(readFileSync(path, "latin1"));
		const script = new (require("node:vm").Script)(source, { filename: path, cachedData: readFileSync(path + ".code") });
		process.stdout.write(String(script.cachedDataRejected));`;
	expect(spawnSync(process.execPath, ["-e", tried, bundle(name)], { encoding: "utf8" }).stdout).toBe("false");
});

test.each([
	["is of another release of V8", (path: string) => writeFileSync(path, readFileSync(path).fill(7, 4, 8))],
	["is of another bundle", (path: string) => copyFileSync(`${bundle("words")}.code`, path)],
	["is cut off", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
	["is empty", (path: string) => writeFileSync(path, "")],
	["is not there", (path: string) => rmSync(path)],
])("where the code %s, the program does the same without it", (_, spoil) => {
	for (const name of ["start", "program"]) spoil(join(copy, "dist", `${basename(bundle(name))}.code`));
	const state = join(copy, "state");
	const run = (...args: string[]) =>
		spawnSync(process.execPath, [join(copy, "bin", "cagewright.js"), "--lang", "en", "--state", state, ...args], {
			encoding: "utf8",
		});
	expect(run("list", "--json")).toMatchObject({ status: 0, stdout: expect.stringContaining('"cages": []') });
	// Of its own bundle, which no option before the verb may keep it from.
	const started = spawnSync(process.execPath, [join(copy, "bin", "cagewright.js"), "--state", state, "run", "none"], {
		encoding: "utf8",
	});
	expect(started).toMatchObject({ status: 2, stderr: expect.stringMatching(/^cagewright: .*none.*\n$/) });
	cpSync(dist, join(copy, "dist"), { recursive: true });
});

/** The file that the program's beginning loads under this name. */
function bundle(name: string): string {
	const file = readdirSync(dist).filter((one) => new RegExp(`^${name}-[A-Z0-9]+\\.js$`).test(one));
	const beginning = readFileSync(program, "utf8");
	const used = file.filter((one) => beginning.includes(one));
	expect(used).toHaveLength(1);
	expect(statSync(join(dist, used[0] ?? "")).size).toBeGreaterThan(1000);
	return join(dist, used[0] ?? "");
}
