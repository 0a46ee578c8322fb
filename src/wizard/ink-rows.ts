import { isNarrow } from "./parts/fit.ts";

/** What of Ink's drawing is used here: texts are written at places, and `get` makes the frame of them. */
export interface InkOutput {
	readonly width: number;
	readonly height: number;
	readonly operations: readonly Operation[];
	write(x: number, y: number, text: string, options: { readonly transformers: readonly Transformer[] }): void;
	get(): { readonly output: string; readonly height: number };
}

type Transformer = (row: string, index: number) => string;

interface Clip {
	readonly x1: number | undefined;
	readonly x2: number | undefined;
	readonly y1: number | undefined;
	readonly y2: number | undefined;
}

type Operation =
	| {
			readonly type: "write";
			readonly x: number;
			readonly y: number;
			readonly text: string;
			readonly transformers: readonly Transformer[];
	  }
	| { readonly type: "clip"; readonly clip: Clip }
	| { readonly type: "unclip" };

type InkOutputClass = new (size: { readonly width: number; readonly height: number }) => InkOutput;

interface Part {
	readonly x: number;
	readonly text: string;
}

/** Some screens full of rows of the largest terminals. */
const mostRows = 1000;

/**
 * Ink takes every frame apart into characters and puts it together again, which is most of what a large picture costs. What it does to a character
 * depends on the styles beside it alone: so each row is put together of whole runs of one style, by what Ink made once of a row with a single character
 * for each of them. Rows that are more than texts beside each other are made by Ink and remembered by what is written in them.
 */
export function rememberingRows(Output: InkOutputClass): InkOutputClass {
	const made = new Remembered();
	const patterns = new Remembered();
	const byInk = (parts: readonly Part[], width: number): string => {
		const row = new Output({ width, height: 1 });
		for (const { text, x } of parts) row.write(x, 0, text, { transformers: [] });
		return row.get().output;
	};
	const rowOf = (parts: readonly Part[], width: number): string => {
		const row = runsOf(parts, width);
		if (!row) {
			const key = `${width}${parts.map(({ text, x }) => `\n${x} ${text}`).join("")}`;
			return made.get(key, () => byInk(parts, width));
		}
		const { pattern, runs } = row;
		const between = patterns.get(pattern, () => byInk(patternParts(pattern), runs.length)).split(mark);
		let text = between[0] as string;
		for (const [at, run] of runs.entries()) text += run + between[at + 1];
		return text.trimEnd();
	};
	return class extends Output {
		override get() {
			const { height, width } = this;
			const rows = partsByRow(this);
			if (!rows) return super.get();
			return { output: rows.map((parts) => (parts.length ? rowOf(parts, width) : "")).join("\n"), height };
		}
	};
}

/** Of texts by their keys, so many that no day of drawing fills the memory. */
class Remembered {
	readonly #texts = new Map<string, string>();

	get(key: string, make: () => string): string {
		const known = this.#texts.get(key);
		if (known !== undefined) return known;
		const text = make();
		if (this.#texts.size >= mostRows) this.#texts.clear();
		this.#texts.set(key, text);
		return text;
	}
}

/** Stands for a run of characters, and is in no code of a style. */
const mark = "x";
/** Between what was written side by side: a style that is left open ends with its text. */
const apart = "\n";

/** SGR (ECMA-48, 8.3.117): what styles are made of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with the control character ESC
const style = /(\x1b\[[\d;]*m)/;

interface Runs {
	/** The row with a mark for each of its runs. */
	readonly pattern: string;
	/** Each has one style; those between the texts are spaces. */
	readonly runs: readonly string[];
}

/** A row as its runs; undefined where its texts do not lie beside each other, or have characters of which Ink knows more. */
function runsOf(parts: readonly Part[], width: number): Runs | undefined {
	const runs: string[] = [];
	let pattern = "";
	let at = 0;
	const add = (run: string) => {
		if (run === "") return;
		runs.push(run);
		pattern += mark;
		at += run.length;
	};
	for (const { text, x } of parts) {
		if (x < at) return undefined;
		pattern += apart;
		add(" ".repeat(x - at));
		pattern += apart;
		for (const [place, piece] of text.split(style).entries()) {
			// Split at what is captured, every second one is a style.
			if (place % 2) pattern += piece;
			else if (isNarrow(piece)) add(piece);
			else return undefined;
		}
	}
	if (at > width) return undefined;
	pattern += apart;
	add(" ".repeat(width - at));
	return { pattern, runs };
}

function patternParts(pattern: string): Part[] {
	let x = 0;
	return pattern.split(apart).map((text) => {
		const part = { x, text };
		x += text.split(mark).length - 1;
		return part;
	});
}

/** What is written in each row; undefined where something is cut off at its sides, which is left to Ink. */
function partsByRow({ height, operations }: InkOutput): Part[][] | undefined {
	const rows: Part[][] = Array.from({ length: height }, () => []);
	const clips: Clip[] = [];
	for (const operation of operations) {
		if (operation.type === "clip") {
			if (operation.clip.x1 !== undefined) return undefined;
			clips.push(operation.clip);
		} else if (operation.type === "unclip") clips.pop();
		else {
			const { text, transformers, x, y } = operation;
			const { y1 = 0, y2 = height } = clips.at(-1) ?? {};
			const from = Math.max(0, y1 - y);
			text.split("\n").forEach((line, at) => {
				if (y + at >= y1 && y + at < y2) {
					rows[y + at]?.push({ x, text: transformers.reduce((one, transform) => transform(one, at - from), line) });
				}
			});
		}
	}
	return rows;
}
