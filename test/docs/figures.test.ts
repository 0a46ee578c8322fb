import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The scripts are plain Node without types.
const script = (name: string) => import(new URL(`../../scripts/package/${name}.js`, import.meta.url).href);
const { comparedPages, figuresProblem } = await script("figures");
const { releases } = await script("release");

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000;
const page = "docs/benchmarks.md";

test("the comparisons with other tools are as new as the newest release", () => {
	const pages = Object.fromEntries(comparedPages.map((path: string) => [path, text(path)]));
	expect(figuresProblem({ pages, release: releases()[0]?.date ?? 0 })).toBeUndefined();
});

test.each([
	["measured a week before", "Measured on 2026-03-10: Debian", "2026-03-17", undefined],
	["measured after it, for the next one", "Measured on 2026-03-10", "2026-03-01", undefined],
	["measured eight days before", "Measured on 2026-03-10", "2026-03-18", expect.stringContaining("npm run bench:peers -- 3")],
	["without a day", "Measured", "2026-03-10", expect.stringContaining(page)],
])("a release with figures %s", (_, measured, day, problem) => {
	expect(figuresProblem({ pages: { [page]: measured }, release: noon(day) })).toEqual(problem);
});
