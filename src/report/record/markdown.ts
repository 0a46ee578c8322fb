import { printable } from "../../core/path/quote.ts";
import { type CageRecord, type HistoryLine, historyLine } from "../../core/record/record.ts";
import type { Messages } from "../../messages/messages.ts";
import { recordDocument } from "./build.ts";
import { type Block, type Cell, type Inline, partsOf } from "./document.ts";

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

/** Appends a line of the log, which is the end of the record. */
export function withHistoryLine(record: string, line: string): string {
	return `${record.trimEnd()}\n${logLine(historyLine(line))}\n`;
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

function logLine({ action, details, time }: HistoryLine): string {
	return `- ${code([time, action, details].filter(Boolean).join(" "))}`;
}

function inline(cell: Cell): string {
	return partsOf(cell)
		.map((part) => (typeof part === "string" ? text(part) : "code" in part ? code(part.code) : text(part.text)))
		.join("");
}

/** Escapes text from outside: CommonMark 2.4 and 2.5, and `|` for tables. */
function text(value: string): string {
	return printable(value).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");
}

/** A code span whose fence is longer than any run of backticks inside (CommonMark 6.1). */
function code(value: string): string {
	const shown = printable(value);
	if (shown === "") return "";
	const fence = fenceFor(shown, 1);
	const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
	return `${fence}${pad}${shown}${pad}${fence}`;
}

function fenceFor(shown: string, least: number): string {
	const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
	return "`".repeat(Math.max(least, longest + 1));
}

function fenced(lines: readonly string[]): string {
	const shown = lines.map(printable);
	const fence = fenceFor(shown.join("\n"), 3);
	return [`${fence}diff`, ...shown, fence].join("\n");
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
