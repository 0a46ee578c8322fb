import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogues } from "../texts.ts";

const source = join(import.meta.dirname, "../../src");

/** Returns all sentences by key. A function counts with its source text. */
function sentences(value: unknown, path = ""): [string, string][] {
	if (typeof value === "string") return [[path, value]];
	if (typeof value === "function") return [[path, String(value)]];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => sentences(one, path === "" ? key : `${path}.${key}`));
}

describe("the catalogue", () => {
	const [en, de] = [new Map(sentences(catalogues.en)), new Map(sentences(catalogues.de))];

	it("has no English sentence in German", () => {
		/** Two lower-case words make a sentence, because names and formats are the same in every language. */
		const isSentence = (text: string) => /\b[a-z]{3,} [a-z]{2,}\b/.test(text.replace(/\{[^}]*\}|`[^`]*`/g, ""));
		const copied = [...en].filter(([path, text]) => !text.includes("=>") && isSentence(text) && de.get(path) === text);
		expect(copied).toEqual([]);
	});
});

/** Returns the source without comments, imports and messages of internal errors. */
function code(path: string): string {
	return readFileSync(path, "utf8")
		.replace(/\/\*.*?\*\//gs, "")
		.replace(/^\s*\/\/.*$/gm, "")
		.replace(/^import .*$/gm, "")
		.replace(/new Error\([^)]*\)/g, "");
}

/** Files with English texts next to their option or verb. The tests of the help check the German ones. */
const help = /cli\/(program|verbs|options|localize)\.ts$/;

describe("sentences outside the catalogue", () => {
	const files = ["wizard", "cli"].flatMap((folder) =>
		readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
			.filter((name) => /\.tsx?$/.test(name))
			.map((name) => join(source, folder, name)),
	);

	it("do not exist in the wizard and the verbs", () => {
		const found = files
			.filter((path) => !help.test(path))
			.flatMap((path) => {
				const text = code(path);
				const quoted = [...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'|`([^`]*)`/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
				const between = [...text.matchAll(/>\s*([A-Z][^<>{}()=;]*?)\s*<\//g)].map(([, words]) => words ?? "");
				return [...quoted.map((one) => one.replace(/\$\{[^}]*\}/g, "")), ...between]
					.filter((one) => /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b|\b[A-Z][a-z]+ [a-z]{2,} [a-z]{2,}/.test(one))
					.map((one) => `${path.slice(source.length + 1)}: ${one}`);
			});
		expect(found).toEqual([]);
	});
});
