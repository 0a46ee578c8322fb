// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a shell reads
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../src/template/parse.ts";
import { placesOf, scanJson } from "../../src/template/place.ts";
import { smallest } from "./corpus.ts";

const errorsOf = (text: string) => {
	const parsed = parseTemplate(text);
	return "errors" in parsed ? parsed.errors.map(({ code, column, line, pointer }) => `${line}:${column} ${pointer} ${code}`) : [];
};

describe("the JSON scanner", () => {
	it("accepts the same texts as the engine", () => {
		const sign = fc.constantFrom(...'[]{},:"\\/ \n\t0123456789.eE+-truefalsenull\u0001ü'.split(""));
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: sign, maxLength: 12 }),
					fc.json({ maxDepth: 3 }),
					fc.json({ maxDepth: 3 }).chain((json) => fc.nat(json.length).map((at) => `${json.slice(0, at)}${json.slice(at + 1)}`)),
				),
				(text) => {
					let valid = true;
					try {
						JSON.parse(text);
					} catch {
						valid = false;
					}
					expect(scanJson(text).brokenAt === undefined, text).toBe(valid);
				},
			),
			{ numRuns: 600 },
		);
	});

	it("finds the value of every pointer", () => {
		fc.assert(
			fc.property(fc.json({ maxDepth: 3 }), (json) => {
				const spread = JSON.stringify(JSON.parse(json), null, 1);
				scanJson(spread, (keys, at) => {
					const [place] = placesOf(spread, [{ keys: [...keys], name: false }]);
					const lines = spread.split("\n");
					const offset =
						lines.slice(0, (place?.line ?? 1) - 1).reduce((sum, line) => sum + line.length + 1, 0) + (place?.column ?? 1) - 1;
					expect(offset).toBe(at);
				});
			}),
			{ numRuns: 100 },
		);
	});
});

describe("the place of an error", () => {
	const text = (more: object) => JSON.stringify({ ...smallest, ...more }, null, "\t");

	it("is the value's, or the unexpected name's", () => {
		expect(errorsOf(text({ hooks: [], rules: { include: ["/usr/share/app", "/etc/shadow"] } }))).toEqual([
			"21:4 /rules/include/1 password-file",
			"17:2 /hooks unknown-field",
		]);
	});

	it("is the object's if something is missing", () => {
		expect(errorsOf('{\n  "schema": "cagewright/template/2",\n  "name": "x",\n  "title": { "en": "x" }\n}')).toEqual([
			"4:12 /title/de missing-field",
			"1:1 /description missing-field",
			"1:1 /application missing-field",
		]);
	});

	it("is where the text stops being JSON", () => {
		expect(errorsOf('{\n  "a": 1,\n}')).toEqual(["3:1  template-not-json"]);
		expect(errorsOf("")).toEqual(["1:1  template-not-json"]);
	});

	it("is the second occurrence of a repeated name", () => {
		expect(errorsOf('{"name": "x",\n "na\\u006de": "y"}')).toEqual(["2:2 /name duplicate-field"]);
	});
});

describe("a template of another version", () => {
	const old = { ...smallest, schema: "cagewright/template/1", notes: [{ en: "A", de: "B" }] };

	it("is read as the current version with the same meaning", () => {
		const parsed = parseTemplate(JSON.stringify({ ...old, application: { command: ["/bin/x"], probes: ['test "${HOME}"'] } }));
		expect(parsed).toMatchObject({
			template: {
				schema: "cagewright/template/2",
				parameters: {},
				alternatives: [],
				first: [],
				notes: [{ en: "A", de: "B" }],
				documentation: [],
				application: { command: ["/bin/x"], probes: ['test "${HOME}"'] },
			},
		});
	});

	it("is refused with its place if it is newer than this program", () => {
		const parsed = parseTemplate(JSON.stringify({ ...old, schema: "cagewright/template/7", surprise: true }, null, 1));
		expect(parsed).toEqual({
			errors: [
				{ path: "$.schema", pointer: "/schema", line: 2, column: 12, code: "newer-version", values: { version: 7, known: 2 } },
			],
		});
	});
});
