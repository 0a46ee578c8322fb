import { describe, expect, test } from "vitest";
import { messagesIn } from "../texts.ts";

describe.each(["en", "de"] as const)("in %s", (language) => {
	const messages = messagesIn(language);
	const units = { style: "unit", unitDisplay: "short" } as const;

	test("counts are written as Intl writes them", () => {
		const intl = new Intl.NumberFormat(language);
		for (const count of [0, 1, 12, 999, 1000, 12_345, 1_234_567, 0.5, 1.25, 1234.567, -4321])
			expect(messages.count(count)).toBe(intl.format(count));
	});

	test("so are sizes, with one digit below 100", () => {
		const sizes = [
			[0, 0, "byte"],
			[999, 999, "byte"],
			[1000, 1, "kilobyte"],
			[1550, 1.6, "kilobyte"],
			[99_940, 99.9, "kilobyte"],
			[110_400, 110, "kilobyte"],
			[19_736_225, 19.7, "megabyte"],
			[2_000_000_000, 2, "gigabyte"],
			[1_234_567_000_000_000, 1235, "terabyte"],
		] as const;
		for (const [bytes, value, unit] of sizes) {
			const expected = new Intl.NumberFormat(language, { ...units, unit }).format(value).replace(/\u00a0/g, " ");
			expect(messages.bytes(bytes)).toBe(expected.replace("byte", "B").replace("Byte", "B"));
		}
	});
});
