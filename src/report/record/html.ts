import { createHash } from "node:crypto";
import type { HistoryLine } from "../../core/record/history.ts";
import type { CageRecord } from "../../core/record/record.ts";
import type { Messages } from "../../messages/messages.ts";
import { historyWords, readableTimes } from "../history.ts";
import { recordDocument } from "./build.ts";
import { type Block, type Cell, code, type Inline, joined, partsOf, type Section } from "./document.ts";
import { bytesPicture, dependenciesPicture, type Markup, markup, nothing, trialsPicture } from "./pictures.ts";
import { style } from "./style.ts";

type BlockOf<Kind extends Block["kind"]> = Extract<Block, { kind: Kind }>;

/**
 * The record as one self-contained page: no script, and no font or picture from elsewhere. Its content security policy forbids all
 * of that, and other styles, so that even a hostile name that becomes markup has no effect.
 */
export function recordHtml(record: CageRecord, messages: Messages): string {
	const { facts, intro, sections, title } = recordDocument(record, messages);
	const words = messages.record.parts;
	const hash = createHash("sha256").update(style).digest("base64");
	const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
	return markup`<!DOCTYPE html>
<html lang="${messages.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<div class="page">
<header>
<h1>${title}</h1>
<p class="intro">${intro}</p>
${factList(facts)}
</header>
<nav><h2>${words.contents}</h2><ol>${sections.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
<main>
${sections.map((section) => sectionMarkup(section, record, messages))}
</main>
</div>
</body>
</html>
`.html;
}

function sectionMarkup({ blocks, id, title }: Section, record: CageRecord, messages: Messages): Markup {
	return markup`<section id="${id}">
<h2>${title}</h2>
${blocks.map((block) => blockMarkup(block, record, messages))}
</section>
`;
}

function blockMarkup(block: Block, record: CageRecord, messages: Messages): Markup {
	switch (block.kind) {
		case "text":
			return markup`<p>${inline(block.text)}</p>\n`;
		case "heading":
			return markup`<h3>${block.text}</h3>\n`;
		case "facts":
			return factList(block.facts);
		case "list":
			return markup`<ul>${block.items.map((item) => markup`<li>${inline(item)}</li>`)}</ul>\n`;
		case "table":
			return table(block.name, block.head, block.rows);
		case "difference":
			return difference(block);
		case "picture":
			return figure(block, record, messages);
		case "log":
			return table(
				"log",
				block.head,
				block.lines.map((line) => logCells(line, messages)),
			);
	}
}

function factList(facts: readonly (readonly [string, Cell])[]): Markup {
	return markup`<dl>${facts.map(([label, value]) => markup`<dt>${label}</dt><dd>${inline(value)}</dd>`)}</dl>\n`;
}

function table(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
	return markup`<div class="scroll"><table class="t-${name}"><thead><tr>${head.map((label) => markup`<th scope="col">${label}</th>`)}</tr></thead><tbody>
${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${inline(cell)}</td>`)}</tr>\n`)}</tbody></table></div>
`;
}

function difference({ lines, title }: BlockOf<"difference">): Markup {
	const line = (text: string): Markup => {
		if (text.startsWith("+")) return markup`<ins>${text}</ins>\n`;
		if (text.startsWith("-")) return markup`<del>${text}</del>\n`;
		return text.startsWith("@") ? markup`<i>${text}</i>\n` : markup`${text}\n`;
	};
	return markup`<figure><figcaption>${title}</figcaption><pre><code>${lines.map(line)}</code></pre></figure>\n`;
}

function figure({ picture }: BlockOf<"picture">, record: CageRecord, messages: Messages): Markup {
	const { figures } = messages.record.parts;
	const draw = { bytes: bytesPicture, dependencies: dependenciesPicture, trials: trialsPicture }[picture];
	const drawn = draw(record, messages);
	if (drawn.html === "") return nothing;
	return markup`<figure class="drawn"><figcaption><b>${figures[picture]}</b> ${figures[`${picture}Text`]}</figcaption><div class="wide">${drawn}</div></figure>\n`;
}

function inline(cell: Cell): Markup {
	const part = (one: Inline): Markup => {
		if (typeof one === "string") return words(one);
		if ("code" in one) return one.code === "" ? nothing : markup`<code>${one.code}</code>`;
		if ("section" in one) return markup`<a href="#${one.section}">${one.text}</a>`;
		return markup`<span class="state ${one.state}">${one.text}</span>`;
	};
	return markup`${partsOf(cell).map(part)}`;
}

/** Keeps an option on one line, because browsers break lines after hyphens. */
function words(text: string): Markup {
	const pieces = readableTimes(text).split(/((?<![\w-])--[a-z][a-z-]*)/);
	return markup`${pieces.map((piece, index) => (index % 2 ? markup`<span class="option">${piece}</span>` : markup`${piece}`))}`;
}

function logCells(line: HistoryLine, messages: Messages): Cell[] {
	const { action, details, labelled } = historyWords(line, messages);
	return [line.time, action, labelled ? joined(labelled) : code(details)];
}
