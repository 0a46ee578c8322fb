import { parseUnitText, splitWords } from "../application/unit-text.ts";
import { type Path, parent, pathFromText } from "../path/path.ts";
import { parseLogrotate } from "../upkeep/logrotate-file.ts";

/** Where an application's documentation lies, by how far it can be relied on: what was written to be read comes first. */
export const documentKinds = ["manual", "readme", "unit", "configuration", "tmpfiles", "logrotate", "package"] as const;
type DocumentKind = (typeof documentKinds)[number];

/** A place in a document. */
export interface Passage {
	readonly kind: DocumentKind;
	/** The file; of `package`, the package's name. */
	readonly document: string;
	/** The heading above it; of a unit the directive. */
	readonly section?: string;
	/** From 1; absent where a package lists it. */
	readonly line?: number;
	/** What stands there, shortened. */
	readonly text: string;
}

/** A path that documentation names. Whether there is anything at it is not said. */
export interface Mention {
	readonly path: Path;
	readonly passage: Passage;
	/** The document says that the application writes there. */
	readonly writes?: boolean;
	/** The passage is about life in a chroot. */
	readonly inChroot?: boolean;
}

const longestQuote = 160;

/**
 * The sentence around a place of a text, on one line and not longer than anybody reads. A paragraph ends it as well as a full stop.
 */
function passageAround(text: string, at: number): string {
	const near = text.slice(Math.max(0, at - longestQuote), at);
	const paragraph = near.lastIndexOf("\n\n");
	const before = near.slice(paragraph < 0 ? 0 : paragraph + 2).replace(/^[\s\S]*[.!?:]\s+(?=\S)/, "");
	const after = text.slice(at, at + 2 * longestQuote);
	const end = /\n\s*\n|[.!?](?=\s|$)/.exec(after)?.index;
	const whole = (before + (end === undefined ? after : after.slice(0, end))).replace(/\s+/g, " ").trim();
	return whole.length > longestQuote ? `${whole.slice(0, longestQuote - 1)}…` : whole;
}

