import { type Path, parent, pathFromText } from "../base/path/path.ts";
import { parseLogrotate } from "./logrotate-file.ts";
import { parseUnitText, splitWords } from "./unit-text.ts";

/** Kinds of documents that name an application's paths, most reliable first: texts written for people precede the others. */
export const documentKinds = ["manual", "readme", "unit", "configuration", "tmpfiles", "logrotate", "package"] as const;
type DocumentKind = (typeof documentKinds)[number];

/** A place in a document. */
export interface Passage {
	readonly kind: DocumentKind;
	/** The file; the package's name for `package`. */
	readonly document: string;
	/** The heading above it; in a unit the directive. */
	readonly section?: string;
	/** From 1; absent if a package lists it. */
	readonly line?: number;
	/** The text of the passage, shortened. */
	readonly text: string;
}

/** A path that documentation names; it may not exist. */
export interface Mention {
	readonly path: Path;
	readonly passage: Passage;
	/** The document says that the application writes to it. */
	readonly writes?: boolean;
	/** The passage is about running in a chroot. */
	readonly inChroot?: boolean;
}

const longestQuote = 160;

/** Returns the sentence around a position, on one line and shortened. A paragraph ends it like a full stop. */
function passageAround(text: string, at: number): string {
	const near = text.slice(Math.max(0, at - longestQuote), at);
	const paragraph = near.lastIndexOf("\n\n");
	const before = near.slice(paragraph < 0 ? 0 : paragraph + 2).replace(/^[\s\S]*[.!?:]\s+(?=\S)/, "");
	const after = text.slice(at, at + 2 * longestQuote);
	const end = /\n\s*\n|[.!?](?=\s|$)/.exec(after)?.index;
	const whole = (before + (end === undefined ? after : after.slice(0, end))).replace(/\s+/g, " ").trim();
	return whole.length > longestQuote ? `${whole.slice(0, longestQuote - 1)}…` : whole;
}

/** Ends at characters that end a path in prose. A remaining backslash is not part of a documented name. */
const word = /(?<![\w./:~$}>@%*+-])\/[^\s"'`\u00b4\u2018\u2019\u201c\u201d()|;,\\^]*/g;
/** Placeholders: variables, patterns, omissions, and words that examples use. */
const placeholder =
	/[<>{}$%*?[\]\u2026=!#&]|\.\.\.|\/\.\.?(\/|$)|(^|[/._-])(foo|bar|baz|example|xxx+|path[/._-]to|your\w*|my[-_]\w*|my(app|site|host|server|domain))([/._-]|$)/i;
const version = /[A-Z]\.[A-Z]/;
/** Documented paths are shorter. */
const longestName = 1024;

/** Returns a text's absolute paths without placeholders. A pattern for a directory's files counts as the directory. */
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

/** A line of a manual page without markup. `line` is its number in the source, from 1. */
interface PlainLine {
	readonly line: number;
	readonly text: string;
}

/** Returns the paths in the FILES section of a manual page: man(7) or mdoc(7), as bytes or text. */
export function manualMentions(document: string, source: string): Mention[] {
	const lines = filesSection(source);
	const whole = lines.map(({ text }) => text).join("\n");
	let start = 0;
	return lines.flatMap(({ line, text }) => {
		const from = start;
		start += text.length + 1;
		return pathsIn(text).map(({ at, path }) => ({
			path: pathFromText(path),
			// The description follows the name.
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

/** Macros that alternate between two fonts without a blank. */
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

/** The groff(7) escapes that manual pages use. */
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

/** Removes groff escapes. Names have a length limit, because unterminated ones would take quadratic time. */
function plain(text: string): string {
	return text.replace(
		/\\(?:f(?:\[[^\]]{0,99}\]|\(..|.)|\*(?:\[[^\]]{0,99}\]|\(..|.)|s[+-]?\d{1,2}|[mM]\[[^\]]{0,99}\]|(\(..|\[[^\]]{0,99}\])|"(.*)$|(.))/g,
		(_, special: string | undefined, comment: string | undefined, single: string | undefined) => {
			if (comment !== undefined) return "";
			// \(xx or \[name]
			const name = special?.startsWith("(") ? special.slice(1) : special?.slice(1, -1);
			if (name !== undefined) return Object.hasOwn(characters, name) ? (characters[name] ?? "") : "";
			if (single === "-") return "-";
			if (single === "e") return "\\";
			if (single === "~" || single === " " || single === "t") return " ";
			return single !== undefined && /[.'`]/.test(single) ? single : "";
		},
	);
}

/** Returns the paths that a packager's README names in its prose, with the heading above. */
export function readmeMentions(document: string, text: string): Mention[] {
	const lines = text.replaceAll("\r", "").split("\n");
	const whole = lines.join("\n");
	const mentions: Mention[] = [];
	let section = "";
	let start = 0;
	for (const [index, line] of lines.entries()) {
		const isTitle = isHeading(line, lines[index + 1]);
		if (isTitle) section = line.trim().replace(/:$/, "");
		// Titles and tables of contents do not describe the paths that they name.
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

/** Returns whether a line is underlined. */
function isHeading(line: string, next = ""): boolean {
	return line.trim() !== "" && line.length < 100 && /^\s*(-{3,}|={3,}|~{3,})\s*$/.test(next);
}

/** Characters in each direction; longer paragraphs are cut. */
const farthest = 2000;

function paragraphAround(text: string, at: number): string {
	const [before, after] = [text.slice(Math.max(0, at - farthest), at), text.slice(at, at + farthest)];
	const to = after.indexOf("\n\n");
	return before.slice(before.lastIndexOf("\n\n") + 1) + after.slice(0, to < 0 ? undefined : to);
}

/** Returns the paths that a configuration file names outside its comments. */
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

/** systemd.exec(5) directives that name paths a service may use. A path that it may write is not one that it writes. */
const directives: ReadonlySet<string> = new Set([
	"ReadWritePaths",
	"ReadWriteDirectories",
	"ReadOnlyPaths",
	"ReadOnlyDirectories",
	"BindPaths",
	"BindReadOnlyPaths",
]);

export function unitMentions(document: string, text: string): Mention[] {
	return parseUnitText(text).assignments.flatMap(({ line, name: key, section, value }) => {
		if (section !== "Service" || !directives.has(key)) return [];
		const text = `${key}=${value}`.slice(0, longestQuote);
		return (splitWords(value) ?? []).flatMap((word) => {
			// The prefix `-` marks an optional path, `+` one in the service's root. A bind names the host's path first.
			const path = word.replace(/^[-+]+/, "").split(":")[0] ?? "";
			if (!path.startsWith("/") || path.includes("%") || path === "/") return [];
			return [mention(pathFromText(path), { kind: "unit", document, section: key, line, text }, false)];
		});
	});
}

/** Returns the directories that tmpfiles.d(5) creates at boot. */
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

/** A service's file names fewer logs. The limit bounds the time, because each name is searched in the whole text. */
const mostNames = 1000;

/** Returns the directories of the rotated logs. */
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
