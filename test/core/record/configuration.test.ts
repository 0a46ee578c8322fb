import { expect, test } from "vitest";
import { differenceOf } from "../../../src/core/record/configuration.ts";

test("secrets are masked before the comparison, and keys and binaries are not shown", () => {
	const { difference } = differenceOf("port 1\nrequirepass old\n", "port 2\nrequirepass new\n", false);
	expect(difference).toEqual(["@@ -1,2 +1,2 @@", "-port 1", "+port 2", " requirepass ********"]);
	expect(differenceOf("requirepass old\n", "requirepass new\n", false)).toEqual({ withheld: "secret" });
	expect(differenceOf("a", "b", true)).toEqual({ withheld: "secret" });
	expect(differenceOf("a\0", "b", false)).toEqual({ withheld: "binary" });
	expect(differenceOf("same", "same", true)).toEqual({});
});

test("texts with too many differences are not compared line by line", () => {
	const lines = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}\n`).join("");
	expect(differenceOf(lines("a"), lines("b"), false)).toEqual({ withheld: "too-long" });
});
