import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { unifiedDiff } from "../../src/record/evidence.ts";

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
