import { expect, test } from "vitest";
import { isNewer } from "../../../src/base/host/release.ts";

test.each([
	["0.2.0", "0.1.0", true],
	["0.10.0", "0.9.9", true],
	["1.0", "1.0.0", false],
	["0.2.0", "0.2.0", false],
	["0.1.9", "0.2.0", false],
	["odd", "0.1.0", false],
])("whether %s is newer than %s is %s", (version, than, is) => {
	expect(isNewer(version, than)).toBe(is);
});
