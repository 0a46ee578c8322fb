import { pathFromText } from "../path/path.ts";
import type { Mention } from "./mention.ts";
import { passageAround } from "./passage.ts";
import { pathsIn } from "./text-paths.ts";

/** A line of a manual page without its markup, with its number in the source, from 1. */
interface PlainLine {
	readonly line: number;
	readonly text: string;
}

/** What the FILES section of a manual page names. `source` is man(7) or mdoc(7), as bytes or text; anything else names nothing. */
export function manualMentions(document: string, source: string): Mention[] {
	const lines = filesSection(source);
	const whole = lines.map(({ text }) => text).join("\n");
	let start = 0;
	return lines.flatMap(({ line, text }) => {
		const from = start;
		start += text.length + 1;
		return pathsIn(text).map(({ at, path }) => ({
			path: pathFromText(path),
			// What is said of it follows its name.
			passage: { kind: "manual" as const, document, section: "FILES", line, text: passageAround(whole.slice(from + at), 0) },
		}));
	});
}

function filesSection(source: string): PlainLine[] {
	const lines: PlainLine[] = [];
	let within = false;
	for (const [index, raw] of source.split("\n").entries()) {
		const heading = /^[.'][ \t]*(?:SH|Sh)\b(.*)$/.exec(raw);
		if (heading) within = /^\W*FILES\W*$/i.test(plain(heading[1] ?? ""));
		else if (within) lines.push({ line: index + 1, text: plainLine(raw) });
	}
	return lines;
}

/** Macros that set their words in turn in two fonts, without a blank between them. */
const alternating = /^(BR|RB|BI|IB|IR|RI)$/;

function plainLine(raw: string): string {
	if (!/^[.']/.test(raw)) return plain(raw);
	if (/^[.'][ \t]*(\\"|$)/.test(raw)) return "";
	const [macro = "", ...words] = plain(raw.slice(1))
		.trim()
		.split(/[ \t]+/);
	const unquoted = words.map((word) => word.replaceAll('"', ""));
	return alternating.test(macro) ? unquoted.join("") : unquoted.join(" ");
}

/** What the escapes of groff(7) that pages have come to stand for. */
const characters: Readonly<Record<string, string>> = {
	aq: "'",
	dq: '"',
	em: "—",
	en: "–",
	bu: "•",
	hy: "-",
	mi: "-",
	sl: "/",
	ti: "~",
	rs: "\\",
};

/** Names of fonts and characters are short; one without an end is not looked for to the end of the line, from each of many. */
function plain(text: string): string {
	return text.replace(
		/\\(?:f(?:\[[^\]]{0,99}\]|\(..|.)|\*(?:\[[^\]]{0,99}\]|\(..|.)|s[+-]?\d{1,2}|[mM]\[[^\]]{0,99}\]|\((..)|\[([^\]]{0,99})\]|"(.*)$|(.))/g,
		(_, pair: string | undefined, named: string | undefined, comment: string | undefined, single: string | undefined) => {
			if (comment !== undefined) return "";
			const name = pair ?? named;
			if (name !== undefined) return Object.hasOwn(characters, name) ? (characters[name] ?? "") : "";
			if (single === "-") return "-";
			if (single === "e") return "\\";
			if (single === "~" || single === " " || single === "t") return " ";
			return single !== undefined && /[.'`]/.test(single) ? single : "";
		},
	);
}
