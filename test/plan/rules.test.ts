import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWithin, normalise, pathFromBytes, pathFromText } from "../../src/base/path/path.ts";
import { escapeGlob } from "../../src/base/path/quote.ts";
import { expandInclude, matchPaths, maxPerRule } from "../../src/plan/rules.ts";
import { directory, empty, link, tree } from "./tree.ts";

const machine = tree({
	"/lib": link("usr/lib"),
	...empty("/usr/lib/app/a.so", "/usr/lib/app/b.so", "/usr/lib/app/sub/c.so", "/usr/lib/app/.hidden.so", "/usr/lib/apple"),
	"/opt/current": link("/opt/app-2"),
	...empty("/opt/app-2/bin/tool", "/opt/Foo (x86)/bin", "/opt/Foo x86/bin", "/opt/a[1]/f", "/srv/Ärger/ß", "/srv/two\nlines/f"),
	...empty("/dev/null", "/proc/1/status"),
	"/empty": directory(),
});

describe("matchPaths", () => {
	const matches = (pattern: string, path: string) => matchPaths([pattern], machine)(pathFromText(path)) !== undefined;
	test.each([
		["/usr/lib/app", "/usr/lib/app", true],
		["/usr/lib/app", "/usr/lib/app/sub/c.so", true],
		["/usr/lib/app", "/usr/lib/apple", false],
		["/usr/lib/app/", "/usr/lib/app/a.so", true],
		["/usr//lib/./app", "/usr/lib/app/a.so", true],
		["/usr/lib/app/*.so", "/usr/lib/app/.hidden.so", true],
		["/usr/lib/app/*.so", "/usr/lib/app/sub/c.so", false],
		["/usr/lib/**/*.so", "/usr/lib/app/sub/c.so", true],
		["/usr/lib/app/**", "/usr/lib/app/sub/c.so", true],
		["/usr/lib/app/**", "/usr/lib/app", true],
		["/usr/lib/app/**", "/usr/lib/apple", false],
		["/usr/lib/a{pp,b}/**", "/usr/lib/app", true],
		["/**/*.so", "/usr/lib/app/a.so", true],
		["/usr/lib/app/[ab].so", "/usr/lib/app/b.so", true],
		["/usr/lib/app/{a,b}.so", "/usr/lib/app/b.so", true],
		["/usr/lib/app/?.so", "/usr/lib/app/bb.so", false],
		["/", "/usr/lib/app", true],
	])("%s and %s: %s", (pattern, path, expected) => expect(matches(pattern, path)).toBe(expected));

	test("a glob also matches everything below what it matches, as in an include", () => {
		expect(matches("/usr/lib/app*", "/usr/lib/app/sub/c.so")).toBe(true);
		expect(matches("/usr/*/sub", "/usr/lib/app/sub/c.so")).toBe(false);
	});
	test("a plain path with grouping characters is literal", () => {
		expect(matches("/opt/Foo (x86)", "/opt/Foo (x86)/bin")).toBe(true);
		expect(matches("/opt/Foo (x86)", "/opt/Foo x86/bin")).toBe(false);
		expect(matches("/opt/Foo (x86)/*", "/opt/Foo (x86)/bin")).toBe(true);
		expect(matches("/opt/!a", "/opt/b")).toBe(false);
	});
	test("a name with a newline or non-ASCII characters is matched like any other", () => {
		expect(matches("/srv/**", "/srv/two\nlines/f")).toBe(true);
		expect(matches("/srv/*/f", "/srv/two\nlines/f")).toBe(true);
		expect(matches("/srv/Ä*", "/srv/Ärger")).toBe(true);
		expect(matchPaths(["/srv/**"])(pathFromBytes(Buffer.from("/srv/\xff", "latin1")))).toBe("/srv/**");
	});
	test("an escaped glob matches only its literal path", () => {
		for (const path of ["/a*b", "/a[1]", "/a{b,c}", "/a(b)", "/a?b", "/a\\b", "/+(a)", "/a b!", "/Ä*"]) {
			const matched = matchPaths([escapeGlob(path)]);
			expect([path, matched(pathFromText(path))]).toEqual([path, escapeGlob(path)]);
			expect(matched(pathFromText(path.replace(/[*?]/, "xx").replace("[1]", "1")))).toBe(
				/[*?]|\[1\]/.test(path) ? undefined : escapeGlob(path),
			);
		}
	});
	test("a rule that names a link matches the place it leads to", () => {
		expect(matches("/lib/app/a.so", "/usr/lib/app/a.so")).toBe(true);
		expect(matches("/lib/app/*.so", "/usr/lib/app/a.so")).toBe(true);
		expect(matches("/opt/current", "/opt/app-2/bin/tool")).toBe(true);
		expect(matches("/opt/current", "/opt/current")).toBe(true);
		expect(matches("/opt/app-2", "/opt/current")).toBe(false);
	});
	test("the matching pattern is returned", () => {
		expect(matchPaths(["/x", "/usr/lib/**", "/usr"])(pathFromText("/usr/lib/a"))).toBe("/usr/lib/**");
		expect(matchPaths([])(pathFromText("/usr/lib/a"))).toBeUndefined();
	});
});

