import { expect, test } from "vitest";
import { isInPlace, sourceOf } from "../../../src/core/cage/in-place.ts";
import { pathFromText } from "../../../src/core/path/path.ts";

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
