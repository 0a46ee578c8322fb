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
 * Ink takes every frame apart into characters and puts it together again. Most rows are as they were in the frame before, so each is made by Ink
 * by itself, and remembered by what is written in it.
 */
export function rememberingRows(Output: InkOutputClass): InkOutputClass {
	const made = new Map<string, string>();
	const rowOf = (parts: readonly Part[], width: number): string => {
		const key = `${width}${parts.map(({ text, x }) => `\n${x} ${text}`).join("")}`;
		const known = made.get(key);
		if (known !== undefined) return known;
		const row = new Output({ width, height: 1 });
		for (const { text, x } of parts) row.write(x, 0, text, { transformers: [] });
		const { output } = row.get();
		if (made.size >= mostRows) made.clear();
		made.set(key, output);
		return output;
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
