import fc from "fast-check";
import { expect, test } from "vitest";
import { pathFromText } from "../../../src/base/path/path.ts";
import { treeOf } from "../../../src/wizard/steps/files/tree.ts";
import { search } from "../../../src/wizard/steps/files/visible-rows.ts";
import { entry, plan } from "../../cage/plans.ts";

const part = fc.constantFrom("a", "lib", "Lib", "x86", "ä", "Ä", "page-1", "1", "e", ".", "usr", "so");
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
const query = fc
	.array(fc.oneof(part, fc.constantFrom(" ", "/", "l", "p-", "8")), { maxLength: 4 })
	.map((parts) => parts.join(""));

const itemsOf = (texts: readonly string[]) => treeOf(plan([...texts].sort().map((text) => entry(text)))).items;
const pathsOf = (items: ReturnType<typeof itemsOf>): readonly string[] => items.map((item) => item.path);
const lower = (text: string) => pathFromText(text).toLowerCase();
/** fuzzysort ignores accents. */
const plain = (text: string) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Expected result: paths with all words, the best first. */
function withWords(paths: readonly string[], words: readonly string[]): readonly string[] {
	const last = words.at(-1) ?? "";
	const rank = (one: string) => {
		const at = one.toLowerCase().lastIndexOf(last);
		if (one.includes("/", at + 1)) return 2;
		return at === 0 || one[at - 1] === "/" ? 0 : 1;
	};
	const found = paths.filter((one) => words.every((word) => one.toLowerCase().includes(word)));
	return [0, 1, 2].flatMap((wanted) => found.filter((one) => rank(one) === wanted));
}

test("a search finds paths with all words, or else fuzzy matches", () => {
	fc.assert(
		fc.property(fc.uniqueArray(path, { maxLength: 40 }), query, (texts, typed) => {
			const items = itemsOf(texts);
			const found = pathsOf(search(items, typed));
			const words = lower(typed).split(" ").filter(Boolean);
			const expected = words.length ? withWords(pathsOf(items), words) : pathsOf(items);
			if (expected.length) expect(found).toEqual(expected);
			else
				for (const one of found) {
					let at = -1;
					for (const letter of plain(words.join(""))) {
						at = plain(one).indexOf(letter, at + 1);
						expect(at, `${letter} in ${one}`).toBeGreaterThanOrEqual(0);
					}
				}
		}),
	);
});

test("fuzzy matching finds a path among many", () => {
	const many = Array.from({ length: 30 }, (_, at) => `/usr/lib/x86_64-linux-gnu/libexample-${at}.so`);
	const items = itemsOf([...many, "/etc/redis/redis.conf", "/srv/data"]);
	expect(pathsOf(search(items, "rdsconf"))).toEqual(["/etc/redis/redis.conf"]);
	expect(pathsOf(search(items, "usrlx86")).length).toBe(30);
	expect(search(items, "nowhere")).toEqual([]);
});

test("a search covers only the current view", () => {
	const items = itemsOf(["/a/lib", "/b/lib", "/lib/c", "/lib/d"]).filter((item) => item.path !== "/b/lib");
	expect(pathsOf(search(items, "lib"))).toEqual(["/a/lib", "/lib/c", "/lib/d"]);
	expect(search(items, "")).toEqual(items);
});
