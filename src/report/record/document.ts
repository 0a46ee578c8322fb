import type { ItemState, SectionName } from "../../core/record/checklist.ts";
import type { HistoryLine } from "../../core/record/record.ts";

/**
 * The record as sections of blocks, with all its text but without markup, before it becomes Markdown or HTML. Text from outside is not escaped; the renderers
 * must escape it.
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

/** `state` is shown as a mark, `section` as the title of a section, with a link if the format has links. */
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
	/** Only in formats with pictures. The tables contain the same data. */
	| { readonly kind: "picture"; readonly picture: "bytes" | "dependencies" | "trials" }
	| { readonly kind: "log"; readonly head: readonly string[]; readonly lines: readonly HistoryLine[] };

export const code = (text: string): Inline => ({ code: text });
export const text = (...parts: Inline[]): Block => ({ kind: "text", text: parts });
export const heading = (words: string): Block => ({ kind: "heading", text: words });
export const facts = (pairs: readonly Fact[]): Block => ({ kind: "facts", facts: pairs });

/** Empty if there is nothing to show. */
export function list(items: readonly Cell[]): Block[] {
	return items.length ? [{ kind: "list", items }] : [];
}

/** `name` identifies the table in styles and tests. Without rows, there is no table. */
export function table(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Block[] {
	return rows.length ? [{ kind: "table", name, head, rows }] : [];
}

export function partsOf(cell: Cell): readonly Inline[] {
	return Array.isArray(cell) ? cell : [cell as Inline];
}

/** Joins items, with commas by default. */
export function joined(items: readonly Inline[], separator = ", "): Inline[] {
	return items.flatMap((item, index) => (index ? [separator, item] : [item]));
}
