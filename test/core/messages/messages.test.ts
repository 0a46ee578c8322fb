import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { weaknesses } from "../../../src/core/confinement/method.ts";
import { asciiMessages } from "../../../src/messages/ascii.ts";
import { languageFrom } from "../../../src/messages/messages.ts";
import { catalogues, messagesIn } from "../../texts.ts";

const source = fileURLToPath(new URL("../../../src", import.meta.url));

/** Returns every text of a catalogue with its key. A function counts with its number of parameters. */
function texts(value: unknown, place = ""): [string, string][] {
	if (typeof value === "string") return [[place, value]];
	if (typeof value === "function") return [[place, `function ${value.length}`]];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => texts(one, `${place}.${key}`));
}

const placeholders = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

describe("the catalogues", () => {
	const english = texts(catalogues.en);
	const german = new Map(texts(catalogues.de));

	test("have the same keys", () => expect([...german.keys()].sort()).toEqual(english.map(([place]) => place).sort()));

	test("have no empty texts", () => {
		// These columns need no heading.
		const silent = [".wizard.files.kinds.file", ".cli.doctor.head.0"];
		for (const [place, text] of [...english, ...german]) {
			if (!silent.includes(place)) expect(text.trim(), place).not.toBe("");
		}
	});

	test("name the same values in both languages", () => {
		for (const [place, text] of english) {
			const other = german.get(place) ?? "";
			if (text.startsWith("function") || other.startsWith("function")) continue;
			const [few, many] = [placeholders(text), placeholders(other)];
			// One language may need a plural where the other does not, but both name its number.
			expect(many, place).toEqual(few);
		}
	});

	test("have a sentence for each failure that the source can throw", () => {
		const missing = codesIn(source).filter((code) => !Object.hasOwn(catalogues.en.failures, code));
		expect(missing).toEqual([]);
	});

	test("say each failure in one line", () => {
		for (const { failures } of Object.values(catalogues))
			for (const text of Object.values(failures)) expect(text).not.toContain("\n");
	});
});

function codesIn(folder: string): string[] {
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
	const codes = files.flatMap((name) => {
		const text = readFileSync(`${folder}/${name}`, "utf8");
		return [...text.matchAll(/new Failure\(\s*([^,)]*)/g)].flatMap((match) =>
			[...(match[1] ?? "").matchAll(/"([a-z-]+)"/g)].map((code) => code[1] ?? ""),
		);
	});
	return [...new Set(codes)].sort();
}

describe("messages", () => {
	const en = messagesIn("en");
	const de = messagesIn("de");

	test("fill in values, numbers and plurals", () => {
		expect(en.fill("{n:count} {n|file|files}, {size:bytes}", { n: 1, size: 999 })).toBe("1 file, 999 B");
		expect(en.fill("{n:count} {n|file|files}, {size:bytes}", { n: 1234, size: 19_713_024 })).toBe("1,234 files, 19.7 MB");
		expect(en.fill("It fails{words?: %}. {name}", { words: "no {name}", name: "a" })).toBe("It fails: no {name}. a");
		expect(en.fill("It fails{words?: %}.", { words: "" })).toBe("It fails.");
		expect(de.fill("{n:count} {n|Datei|Dateien}, {size:bytes}", { n: 1234, size: 19_713_024 })).toBe("1.234 Dateien, 19,7 MB");
	});

	test("make values safe to show", () => {
		expect(en.failure({ code: "cage-unknown", values: { name: "\x1b[2Ja" } })).toContain("\\x1b[2Ja");
	});

	test("show an unknown code unchanged", () => {
		expect(en.failure({ code: "brand-new", values: { path: "/a" } })).toBe("brand-new path=/a");
		expect(en.failure({ code: "toString", values: {} })).toBe("toString");
	});

	test("describe each weakness, and the fix if it is refused", () => {
		for (const weakness of weaknesses) {
			for (const messages of [en, de]) {
				expect(messages.note(`weaker-${weakness}`, {})).toContain("--require full");
				expect(messages.failure({ code: `not-full-${weakness}`, values: {} })).toContain("--require");
			}
		}
	});

	test("find a note among the failures too", () => {
		expect(de.note("chroots-itself", { path: "/var/empty" })).toContain("/var/empty");
		expect(de.note("no-such-thing", {})).toBe("no-such-thing ");
	});

	test.each([
		[{ LANG: "de_DE.UTF-8" }, undefined, "de"],
		[{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, undefined, "en"],
		[{ LANG: "de_DE.UTF-8", LC_ALL: "" }, undefined, "de"],
		[{ LANG: "fr_FR" }, undefined, "en"],
		[{}, "de", "de"],
	])("the language of %j with --lang %s is correct", (environment, wanted, language) => {
		expect(languageFrom(environment, wanted)).toBe(language);
	});

	test("ASCII output contains only ASCII", () => {
		const messages = asciiMessages(messagesIn("de"));
		for (const [place, text] of texts(messages.wizard)) expect(text, place).toMatch(/^[\x20-\x7e\n]*$/);
		expect(messages.failure({ code: "cage-busy", values: { name: "a", pid: 1 } })).toBe(
			"Prozess 1 arbeitet am Kaefig a. Warten Sie, bis er endet, und versuchen Sie es erneut.",
		);
	});
});