/** Characters that end a path in prose; a backslash left over belongs to no name that documentation gives. */
const word = /(?<![\w./:~$}>@%*+-])\/[^\s"'`\u00b4\u2018\u2019\u201c\u201d()|;,\\^]*/g;
/** What stands for something else: variables, patterns, omissions, and the words that examples are made of. */
const placeholder =
	/[<>{}$%*?[\]\u2026=!#&]|\.\.\.|\/\.\.?(\/|$)|(^|[/._-])(foo|bar|baz|example|xxx+|path[/._-]to|your\w*|my[-_]\w*|my(app|site|host|server|domain))([/._-]|$)/i;
const version = /[A-Z]\.[A-Z]/;
/** A longer one is no path that anybody documents. */
const longestName = 1024;

/**
 * Absolute paths that a text names, each with the place where it begins. Not those with a placeholder in them; of a pattern for all files of a
 * directory, the directory.
 */
export function pathsIn(text: string): { readonly path: string; readonly at: number }[] {
	const found: { path: string; at: number }[] = [];
	for (const { 0: raw, index } of text.matchAll(word)) {
		if (raw.length > longestName) continue;
		const path = raw
			.replace(/[.:!?>]+$/, "")
			.replace(/\/\*(\.\w+)?$/, "")
			.replace(/(.)\/+$/, "$1");
		if (path.length < 3 || path.startsWith("//") || placeholder.test(path) || version.test(path)) continue;
		found.push({ path, at: index });
	}
	return found;
}

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

/** What a packager's README names in its prose, with the heading above. */
export function readmeMentions(document: string, text: string): Mention[] {
	const lines = text.replaceAll("\r", "").split("\n");
	const whole = lines.join("\n");
	const mentions: Mention[] = [];
	let section = "";
	let start = 0;
	for (const [index, line] of lines.entries()) {
		const isTitle = isHeading(line, lines[index + 1]);
		if (isTitle) section = line.trim().replace(/:$/, "");
		// Neither a title nor a table of contents tells anything of what it names.
		const paths = isTitle || /^(table of )?contents$/i.test(section) ? [] : pathsIn(line);
		for (const { at, path } of paths) {
			const passage = passageAround(whole, start + at);
			mentions.push({
				path: pathFromText(path),
				passage: { kind: "readme", document, ...(section === "" ? {} : { section }), line: index + 1, text: passage },
				...(/chroot|jail/i.test(paragraphAround(whole, start + at)) ? { inChroot: true } : {}),
			});
		}
		start += line.length + 1;
	}
	return mentions;
}

/** Underlined. */
function isHeading(line: string, next = ""): boolean {
	return line.trim() !== "" && line.length < 100 && /^\s*(-{3,}|={3,}|~{3,})\s*$/.test(next);
}

/** Characters in each direction, however long a paragraph is. */
const farthest = 2000;

function paragraphAround(text: string, at: number): string {
	const [before, after] = [text.slice(Math.max(0, at - farthest), at), text.slice(at, at + farthest)];
	const to = after.indexOf("\n\n");
	return before.slice(before.lastIndexOf("\n\n") + 1) + after.slice(0, to < 0 ? undefined : to);
}

/** What a file of configuration names, apart from its comments. */
export function configurationMentions(document: string, text: string): Mention[] {
	return text.split(/\r?\n/).flatMap((line, index) => {
		if (/^\s*(#|;|\/\/)/.test(line)) return [];
		const shown = line.trim().slice(0, longestQuote).replace(/\s+/g, " ");
		return pathsIn(line).map(({ path }) => ({
			path: pathFromText(path),
			passage: { kind: "configuration" as const, document, line: index + 1, text: shown },
		}));
	});
}

/* What a unit, tmpfiles.d(5) and logrotate(8) say of a service. */

/** Directives of systemd.exec(5) that name what a service uses, and whether it writes there. */
const directives: ReadonlyMap<string, boolean> = new Map([
	["ReadWritePaths", true],
	["ReadWriteDirectories", true],
	["ReadOnlyPaths", false],
	["ReadOnlyDirectories", false],
	["BindPaths", true],
	["BindReadOnlyPaths", false],
]);

export function unitMentions(document: string, text: string): Mention[] {
	return parseUnitText(text).assignments.flatMap(({ line, name: key, section, value }) => {
		const writes = section === "Service" ? directives.get(key) : undefined;
		if (writes === undefined) return [];
		const text = `${key}=${value}`.slice(0, longestQuote);
		return (splitWords(value) ?? []).flatMap((word) => {
			// `-` where it need not be there, `+` for the service's root; of a bind the place of the host comes first.
			const path = word.replace(/^[-+]+/, "").split(":")[0] ?? "";
			if (!path.startsWith("/") || path.includes("%") || path === "/") return [];
			return [mention(pathFromText(path), { kind: "unit", document, section: key, line, text }, writes)];
		});
	});
}

/** tmpfiles.d(5): directories that are made at boot. */
export function tmpfilesMentions(document: string, text: string): Mention[] {
	return text.split("\n").flatMap((line, index) => {
		const [type = "", path = ""] = line.trim().split(/\s+/);
		if (!/^[dDqQvC][!+=~^$-]*$/.test(type) || !path.startsWith("/") || path.includes("%")) return [];
		return [
			mention(
				pathFromText(path),
				{ kind: "tmpfiles", document, line: index + 1, text: line.trim().slice(0, longestQuote).replace(/\s+/g, " ") },
				true,
			),
		];
	});
}

/** A file that names more of them is none of a service; each is looked for in the whole text. */
const mostNames = 1000;

/** The directories of the logs that are rotated. */
export function logrotateMentions(document: string, text: string): Mention[] {
	const lines = text.split("\n");
	return parseLogrotate(text).flatMap(({ patterns }) =>
		patterns.slice(0, mostNames).flatMap((pattern) => {
			const line = lines.findIndex((one) => one.includes(pattern)) + 1;
			const passage: Passage = { kind: "logrotate", document, ...(line > 0 ? { line } : {}), text: pattern };
			return pattern.startsWith("/") ? [mention(parent(pattern), passage, true)] : [];
		}),
	);
}

function mention(path: Path, passage: Passage, writes: boolean): Mention {
	return { path, passage, ...(writes ? { writes: true } : {}) };
}
