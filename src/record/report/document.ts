import type { ItemState, SectionName } from "../checklist.ts";
import type { HistoryLine } from "../record.ts";

/**
 * The record before it becomes Markdown or HTML: sections of blocks with text, but without markup. Text from outside is not
 * escaped; each renderer escapes it.
 */
export interface RecordDocument {
	readonly title: string;
	readonly intro: string;
	readonly facts: readonly Fact[];
	readonly sections: readonly Section[];
}

export interface Section {
	readonly id: SectionName;
	readonly title: string;
	readonly blocks: readonly Block[];
}

/** `state` is shown as a mark, `section` as the name of a section, with a link if the format has links. */
export type Inline =
	| string
	| { readonly code: string }
	| { readonly state: ItemState | "yes" | "no"; readonly text: string }
	| { readonly section: SectionName; readonly text: string };

export type Cell = Inline | readonly Inline[];
type Fact = readonly [label: string, value: Cell];

export type Block =
	| { readonly kind: "text"; readonly text: Cell }
	| { readonly kind: "heading"; readonly text: string }
	| { readonly kind: "facts"; readonly facts: readonly Fact[] }
	| { readonly kind: "list"; readonly items: readonly Cell[] }
	| {
			readonly kind: "table";
			readonly name: string;
			readonly head: readonly string[];
			readonly rows: readonly (readonly Cell[])[];
	  }
	| { readonly kind: "difference"; readonly title: string; readonly lines: readonly string[] }
	/** Drawn in formats with pictures. Tables contain the same information. */
	| { readonly kind: "picture"; readonly picture: "bytes" | "dependencies" | "trials" }
	| { readonly kind: "log"; readonly head: readonly string[]; readonly lines: readonly HistoryLine[] };

export const code = (text: string): Inline => ({ code: text });
export const text = (...parts: Inline[]): Block => ({ kind: "text", text: parts });
export const heading = (words: string): Block => ({ kind: "heading", text: words });
export const facts = (pairs: readonly Fact[]): Block => ({ kind: "facts", facts: pairs });

/** Returns no block if there is nothing to show. */
export function list(items: readonly Cell[]): Block[] {
	return items.length ? [{ kind: "list", items }] : [];
}

/** The name identifies the table for styles and tests. A table without rows is omitted. */
export function table(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Block[] {
	return rows.length ? [{ kind: "table", name, head, rows }] : [];
}

export function partsOf(cell: Cell): readonly Inline[] {
	return Array.isArray(cell) ? cell : [cell as Inline];
}

/** Joins with commas. */
export function joined(items: readonly Inline[], separator = ", "): Inline[] {
	return items.flatMap((item, index) => (index ? [separator, item] : [item]));
}