describe("expandInclude", () => {
	const expand = (pattern: string) => expandInclude(pattern, machine).sort();
	test("a path includes everything below it", () => {
		expect(expand("/usr/lib/app")).toEqual(
			["", "/.hidden.so", "/a.so", "/b.so", "/sub", "/sub/c.so"].map((rest) => `/usr/lib/app${rest}`),
		);
		expect(expand("/usr/lib/app/a.so")).toEqual(["/usr/lib/app/a.so"]);
		expect(expand("/empty/")).toEqual(["/empty"]);
	});
	test("a glob includes its matches with everything below them", () => {
		expect(expand("/usr/lib/app/s*")).toEqual(["/usr/lib/app/sub", "/usr/lib/app/sub/c.so"]);
		expect(expand("/usr/lib/*/[a-b].so")).toEqual(["/usr/lib/app/a.so", "/usr/lib/app/b.so"]);
	});
	test("a link that is named, or that precedes the glob, is followed", () => {
		expect(expand("/opt/current")).toContain("/opt/current/bin/tool");
		expect(expand("/lib/app/*.so")).toContain("/lib/app/a.so");
		expect(expand("/lib/app*")).toContain("/lib/app/a.so");
		expect(expand("/opt/current/*")).toEqual(["/opt/current/bin", "/opt/current/bin/tool"]);
	});
	test("a path with glob characters is found literally", () => {
		expect(expand("/opt/a[1]")).toEqual(["/opt/a[1]", "/opt/a[1]/f"]);
		expect(expand("/opt/Foo (x86)")).toEqual(["/opt/Foo (x86)", "/opt/Foo (x86)/bin"]);
		expect(expand(escapeGlob("/opt/a[1]"))).toEqual(["/opt/a[1]", "/opt/a[1]/f"]);
		expect(expand(escapeGlob("/opt/Foo (x86)"))).toEqual(["/opt/Foo (x86)", "/opt/Foo (x86)/bin"]);
	});
	test("a file named like the glob does not replace the glob's matches", () => {
		const files = tree({ "/srv/*": "", "/srv/a": "", "/srv/b": "" });
		expect(expandInclude("/srv/*", files).sort()).toEqual(["/srv/*", "/srv/a", "/srv/b"]);
	});
	test("a missing path gives nothing", () => {
		expect(expand("/nowhere")).toEqual([]);
		expect(expand("/usr/lib/*.zip")).toEqual([]);
		expect(expand("/nowhere/*")).toEqual([]);
	});
	test("kernel and launcher directories are not walked", () => {
		const all = expand("/**");
		expect(all).toContain("/usr/lib/app/sub/c.so");
		expect(all.filter((path) => /^\/(dev|proc)\//.test(path))).toEqual([]);
	});
	test("a huge directory is refused at the limit per rule, and skipped paths do not count", () => {
		let asked = 0;
		const many = Array.from({ length: maxPerRule + 10 }, (_, index) => pathFromText(`f${index}`));
		const huge = {
			...machine,
			status: (path: string) => {
				asked++;
				if (/[*?]/.test(path)) return undefined;
				return { ...(path === "/huge" ? directory() : { kind: "file" as const }), mode: 0, uid: 0, gid: 0, size: 0, mtime: 0 };
			},
			list: () => many,
		};
		expect(() => expandInclude("/huge/**", huge)).toThrow(
			expect.objectContaining({ code: "include-matches-too-much", exit: 2, values: { value: "/huge/**", most: maxPerRule } }),
		);
		expect(asked).toBeLessThan(maxPerRule * 3);
		expect(expandInclude(`/huge/f${maxPerRule + 5}*`, huge)).toEqual([`/huge/f${maxPerRule + 5}`]);
	});
});

test("the first of many matching rules is returned, as if each were tried alone", () => {
	const name = fc.constantFrom("a", "b", "a b", "a(1)", ".x", "ä");
	const path = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join("/")}`);
	const glob = fc.constantFrom("/*", "/**", "/a*", "/{a,b}/*", "/*/../b", "//", "/.", "\\(1\\)");
	const rule = fc.tuple(path, fc.oneof({ weight: 2, arbitrary: fc.constant("") }, glob)).map((parts) => parts.join(""));
	fc.assert(
		fc.property(fc.array(rule, { maxLength: 8 }), fc.array(path, { minLength: 1, maxLength: 12 }), (rules, texts) => {
			const matches = matchPaths(rules);
			for (const one of texts.map(pathFromText)) {
				expect(matches(one)).toBe(rules.find((text) => matchPaths([text])(one) !== undefined));
				for (const plain of rules.filter((text) => !/[*{\\]/.test(text))) {
					expect(matchPaths([plain])(one) !== undefined).toBe(isWithin(one, normalise(pathFromText(plain))));
				}
			}
		}),
	);
});
