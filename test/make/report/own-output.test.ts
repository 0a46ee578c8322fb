import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/base/host/hash.ts";
import { areMetrics, isChecksumOf, isRecord, isRecordIndex, type Recognise } from "../../../src/make/report/own-output.ts";
import { recordCycloneDx } from "../../../src/record/report/cyclonedx.ts";
import { recordHtml } from "../../../src/record/report/html.ts";
import { indexMarkdown, indexToJson } from "../../../src/record/report/index-of-records.ts";
import { recordToJson } from "../../../src/record/report/json.ts";
import { recordMarkdown } from "../../../src/record/report/markdown.ts";
import { checksumLine } from "../../../src/record/verification.ts";
import { metricsText } from "../../../src/watch/report/metrics.ts";
import { recordFor } from "../../record/report/records.ts";
import { messagesIn } from "../../texts.ts";

const record = recordFor();
const sum = "0123456789abcdef".repeat(4);
const index = { host: "bastion", writtenAt: record.writtenAt, written: [], damaged: [] };
const english = "Installation of an application in a chroot cage after safeguard S 4.198 (SYS.1.3.A10). Written by Cagewright";
const german = "Installation einer Applikation in einem chroot-Käfig nach Maßnahme M 4.198 (SYS.1.3.A10).";

const recognisers: Readonly<Record<string, Recognise>> = {
	record: isRecord,
	index: isRecordIndex,
	checksum: isChecksumOf("r.md"),
	metrics: areMetrics,
};
const json = (schema: string, value: object) => `${JSON.stringify({ schema, ...value }, null, 2)}\n`;
const outputs: readonly (readonly [name: string, kind: string, text: string])[] = [
	...(["en", "de"] as const).flatMap((language): [string, string, string][] => [
		[`a Markdown record (${language})`, "record", recordMarkdown(record, messagesIn(language))],
		[`an HTML record (${language})`, "record", recordHtml(record, messagesIn(language), sha256)],
		[`an index (${language})`, "index", indexMarkdown(index, messagesIn(language))],
	]),
	["a JSON record", "record", json("cagewright/record/1", recordToJson(record))],
	["a CycloneDX record", "record", recordCycloneDx(record, { version: "1.2.3", sha256 })],
	["a JSON index", "index", json("cagewright/record-index/1", indexToJson(index))],
	["metrics without cages", "metrics", metricsText([], "1.2.3", 0)],
	["a checksum", "checksum", checksumLine(sum, "r.md")],
	// As earlier releases wrote them.
	["an early record", "record", `# Record of the cage app\n\n${english} after the last trial.\n\n- Generation: 1\n`],
	["an early German record", "record", `# Nachweis für den Käfig app\n\n${german} Geschrieben von Cagewright.\n`],
	[
		"the earliest German record",
		"record",
		`# Nachweis für den Käfig app\n\n${german} Von Cagewright nach der letzten Erprobung geschrieben.\n`,
	],
];

test.each(outputs)("%s is recognised, also by its beginning, and as nothing else", (_, kind, text) => {
	const beginning = kind === "checksum" ? text : text.slice(0, 1 << 16);
	for (const [name, recognise] of Object.entries(recognisers))
		expect([name, recognise(beginning)]).toEqual([name, name === kind]);
});

test.each(outputs)("a text with %s in it belongs to somebody else", (_, kind, text) => {
	const recognise = recognisers[kind] ?? (() => true);
	for (const foreign of [`x${text}`, ` ${text}`, `\n${text}`, `# My notes\n\n${text}`, `> ${text}`])
		expect(recognise(foreign)).toBe(false);
});

describe("a foreign file that mentions Cagewright", () => {
	const made = JSON.parse(recordCycloneDx(record, { version: "1.2.3", sha256 }));
	const foreign: readonly (readonly [name: string, text: string])[] = [
		["nothing", ""],
		["a heading", "# Record of the cage app\n\nWhat we think of it.\n"],
		["an introduction", `# Notes\n\n${english}.\n`],
		["another page", `<!DOCTYPE html>\n<html lang="en">\n<body>\n<p class="intro">${english}.</p>\n`],
		["a bill of materials that lists it", JSON.stringify({ ...made, metadata: {}, components: [made.metadata] }, null, 2)],
		["another schema", json("cagewright/template/1", {})],
		["a value like the schema's", JSON.stringify({ title: "cagewright/record/1" })],
		["two checksums", `${checksumLine(sum, "r.md")}${checksumLine(sum, "other")}`],
		["the checksum of another file", checksumLine(sum, "other")],
		["metrics with those of others", `${metricsText([], "1.2.3", 0)}node_load1 0.5\nup 1\n`],
		["a help line", "# HELP cagewright_build_info x\nup 1\n"],
	];
	test.each(foreign)("is not recognised: %s", (_, text) => {
		for (const [name, recognise] of Object.entries(recognisers)) expect([name, recognise(text)]).toEqual([name, false]);
	});
});

test("no other text is recognised", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			for (const recognise of Object.values(recognisers)) expect(recognise(text)).toBe(false);
		}),
	);
});
