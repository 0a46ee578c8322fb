import { expect, test } from "vitest";
import { isApproved, mergeResponsible } from "../../../src/core/record/record.ts";

const approved = { by: "Cy", at: "2026-01-01T00:00:00.000Z", generation: 2 };

test("the current statement wins, then the cage's, then the default for all cages", () => {
	const always = { initiatedBy: "a", implementedBy: "b", asked: true };
	expect(mergeResponsible({ purpose: " mail " }, { implementedBy: "c", approved }, always)).toEqual({
		purpose: "mail",
		initiatedBy: "a",
		implementedBy: "c",
		approved,
	});
});

test("an empty text removes a statement, and an approval without a name is none", () => {
	const given = { purpose: "", initiatedBy: " ", approved: { ...approved, by: "" } };
	expect(mergeResponsible(given, { purpose: "mail", approved }, { initiatedBy: "a" })).toEqual({});
});

test("an approval applies to one generation", () => {
	expect([1, 2, 3].filter((generation) => isApproved({ approved }, generation))).toEqual([2]);
});
