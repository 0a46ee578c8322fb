import { Failure } from "../base/failure.ts";
import { type Path, pathToText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";

/** One `PATTERN… { … }` of a file as in logrotate.conf(5). Files are read as latin1. */
export interface LogrotateStanza {
	/** File names or globs, unquoted. */
	readonly patterns: readonly Path[];
	/** Directives such as `rotate 14` and `missingok`, separated by single spaces, in order, without scripts. */
	readonly directives: readonly string[];
	/** Bodies of `postrotate` and similar scripts, by name. */
	readonly scripts: ReadonlyMap<string, string>;
}

const scriptNames = new Set(["prerotate", "postrotate", "firstaction", "lastaction", "preremove"]);

/** Returns a file's stanzas. Ignores directives outside of braces, which apply to everything that logrotate reads. */
export function parseLogrotate(text: string): LogrotateStanza[] {
	const stanzas: LogrotateStanza[] = [];
	const lines = text.replace(/\r\n/g, "\n").split("\n").values();
	let header = "";
	for (const line of lines) {
		const words = line.trim();
		// A list of names may span several lines.
		if (words.startsWith("#") || (header === "" && !/^[/"']/.test(words))) continue;
		header = `${header} ${words}`;
		const brace = header.indexOf("{");
		if (brace < 0) continue;
		stanzas.push(stanza(header.slice(0, brace), header.slice(brace + 1), lines));
		header = "";
	}
	return stanzas;
}

function stanza(names: string, rest: string, lines: Iterator<string>): LogrotateStanza {
	const directives: string[] = [];
	const scripts = new Map<string, string>();
	for (let line: string | undefined = rest; line !== undefined; line = following(lines)) {
		const words = line.trim();
		if (words.startsWith("}")) break;
		if (words === "" || words.startsWith("#")) continue;
		if (scriptNames.has(words)) scripts.set(words, script(lines));
		// `size=1M` is `size 1M`.
		else directives.push(words.replace(/^(\w+)\s*[=\s]\s*/, "$1 ").replace(/\s+/g, " "));
	}
	return { patterns: splitNames(names), directives, scripts };
}

function script(lines: Iterator<string>): string {
	const body: string[] = [];
	for (let line = following(lines); line !== undefined && line.trim() !== "endscript"; line = following(lines)) body.push(line);
	return body.join("\n");
}

function following(lines: Iterator<string>): string | undefined {
	const { done, value } = lines.next();
	return done ? undefined : value;
}

/** Splits words as popt does for logrotate: both kinds of quotes; inside them a backslash escapes only the quote. */
function splitNames(text: string): Path[] {
	const words = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/gs) ?? [];
	return words.map((word) =>
		word.replace(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\\(.)/gs, (_, double?: string, single?: string, plain?: string) =>
			double !== undefined ? double.replaceAll('\\"', '"') : single !== undefined ? single.replaceAll("\\'", "'") : (plain ?? ""),
		),
	) as Path[];
}

/** Escapes a literal path for a glob (glob(7)). */
export function escapeLogGlob(path: Path): Path {
	return path.replace(/[\\*?[\]]/g, "\\$&") as Path;
}

/**
 * Quotes a glob as a stanza's name. logrotate ends the list of names at the first brace, even in quotes (measured), and its files
 * are text in lines. Throws `logrotate-inexpressible` (exit 2) for other names.
 */
export function quoteLogrotate(glob: Path): string {
	const text = pathToText(glob);
	if (text === undefined || /[{}\p{Cc}]/u.test(text)) {
		throw new Failure("logrotate-inexpressible", { path: showPath(glob) }, 2);
	}
	return `"${text.replaceAll('"', '\\"')}"`;
}
