import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The scripts are plain Node without types.
const script = (name: string) => import(new URL(`../../scripts/package/${name}.js`, import.meta.url).href);
const { comparedPages, figuresProblem } = await script("figures");
const { parse, releases } = await script("release");

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

test("the changes of a release are in its packages without the headings of CHANGELOG.md", () => {
	const section = "0.3.0 (2027-01-02)\n\n### Upgrade notes\n\nFirst this.\n\n- One\n  change\n\n### Alarms\n\n- Another\n\n";
	const changes = ["One change", "Another"];
	expect(parse(section)).toEqual({ version: "0.3.0", date: noon("2027-01-02"), changes });
});
