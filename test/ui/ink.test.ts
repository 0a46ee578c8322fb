import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type InkOutput, rememberingRows } from "../../src/wizard/ink-rows.ts";
import { cutTo, isNarrow } from "../../src/wizard/parts/fit.ts";

/** Ink as the program has it, by the files that its package does not hand out. */
const part = async (name: string) => (await import(`../../node_modules/ink/build/${name}.js`)).default;

test("rows that are remembered are the rows that Ink draws", async () => {
	const Ink: Parameters<typeof rememberingRows>[0] = await part("output");
	const Remembering = rememberingRows(Ink);
	const plain = ["ab", "ü", "─", "…", " ", "x", "\n"];
	const styles = ["\x1b[1m", "\x1b[22m", "\x1b[36mb\x1b[39m", "\x1b[2mc\x1b[22m", "\x1b[7m \x1b[27m", "\x1b[1;38;5;9md\x1b[0m"];
	const odd = ["漢", "e\u0301", "©\ufe0f", "\u00ad", "\x1b[2J"];
	const textOf = (pieces: readonly string[], maxLength: number) =>
		fc.array(fc.constantFrom(...pieces), { maxLength }).map((all) => all.join(""));
	const write = fc.oneof(
		fc.record({ x: fc.nat(12), y: fc.nat(6), text: textOf([...plain, ...styles, ...odd], 20) }),
		// Beside each other, as most of a screen is.
		fc.record({ x: fc.constantFrom(0, 7, 13), y: fc.nat(6), text: textOf([...plain, ...styles], 4) }),
	);
	const clip = fc.record({ x1: fc.constantFrom(undefined, 2), x2: fc.constant(9), y1: fc.nat(3), y2: fc.nat(6) });
	const frame = fc.array(fc.oneof({ weight: 4, arbitrary: write }, clip, fc.constant("unclip" as const)), { maxLength: 12 });
	fc.assert(
		fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
			for (const operations of frames) {
				const [plain, remembering] = [new Ink({ width: 20, height: 5 }), new Remembering({ width: 20, height: 5 })].map(
					(output) => {
						const clipping = output as InkOutput & { clip(clip: unknown): void; unclip(): void };
						for (const one of operations) {
							if (one === "unclip") clipping.unclip();
							else if ("text" in one)
								output.write(one.x, one.y, one.text, { transformers: [(row, index) => (index ? `${row}.` : row)] });
							else clipping.clip({ ...one, ...(one.x1 === undefined ? { x2: undefined } : {}) });
						}
						return output.get();
					},
				);
				expect(remembering).toEqual(plain);
			}
		}),
	);
});

test("a narrow text is cut as Ink cuts it", async () => {
	const wrap = await part("wrap-text");
	const text = fc.array(fc.constantFrom("a", "bc", " ", "/", "ü", "─", "…"), { maxLength: 20 }).map((all) => all.join(""));
	const cuts = fc.constantFrom("end" as const, "middle" as const, "start" as const);
	fc.assert(
		fc.property(text, fc.integer({ min: 1, max: 25 }), cuts, (one, width, cut) => {
			expect(isNarrow(one)).toBe(true);
			expect(cutTo(one, width, cut)).toBe(wrap(one, width, `truncate-${cut}`));
		}),
	);
	for (const wide of ["漢", "e\u0301", "\u00ad", "\x1b[1m", "👍"]) expect(isNarrow(`a${wide}`), wide).toBe(false);
});

test("texts that were on the screen for hours are forgotten", async () => {
	const [measure, wrap] = [await part("measure-text"), await part("wrap-text")];
	setFlagsFromString("--expose-gc");
	const collect: () => void = runInNewContext("gc");
	let line = 0;
	const log = (lines: number) => {
		for (const end = line + lines; line < end; line++) {
			const text = `${line} ${"x".repeat(1000)}`;
			measure(text);
			wrap(text, 200, "truncate-end");
		}
		collect();
		return process.memoryUsage().heapUsed;
	};
	const before = log(6_000);
	expect(log(6_000) - before).toBeLessThan(6_000_000);
});
