import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The scripts are plain Node without types.
const script = (name: string) => import(new URL(`../../scripts/package/${name}.js`, import.meta.url).href);
const { figuresProblem } = await script("figures");
const { releases } = await script("release");

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000;
const measured = "Measured on 2026-03-10: Debian";

test("the comparison with other tools is as new as the newest release, and README.md names its day", () => {
	const release = releases()[0]?.date ?? 0;
	expect(figuresProblem({ readme: text("README.md"), benchmarks: text("docs/benchmarks.md"), release })).toBeUndefined();
});

test.each([
	["measured a week before", measured, "2026-03-17", undefined],
	["measured after it, for the next one", measured, "2026-03-01", undefined],
	["measured eight days before", measured, "2026-03-18", expect.stringMatching(/^the comparison .* of 2026-03-10/)],
	["of another day in README.md", "Measured on 2026-03-09", "2026-03-10", expect.stringContaining("the same day")],
	["without a day in README.md", "Measured", "2026-03-10", expect.stringContaining("the same day")],
])("a release with figures %s", (_, readme, day, problem) => {
	expect(figuresProblem({ readme, benchmarks: measured, release: noon(day) })).toEqual(problem);
});
