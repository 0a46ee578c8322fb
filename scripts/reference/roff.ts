import { withCode } from "./markdown.ts";

/** The date of the last change that readers should know of: `npm run reference` must give the same result every day. */
const date = "2026-11-27";

export function head(name: string, number: number, version: string): string {
	return `.TH ${escapeRoff(name.toUpperCase())} ${number} "${date}" "cagewright ${version}" "Cagewright"`;
}

export function section(title: string): string {
	return `.SH ${title}`;
}

export function subsection(title: string): string {
	return `.SS ${escapeRoff(title)}`;
}

/** A term and its explanation. Both are roff already, or plain text for `text`. */
export function item(term: string, text: string): string[] {
	return [".TP", term, formatted(text)];
}

export function paragraphs(...texts: readonly string[]): string[] {
	return texts.flatMap((text, index) => [...(index ? [".PP"] : []), formatted(text)]);
}

export function verbatim(all: readonly string[]): string[] {
	return [".nf", ...all.map((line) => escapeRoff(line)), ".fi"];
}

export function bold(text: string): string {
	return `\\fB${escapeRoff(text)}\\fR`;
}

export function italic(text: string): string {
	return `\\fI${escapeRoff(text)}\\fR`;
}

/** Text with `code` in bold and Markdown links as their text. One sentence a line, as roff wants it. */
function formatted(text: string): string {
	return escapeRoff(withCode(text).replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"))
		.replace(/`([^`]*)`/g, "\\fB$1\\fR")
		.replace(/([a-z)])([.]) (?=[A-Z])/g, "$1$2\n");
}

/** groff_char(7): a hyphen that can be copied, no escapes, nothing that begins like a request. */
export function escapeRoff(text: string): string {
	return text
		.replaceAll("\\", "\\e")
		.replaceAll("-", "\\-")
		.replace(/^([.'])/gm, "\\&$1")
		.replace(/[^\t\n -~]/g, (character) => `\\[u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

export function source(all: readonly string[]): string {
	return `${['.\\" `npm run reference` generates this page.', ...all].join("\n")}\n`;
}

export function sentence(text: string): string {
	return /[.:]$/.test(text) ? text : `${text}.`;
}
