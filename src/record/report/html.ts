import type { Messages } from "../../messages/messages.ts";
import type { CageRecord, HistoryLine } from "../record.ts";
import { recordDocument } from "./build.ts";
import { type Block, type Cell, code, type Inline, joined, partsOf, type Section } from "./document.ts";
import { historyWords, readableTimes } from "./history.ts";
import { bytesPicture, dependenciesPicture, type Markup, markup, nothing, trialsPicture } from "./pictures.ts";

type BlockOf<Kind extends Block["kind"]> = Extract<Block, { kind: Kind }>;

/**
 * The record as one self-contained page: no script, and no font or picture from elsewhere. Its content security policy forbids all
 * of that, and other styles, so that even a hostile name that becomes markup has no effect.
 * `sha256` hashes in hexadecimal.
 */
export function recordHtml(record: CageRecord, messages: Messages, sha256: (text: string) => string): string {
	const { facts, intro, sections, title } = recordDocument(record, messages);
	const words = messages.record.parts;
	const hash = Buffer.from(sha256(style), "hex").toString("base64");
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

/** The page's style for screens of any width and for paper. It loads no font or picture. */
export const style = `
:root{--ink:#1c2329;--quiet:#5a6672;--line:#cfd6dd;--soft:#f4f6f8;--blue:#23517f;--good:#1f6b3f;--bad:#a12a20;--warn:#8a5a00}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;color:var(--ink);background:#fff;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif}
.page{max-width:1180px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:28px;line-height:1.2;margin:0 0 8px}
h2{font-size:20px;line-height:1.3;margin:40px 0 10px;padding-top:10px;border-top:2px solid var(--blue)}
h3{font-size:16px;margin:22px 0 6px}
p{margin:8px 0;max-width:80ch}
a{color:var(--blue)}
code,pre{font-family:ui-monospace,"Liberation Mono",Menlo,Consolas,monospace;font-size:.88em}
code{overflow-wrap:anywhere}
.intro{color:var(--quiet)}
nav{margin:20px 0;padding:12px 16px;background:var(--soft);border-radius:6px}
nav h2{font-size:14px;margin:0 0 6px;padding:0;border:0;color:var(--quiet)}
nav ol{margin:0;padding:0 0 0 22px;columns:3 220px}
nav li{break-inside:avoid}
dl{display:grid;grid-template-columns:minmax(140px,240px) 1fr;gap:0;margin:10px 0;border-bottom:1px solid var(--line)}
dt,dd{margin:0;padding:5px 10px 5px 0;border-top:1px solid var(--line)}
dt{color:var(--quiet)}
dd{overflow-wrap:anywhere}
ul{margin:8px 0;padding-left:22px}
li{overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}
th{background:var(--soft);color:var(--quiet);font-weight:600;padding-left:0;white-space:nowrap}
th:first-child,td:first-child{padding-left:6px}
td{overflow-wrap:break-word}
.option,.state{white-space:nowrap}
.t-users td:nth-child(2),.t-users td:nth-child(3),.t-groups td:nth-child(2),.t-writable td:nth-child(2),.t-writable td:nth-child(3),.t-coverage td:nth-child(-n+3),.t-entries td:nth-child(4){white-space:nowrap}
.t-devices td:first-child,.t-users td:first-child,.t-groups td:first-child,.t-configuration td:first-child,.t-findings td:nth-child(2){min-width:8.5em}
.t-allowed td:first-child{min-width:12em}
.t-writable{table-layout:fixed}
.t-writable th:nth-child(1){width:21%}.t-writable th:nth-child(2){width:13%}.t-writable th:nth-child(3){width:8%}.t-writable th:nth-child(4){width:31%}
.t-entries{min-width:1080px;font-size:12.5px;table-layout:fixed}
.t-entries td:nth-child(7) code{font-size:10px;line-height:1.35;display:block}
.t-entries th:nth-child(1){width:21%}.t-entries th:nth-child(2){width:8.5%}.t-entries th:nth-child(3){width:5%}.t-entries th:nth-child(4){width:7.5%}.t-entries th:nth-child(5){width:6.5%}.t-entries th:nth-child(6){width:13%}.t-entries th:nth-child(7){width:13%}.t-entries th:nth-child(8){width:9%}
.t-checklist-s,.t-checklist-r,.t-checklist-q{min-width:760px;table-layout:fixed}
.t-checklist-s th:nth-child(1),.t-checklist-r th:nth-child(1),.t-checklist-q th:nth-child(1){width:58px}
.t-checklist-s th:nth-child(2),.t-checklist-r th:nth-child(2),.t-checklist-q th:nth-child(2){width:36%}
.t-checklist-s th:nth-child(3),.t-checklist-r th:nth-child(3),.t-checklist-q th:nth-child(3){width:116px}
.t-checklist-s th:nth-child(5),.t-checklist-r th:nth-child(5),.t-checklist-q th:nth-child(5){width:15%}
.t-risks{min-width:640px}.t-risks th:nth-child(1){width:90px}.t-risks th:nth-child(2){width:55%}
.t-signatures{table-layout:fixed;min-width:560px}.t-signatures td{height:46px;vertical-align:bottom}
.t-signatures th:first-child{width:22%}.t-signatures th:nth-child(3){width:18%}
.t-log{min-width:640px}.t-log td:nth-child(1),.t-log td:nth-child(2){white-space:nowrap;width:1%}
.t-writable,.t-trials,.t-missing,.t-drift,.t-generations{min-width:640px}
.state{display:inline-block;padding:0 7px;border-radius:9px;font-size:12px;line-height:18px;border:1px solid currentColor}
.shown,.yes{color:var(--good);background:#eaf5ee}
.failed,.no{color:var(--bad);background:#fbecea}
.open,.person{color:var(--warn);background:#fdf4e0}
.explains{color:var(--quiet);background:var(--soft)}
figure{margin:14px 0}
figcaption{color:var(--quiet);margin-bottom:6px}
figcaption b{color:var(--ink)}
.wide{overflow-x:auto}
.picture{display:block;width:100%;max-width:860px;min-width:600px;height:auto}
.picture text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;fill:#1c2329}
.picture .note{fill:#5a6672}
pre{margin:0;padding:10px 12px;background:var(--soft);border:1px solid var(--line);border-radius:4px;overflow-x:auto;line-height:1.4}
ins{color:var(--good);text-decoration:none}del{color:var(--bad);text-decoration:none}i{color:var(--quiet);font-style:normal}
footer{margin-top:40px;color:var(--quiet);font-size:13px}
@media (max-width:640px){.page{padding:16px 14px 40px}h1{font-size:23px}dl{grid-template-columns:1fr}dt{padding-bottom:0}dd{border-top:0;padding-top:0}nav ol{columns:1}
.t-checklist-s,.t-checklist-r,.t-checklist-q,.t-risks{min-width:0}
.t-checklist-s thead,.t-checklist-r thead,.t-checklist-q thead,.t-risks thead{display:none}
.t-checklist-s tr,.t-checklist-r tr,.t-checklist-q tr,.t-risks tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}
.t-checklist-s td,.t-checklist-r td,.t-checklist-q td,.t-risks td{display:block;border:0;padding:1px 0}
.t-entries,.t-entries tbody{display:block;min-width:0}.t-entries thead{display:none}
.t-entries tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}
.t-entries td{display:inline;border:0;padding:0 10px 0 0}.t-entries td:empty{display:none}
.t-entries td:nth-child(1),.t-entries td:nth-child(7),.t-entries td:nth-child(9){display:block}}
@page{size:A4;margin:18mm 16mm 18mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#5a6672}}
@page wide{size:A4 landscape;margin:16mm 14mm}
@media print{
body{font-size:9.5pt;line-height:1.4}
.page{max-width:none;padding:0}
h1{font-size:18pt}h2{font-size:13pt;margin:18pt 0 6pt;padding-top:6pt}h3{font-size:10.5pt;margin:12pt 0 4pt}
h2,h3,figcaption,nav h2,p:has(+.scroll),p:has(+figure){break-after:avoid}
p{orphans:3;widows:3}
a{color:inherit;text-decoration:none}
table{font-size:8.5pt}
thead{display:table-header-group}
tr,figure,li,dt,dd{break-inside:avoid}
td{overflow-wrap:anywhere}
dd code{font-size:.78em}
.scroll,.wide,pre{overflow:visible}
.t-entries,.t-checklist-s,.t-checklist-r,.t-checklist-q,.t-risks,.t-signatures,.t-log,.t-writable,.t-trials,.t-missing,.t-drift,.t-generations{min-width:0}
.t-entries{font-size:7.2pt}.t-entries td:nth-child(7) code{font-size:6pt}
.t-checklist-s th:nth-child(1),.t-checklist-r th:nth-child(1),.t-checklist-q th:nth-child(1){width:50px}
.t-checklist-s th:nth-child(2),.t-checklist-r th:nth-child(2),.t-checklist-q th:nth-child(2){width:33%}
.t-checklist-s th:nth-child(3),.t-checklist-r th:nth-child(3),.t-checklist-q th:nth-child(3){width:96px}
.t-checklist-s th:nth-child(5),.t-checklist-r th:nth-child(5),.t-checklist-q th:nth-child(5){width:18%}
.picture{min-width:0;max-width:none;max-height:225mm}
.state{font-size:7.5pt;line-height:11pt;padding:0 4pt}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:7.5pt}
#files{page:wide}
#signatures{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
