import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * Finds names in src/ that the glossary of docs/architecture.md does not allow, types that are bare participles, files that read the
 * date though only adapters have a clock, and literals that are spread, also in test/. The linter refuses the other clocks
 * (`deniedGlobals` in biome.json).
 */

const root = join(import.meta.dirname, "..");
const read = (file) => readFileSync(join(root, file), "utf8");

/** Rows of the table below "Words not to use": names in backticks, and what to use instead. */
const table = read("docs/architecture.md").split("### Words not to use")[1]?.split("\n## ")[0] ?? "";
const rows = table.split("\n").flatMap((line) => {
	const [, names = "", use = ""] = line.split("|").map((cell) => cell.trim());
	return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, use }));
});
if (rows.length === 0) throw new Error("docs/architecture.md has no table of words not to use");
const uses = new Map(rows.map(({ name, use }) => [name, use]));

/** Participles that are nouns of the glossary or of the field. */
const nouns = new Set(["Binding", "Finding", "Greeting", "Missing", "Setting"]);
const participle = /^(?:[A-Z][a-z]+(?:ed|ing)|Built|Found|Given|Held|Kept|Known|Left|Lost|Made|Seen|Taken|Told)$/;

const hasClock = /^src\/(?:[\w-]+\/host|cli|demo|launch\/relay)\//;
/** A date of a given time is no clock. */
const present = /\bDate\.now\b|\bnew Date\b(?!\()|(?<!new )\bDate\(|\bDate\(\s*\)/;

/** It only makes lines shorter than the formatter's. */
const spreadLiteral = /\.\.\.\{|^\s*\.\.\.\[[^\]]*\],$/;

const filesIn = (folder) =>
	readdirSync(join(root, folder), { recursive: true })
		.filter((file) => /\.tsx?$/.test(file))
		.map((file) => `${folder}/${file}`);
const problems = [];
for (const file of [...filesIn("src"), ...filesIn("test")]) {
	const isSource = file.startsWith("src/");
	if (isSource && uses.has(basename(file))) problems.push(`${file}: ${uses.get(basename(file))}`);
	// Comments keep their line breaks, so that the line numbers stay.
	const code = read(file).replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/.*/g, (text) =>
		text.startsWith("/") ? text.replace(/[^\n]+/g, " ") : '""',
	);
	for (const [index, line] of code.split("\n").entries()) {
		const at = `${file}:${index + 1}`;
		if (spreadLiteral.test(line)) problems.push(`${at}: write the fields, not a literal that is spread`);
		if (!isSource) continue;
		for (const [word] of line.matchAll(/[A-Za-z_$][\w$]*/g))
			if (uses.has(word)) problems.push(`${at}: ${word}: ${uses.get(word)}`);
		if (present.test(line) && !hasClock.test(file)) problems.push(`${at}: use now() of the machine`);
		const [, type = ""] = /\b(?:interface|type|class) (\w+)/.exec(line) ?? [];
		if (participle.test(type) && !nouns.has(type)) problems.push(`${at}: ${type}: name the thing, such as ${type}Result`);
	}
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length) process.exitCode = 1;
