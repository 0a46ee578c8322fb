import type { Messages } from "../../messages/messages.ts";
import type { CageRecord } from "../record.ts";
import { recordDocument } from "./build.ts";
import { type Block, type Cell, type Inline, partsOf } from "./document.ts";
import { code, fenced, logLine, text } from "./markdown-text.ts";

/** The record as Markdown (CommonMark with GitHub's tables). */
export function recordMarkdown(record: CageRecord, messages: Messages): string {
	const { facts, intro, sections, title } = recordDocument(record, messages);
	const parts = [
		`# ${text(title)}`,
		text(intro),
		factList(facts),
		// Pictures are for pages.
		...sections
			.filter(({ blocks }) => blocks.some(({ kind }) => kind !== "picture"))
			.flatMap((section) => [`## ${text(section.title)}`, ...section.blocks.map(block)]),
	];
	return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function block(one: Block): string {
	switch (one.kind) {
		case "text":
			return inline(one.text);
		case "heading":
			return `### ${text(one.text)}`;
		case "facts":
			return factList(one.facts);
		case "list":
			return one.items.map((item) => `- ${inline(item)}`).join("\n");
		case "table":
			return table(one.head, one.rows);
		case "difference":
			return `${text(one.title)}\n\n${fenced(one.lines)}`;
		case "picture":
			return "";
		case "log":
			return one.lines.map(logLine).join("\n");
	}
}

function factList(facts: readonly (readonly [string, Cell])[]): string {
	return facts.map(([label, value]) => `- ${text(label)}: ${inline(value)}`).join("\n");
}

function inline(cell: Cell): string {
	return partsOf(cell)
		.map((part) => (typeof part === "string" ? text(part) : "code" in part ? code(part.code) : text(part.text)))
		.join("");
}

/** For a table cell. A `|` ends the cell even in a code span, and a backslash before it there has no defined meaning. */
function tableCell(cell: Cell): string {
	const part = (one: Inline) => {
		if (typeof one === "string") return text(one);
		if ("code" in one) return one.code.includes("|") ? text(one.code) : code(one.code);
		return text(one.text);
	};
	return partsOf(cell).map(part).join("");
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map((row) => line(row.map(tableCell)))].join("\n");
}
