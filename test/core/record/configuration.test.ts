import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { differenceOf, unifiedDiff } from "../../../src/core/record/record.ts";

const folder = mkdtempSync(`${tmpdir()}/cagewright-diff-`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("patch(1) can apply the difference", () => {
	const lines = fc.array(fc.constantFrom("a", "b", "c", "listen 80;", ""), { maxLength: 30 });
	fc.assert(
		fc.property(lines, lines, (before, after) => {
			const hunks = unifiedDiff(before, after);
			if (hunks?.length === 0) {
				expect(before).toEqual(after);
				return;
			}
			writeFileSync(`${folder}/file`, before.map((line) => `${line}\n`).join(""));
			const patch = ["--- file", "+++ file", ...(hunks ?? []), ""].join("\n");
			const { status, stderr, stdout } = spawnSync("patch", ["-s", "-o", "-", `${folder}/file`], {
				input: patch,
				encoding: "utf8",
			});
			expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: after.map((line) => `${line}\n`).join("") });
		}),
		{ numRuns: 30 },
	);
});

test("secrets are masked before the comparison, and keys and binaries are not shown", () => {
	const { difference } = differenceOf("port 1\nrequirepass old\n", "port 2\nrequirepass new\n", false);
	expect(difference).toEqual(["@@ -1,2 +1,2 @@", "-port 1", "+port 2", " requirepass ********"]);
	expect(differenceOf("requirepass old\n", "requirepass new\n", false)).toEqual({ withheld: "secret" });
	expect(differenceOf("a", "b", true)).toEqual({ withheld: "secret" });
	expect(differenceOf("a\0", "b", false)).toEqual({ withheld: "binary" });
	expect(differenceOf("same", "same", true)).toEqual({});
});

test("texts with too many differences are not compared line by line", () => {
	const lines = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}\n`).join("");
	expect(differenceOf(lines("a"), lines("b"), false)).toEqual({ withheld: "too-long" });
});
