import { expect, test } from "vitest";
import { fixedPalette } from "../../src/wizard/palette.ts";

/** Relative luminance of a `#rrggbb` colour (WCAG 2). */
function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
		return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(Object.entries(fixedPalette))("the %s colour is readable on dark and light backgrounds", (_, color) => {
	const own = luminance(color) + 0.05;
	expect(1.05 / own).toBeGreaterThan(3.8);
	expect(own / 0.05).toBeGreaterThan(3.8);
});
