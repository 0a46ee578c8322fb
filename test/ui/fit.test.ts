import { describe, expect, test } from "vitest";
import { splitCommandLine } from "../../src/service/command-line.ts";
import { wrapCommand, wrapIndented } from "../../src/wizard/parts/fit.ts";

describe("a wrapped command", () => {
	const command = "cagewright make redis --probe 'redis-cli PING | grep -q PONG' --exclude '/usr/lib/a b/**' --yes";

	test("fits the width and means the same when it is pasted", () => {
		const rows = wrapCommand(command, 50);
		expect(rows.length).toBeGreaterThan(1);
		for (const row of rows) expect(row.length).toBeLessThanOrEqual(50);
		expect(splitCommandLine(rows.join("\n").replaceAll("\\\n", ""))).toEqual(splitCommandLine(command));
	});

	test("stays one row if it fits", () => expect(wrapCommand("cagewright run redis", 50)).toEqual(["cagewright run redis"]));

	test("keeps a word that is too long for a row", () => expect(wrapCommand("x".repeat(30), 20).join("")).toBe("x".repeat(30)));
});

describe("a wrapped line of a document", () => {
	test("breaks between words and keeps its indentation", () => {
		expect(wrapIndented("  - one two three four", 12)).toEqual(["  - one two", "  three four"]);
		expect(wrapIndented("| a |  b |", 12)).toEqual(["| a |  b |"]);
		expect(wrapIndented("", 12)).toEqual([""]);
	});

	test("breaks a word that is longer than a row", () => {
		expect(wrapIndented(`  ${"x".repeat(25)}`, 12)).toEqual([`  ${"x".repeat(10)}`, `  ${"x".repeat(10)}`, "  xxxxx"]);
	});

	test("shows an indentation as wide as the row without looping", () => {
		expect(wrapIndented(`${" ".repeat(20)}x`, 12).join("")).toContain("x");
	});
});
