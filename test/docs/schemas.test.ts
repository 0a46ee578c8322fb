import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { requireDescribed, requireDescribedEvent } from "../system/described.ts";

const folder = new URL("../../docs/reference/schemas/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

test("the index of schemas names each of them", () => {
	const names = [...read("README.md").matchAll(/\]\(([\w-]+\.json)\)/g)].map(([, name]) => name);
	expect(names).toContain("list.json");
	expect(names.sort()).toEqual(readdirSync(folder).filter((name) => name !== "README.md"));
});

test("docs/promises.md names only tests that exist", () => {
	const promises = readFileSync(new URL("../../docs/promises.md", import.meta.url), "utf8");
	const files = [...promises.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
	expect(files).toContain("test/system/older-exports.test.ts");
	expect(files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([]);
});

const stale = { schema: "cagewright/stale/1", cages: ["redis"] };

describe("a published schema", () => {
	const validate = new Ajv2020().compile(JSON.parse(read("stale.json")));

	test.each([
		["accepts the result", stale, true],
		["accepts a field of a later release", { ...stale, since: "2027-01-01" }, true],
		["refuses another document", { ...stale, schema: "cagewright/stale/2" }, false],
		["refuses a missing field", { schema: stale.schema }, false],
		["refuses another type", { ...stale, cages: [1] }, false],
	])("%s", (_, json, isValid) => {
		expect(validate(json)).toBe(isValid);
	});
});

describe("the schema of a format that grows", () => {
	const validate = new Ajv2020().compile(JSON.parse(read("event.json")));
	const started = { event: "step-started", step: "trace" };

	test.each([
		["accepts an event", started, true],
		["accepts a code of a later release", { ...started, step: "review" }, true],
		["accepts an event of a later release", { event: "cage-signed", by: "root" }, true],
		["refuses a known event without its fields", { event: "step-started" }, false],
		["refuses an event without a name", { step: "trace" }, false],
	])("%s", (_, json, isValid) => {
		expect(validate(json)).toBe(isValid);
	});

	test("is narrower in the tests, which know no later release", () => {
		requireDescribedEvent(started);
		for (const json of [
			{ ...started, step: "review" },
			{ ...started, by: "root" },
			{ event: "cage-signed", by: "root" },
		])
			expect(() => requireDescribedEvent(json)).toThrow("event is not as");
	});
});

test("the tests refuse a field without a description", () => {
	requireDescribed(stale);
	expect(() => requireDescribed({ ...stale, since: "2027-01-01" })).toThrow("since");
	// Nobody described this one.
	requireDescribed({ schema: "cagewright/other/1", anything: true });
});
