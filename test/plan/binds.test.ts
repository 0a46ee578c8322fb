import { expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { isInPlace, sourceOf } from "../../src/plan/binds.ts";

const data = pathFromText("/cages/db/data");
const inPlace = [pathFromText("/var/lib/db")];

test.each([
	["/var/lib/db", "/var/lib/db"],
	["/var/lib/db/tables", "/var/lib/db/tables"],
	["/var/lib/db-other", "/cages/db/data/var/lib/db-other"],
	["/var/lib", "/cages/db/data/var/lib"],
	["/run/db", "/cages/db/data/run/db"],
])("the content of %s is at %s", (path, source) => {
	expect(sourceOf(pathFromText(path), { data, inPlace })).toBe(source);
	expect(isInPlace(pathFromText(path), { inPlace })).toBe(source === path);
});
