import { expect, test } from "vitest";
import { fixedPalette } from "../../src/wizard/parts/look.ts";

type Rgb = readonly number[];

const rgbOf = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** The colour on a terminal with 256 colours, as chalk converts it. */
const inCube = (rgb: Rgb): Rgb => rgb.map((value) => [0, 0x5f, 0x87, 0xaf, 0xd7, 0xff][Math.round((value / 255) * 5)] ?? 0);

/** Relative luminance (WCAG 2). */
function luminance(rgb: Rgb): number {
	const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
		const share = value / 255;
		return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(Object.entries(fixedPalette))("the %s colour is readable on dark and light backgrounds", (_, color) => {
	for (const rgb of [rgbOf(color), inCube(rgbOf(color))]) {
		const own = luminance(rgb) + 0.05;
		expect(1.05 / own).toBeGreaterThan(3.8);
		expect(own / 0.05).toBeGreaterThan(3.8);
	}
});
