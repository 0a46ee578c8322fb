import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { program } from "../system/cagewright.ts";

test("a start loads few files and little else: neither the sentences, nor what only other verbs need", () => {
	const dist = dirname(program);
	const [, start = ""] = /import\("\.\/(start-[A-Z0-9]+\.js)"\)/.exec(readFileSync(program, "utf8")) ?? [];
	const text = readFileSync(join(dist, start), "latin1");
	const imported = [...text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name = ""]) => name);
	expect(imported.length).toBeLessThanOrEqual(3);
	expect(readdirSync(dist)).toEqual(expect.arrayContaining(imported));
	// Each kilobyte is read and compiled at every start.
	const bytes = [start, ...imported].reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
	expect(bytes).toBeLessThan(220_000);
	expect(text).not.toContain("cagewright doctor");
});
