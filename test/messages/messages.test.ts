import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { weaknesses } from "../../src/confine/method.ts";
import { asciiMessages } from "../../src/messages/ascii.ts";
import { languageFrom } from "../../src/messages/messages.ts";
import { catalogues, messagesIn, texts } from "../texts.ts";

const source = join(import.meta.dirname, "../../src");

const sourceFiles = () => readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));

/** Returns the codes of all failures in the source. */
function thrownCodes(): string[] {
	const thrown = sourceFiles().flatMap((name) => [
		...readFileSync(join(source, name), "utf8").matchAll(/new Failure\(\s*([^,)]*)/g),
	]);
	return thrown.flatMap(([, codes = ""]) => [...codes.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code));
}

describe("the catalogues", () => {
	const [en, de] = [new Map(texts(catalogues.en)), new Map(texts(catalogues.de))];
	const isFunction = (text: string) => text.includes("=>");

	it("have no English sentence in German", () => {
		/** Two lower-case words make a sentence, because names and formats are the same in every language. */
		const isSentence = (text: string) => /\b[a-z]{3,} [a-z]{2,}\b/.test(text.replace(/\{[^}]*\}|`[^`]*`/g, ""));
		const copied = [...en].filter(([path, text]) => !isFunction(text) && isSentence(text) && de.get(path) === text);
		expect(copied).toEqual([]);
	});

	it("have the same keys", () => expect([...de.keys()].sort()).toEqual([...en.keys()].sort()));

	it("have no empty texts", () => {
		// These columns need no heading.
		const silent = ["wizard.files.kinds.file", "cli.doctor.head.0"];
		const empty = [...en, ...de].filter(([path, text]) => text.trim() === "" && !silent.includes(path));
		expect(empty).toEqual([]);
	});

	it("name the same values in both languages", () => {
		const placeholders = (text = "") => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();
		// One language may need a plural where the other does not, but both name its number.
		for (const [path, text] of en) if (!isFunction(text)) expect(placeholders(de.get(path)), path).toEqual(placeholders(text));
	});

	it("have a sentence for each failure that the source can throw", () => {
		const codes = thrownCodes();
		expect(codes.length).toBeGreaterThan(100);
		expect(codes.filter((code) => !Object.hasOwn(catalogues.en.failures, code))).toEqual([]);
	});

	it("say each failure in one line", () => {
		for (const { failures } of Object.values(catalogues))
			for (const text of Object.values(failures)) expect(text).not.toContain("\n");
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
const help = /cli\/(program|options|format)\.ts$|\/verbs\/definitions\.ts$/;

it("the wizard and the verbs contain no sentences outside the catalogue", () => {
	const found = sourceFiles()
		.filter((name) => /^(wizard|cli)\/|\/verbs\//.test(name) && !/\/text\//.test(name) && !help.test(name))
		.flatMap((name) => {
			const text = code(join(source, name));
			const quoted = [...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'|`([^`]*)`/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
			const between = [...text.matchAll(/>\s*([A-Z][^<>{}()=;]*?)\s*<\//g)].map(([, words]) => words ?? "");
			return [...quoted.map((one) => one.replace(/\$\{[^}]*\}/g, "")), ...between]
				.filter((one) => /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b|\b[A-Z][a-z]+ [a-z]{2,} [a-z]{2,}/.test(one))
				.map((one) => `${name}: ${one}`);
		});
	expect(found).toEqual([]);
});

describe.each(["en", "de"] as const)("in %s", (language) => {
	const messages = messagesIn(language);
	const units = { style: "unit", unitDisplay: "short" } as const;

	it("counts are written as Intl writes them", () => {
		const intl = new Intl.NumberFormat(language);
		for (const count of [0, 1, 12, 999, 1000, 12_345, 1_234_567, 0.5, 1.25, 1234.567, -4321])
			expect(messages.count(count)).toBe(intl.format(count));
	});

	it("so are sizes, with one digit below 100", () => {
		const sizes = [
			[0, 0, "byte"],
			[999, 999, "byte"],
			[1000, 1, "kilobyte"],
			[1550, 1.6, "kilobyte"],
			[99_940, 99.9, "kilobyte"],
			[110_400, 110, "kilobyte"],
			[19_736_225, 19.7, "megabyte"],
			[2_000_000_000, 2, "gigabyte"],
			[1_234_567_000_000_000, 1235, "terabyte"],
		] as const;
		for (const [bytes, value, unit] of sizes) {
			const expected = new Intl.NumberFormat(language, { ...units, unit }).format(value).replace(/\u00a0/g, " ");
			expect(messages.bytes(bytes)).toBe(expected.replace("byte", "B").replace("Byte", "B"));
		}
	});
});

const parameter = { name: "port", value: "x", template: "shop" };
const helper = { finding: "setuid", mode: "4755", path: "/usr/bin/helper" };

describe("the sentence of a failure", () => {
	it.each([
		["a phrase instead of a code", "en", "unsafe-directory", { problem: "owner" }, "it belongs to another user."],
		["a phrase instead of a code", "de", "unsafe-directory", { problem: "owner" }, "Es gehört einem anderen Benutzer."],
		["the allowed values", "en", "parameter-invalid", { ...parameter, kind: "port" }, "expected a port from 1 to 65535."],
		["the allowed values", "de", "parameter-invalid", { ...parameter, kind: "port" }, "ein Port von 1 bis 65535."],
		["the groups of techniques", "en", "selftest-blind", { groups: "files, processes" }, "(Files, Processes outside)"],
		["the groups of techniques", "de", "selftest-blind", { groups: "files, processes" }, "(Dateien, "],
		["a name that equals a code", "en", "import-unknown", { what: "openings", name: "rules" }, "'rules' (permission)"],
		["what the audit found", "en", "import-refused", helper, "/usr/bin/helper in the archive is setuid (4755)"],
		["an empty name in quotes", "en", "bad-name", { name: "" }, "Invalid cage name '': "],
		["an empty name in quotes", "de", "bad-name", { name: "" }, "Ungültiger Käfigname '': "],
		["an empty path in quotes", "en", "path-not-absolute", { path: "", option: "include" }, "Invalid path '' (include): "],
		["an empty path in quotes", "en", "no-such-file", { path: "" }, "File '' does not exist. Check the path."],
		["no names if there are none", "en", "parameter-unknown", { ...parameter, known: "" }, "no parameter 'port'. Remove it."],
		["names if there are some", "en", "parameter-unknown", { ...parameter, known: "a" }, "Remove it, or use one of these: a."],
	] as const)("has %s (%s: %s)", (_, language, code, values, words) => {
		expect(messagesIn(language).failure(new Failure(code, values))).toContain(words);
	});

	it("omits the empty output of an application", () => {
		const values = { name: "web", probe: "ask", words: "", missing: "/etc/hosts" };
		expect(messagesIn("en").failure({ code: "not-answered-in-cage", values })).not.toContain("''");
	});
});

describe("messages", () => {
	const en = messagesIn("en");
	const de = messagesIn("de");

	it("fill in values, numbers and plurals", () => {
		expect(en.fill("{n:count} {n|file|files}, {size:bytes}", { n: 1, size: 999 })).toBe("1 file, 999 B");
		expect(en.fill("{n:count} {n|file|files}, {size:bytes}", { n: 1234, size: 19_713_024 })).toBe("1,234 files, 19.7 MB");
		expect(en.fill("It fails{words?: %}. {name}", { words: "no {name}", name: "a" })).toBe("It fails: no {name}. a");
		expect(en.fill("It fails{words?: %}.", { words: "" })).toBe("It fails.");
		expect(de.fill("{n:count} {n|Datei|Dateien}, {size:bytes}", { n: 1234, size: 19_713_024 })).toBe("1.234 Dateien, 19,7 MB");
	});

	it("make values safe to show", () => {
		expect(en.failure({ code: "cage-unknown", values: { name: "\x1b[2Ja" } })).toContain("\\x1b[2Ja");
	});

	it("show an unknown code unchanged", () => {
		expect(en.failure({ code: "brand-new", values: { path: "/a" } })).toBe("brand-new path=/a");
		expect(en.failure({ code: "toString", values: {} })).toBe("toString");
	});

	it("describe each weakness, and the fix if it is refused", () => {
		for (const weakness of weaknesses) {
			for (const messages of [en, de]) {
				expect(messages.note(`weaker-${weakness}`, {})).toContain("--require full");
				expect(messages.failure({ code: `not-full-${weakness}`, values: {} })).toContain("--require");
			}
		}
	});

	it("name the kind of file in a finding, and the cause of a warning", () => {
		expect(de.finding({ code: "added", values: { kind: "directory" } }).what).toContain("(Verzeichnis)");
		const values = { name: "shop", cause: "no-record" };
		expect(en.note("undone-silent", values)).toContain("Reason: Cage shop has no record yet");
	});

	it("find a note among the failures too", () => {
		expect(de.note("chroots-itself", { path: "/var/empty" })).toContain("/var/empty");
		expect(de.note("no-such-thing", {})).toBe("no-such-thing ");
	});

	it.each([
		[{ LANG: "de_DE.UTF-8" }, undefined, "de"],
		[{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, undefined, "en"],
		[{ LANG: "de_DE.UTF-8", LC_ALL: "" }, undefined, "de"],
		[{ LANG: "fr_FR" }, undefined, "en"],
		[{}, "de", "de"],
	])("the language of %j with --lang %s is correct", (environment, wanted, language) => {
		expect(languageFrom(environment, wanted)).toBe(language);
	});

	it("ASCII output contains only ASCII", () => {
		const messages = asciiMessages(messagesIn("de"));
		for (const [place, text] of texts(messages.wizard)) if (!text.includes("=>")) expect(text, place).toMatch(/^[\x20-\x7e\n]*$/);
		expect(messages.failure({ code: "cage-busy", values: { name: "a", pid: 1 } })).toBe(
			"Prozess 1 arbeitet am Kaefig a. Warten Sie, bis er endet, und versuchen Sie es erneut.",
		);
	});
});
