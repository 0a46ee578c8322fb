import fc from "fast-check";
import { expect, test } from "vitest";
import { pathFromText } from "../../../src/core/path/path.ts";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { modelOf } from "../../../src/wizard/steps/files/model.ts";
import { search } from "../../../src/wizard/steps/files/search.ts";
import { entry, plan } from "../../core/cage/plans.ts";

const part = fc.constantFrom("a", "lib", "Lib", "x86", "ä", "Ä", "page-1", "1", "e", ".", "usr", "so");
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
const query = fc
	.array(fc.oneof(part, fc.constantFrom(" ", "/", "l", "p-", "8")), { maxLength: 4 })
	.map((parts) => parts.join(""));

const planOf = (texts: readonly string[]): Plan => plan([...texts].sort().map((text) => entry(text)));

/** What it is to find, said with texts. */
function simply(paths: readonly string[], typed: string): readonly string[] {
	const lower = (text: string) => pathFromText(text).toLowerCase();
	const words = lower(typed).split(" ").filter(Boolean);
	const last = words.at(-1);
	if (last === undefined) return paths;
	const found = paths.filter((one) => words.every((word) => one.toLowerCase().includes(word)));
	const rank = (one: string) => {
		const at = one.toLowerCase().lastIndexOf(last);
		if (one.includes("/", at + 1)) return 2;
		return at === 0 || one[at - 1] === "/" ? 0 : 1;
	};
	if (found.length) return [0, 1, 2].flatMap((wanted) => found.filter((one) => rank(one) === wanted));
	const letters = words.join("");
	const apart = paths.flatMap((one) => {
		let rest = one.toLowerCase();
		let end = 0;
		for (const letter of [...letters].reverse()) {
			const at = rest.lastIndexOf(letter);
			if (at < 0) return [];
			end ||= at + 1;
			rest = rest.slice(0, at);
		}
		const span = end - rest.length;
		return span <= letters.length * 4 ? [{ one, span }] : [];
	});
	return apart.sort((a, b) => a.span - b.span).map(({ one }) => one);
}

test("a search finds what all its words are in, else what has its letters close together, however it was typed", () => {
	fc.assert(
		fc.property(fc.uniqueArray(path, { maxLength: 40 }), fc.array(query, { minLength: 1, maxLength: 3 }), (texts, queries) => {
			const { columns } = modelOf(planOf(texts));
			for (const typed of queries) {
				// Letter by letter, as one types: what is remembered of fewer letters must not change what more of them find.
				for (let length = 1; length <= typed.length; length++) {
					const found = [...search(columns, typed.slice(0, length))].map((at) => columns.paths[at]);
					expect(found).toEqual(simply(columns.paths, typed.slice(0, length)));
				}
			}
		}),
	);
});

test("among a view only what is in it is found", () => {
	const { columns } = modelOf(planOf(["/a/lib", "/b/lib", "/lib/c", "/lib/d"]));
	const among = Int32Array.from(columns.paths.keys()).filter((at) => columns.paths[at] !== "/b/lib");
	expect([...search(columns, "lib", among)].map((at) => columns.paths[at])).toEqual(["/a/lib", "/lib/c", "/lib/d"]);
	expect([...search(columns, "", among)]).toEqual([...among]);
});
