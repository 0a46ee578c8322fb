import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { program } from "../system/cagewright.ts";

const dist = dirname(program);

test("a start loads few files and little else: neither the sentences, nor what only other verbs need", () => {
	const start = bundle("start");
	expect(start.files.length).toBeLessThanOrEqual(5);
	// Each kilobyte is read and compiled at every start.
	expect(start.bytes).toBeLessThan(220_000);
	expect(start.text).not.toContain("cagewright doctor");
});

test("a check and an update are in few files as well, without the other verbs", () => {
	const upkeep = bundle("upkeep-program");
	const verbs = [...upkeep.text.matchAll(/import\("\.\/((?:check|update)-[A-Z0-9]+\.js)"\)/g)].map(([, name = ""]) =>
		loaded(name),
	);
	expect(verbs).toHaveLength(2);
	for (const names of verbs) expect(new Set([...upkeep.files, ...names]).size).toBeLessThanOrEqual(20);
	expect(upkeep.text).not.toMatch(/import\("\.\/(make|wizard)-/);
});

/** The bundle that the program's beginning loads under this name, with all that it loads at once. */
function bundle(name: string) {
	const [, entry = ""] = new RegExp(`import\\("\\./(${name}-[A-Z0-9]+\\.js)"\\)`).exec(readFileSync(program, "utf8")) ?? [];
	const files = loaded(entry);
	expect(readdirSync(dist)).toEqual(expect.arrayContaining(files));
	return { files, text: textOf(entry), bytes: files.reduce((sum, file) => sum + statSync(join(dist, file)).size, 0) };
}

function loaded(name: string, known: string[] = []): string[] {
	if (known.includes(name)) return known;
	known.push(name);
	for (const [, next = ""] of textOf(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) loaded(next, known);
	return known;
}

function textOf(name: string): string {
	return readFileSync(join(dist, name), "latin1");
}
