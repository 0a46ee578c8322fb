import { normalise, type Path, pathFromText } from "../base/path/path.ts";

/** A rule as a fixed path and the glob behind it, which begins with a slash. Everything that it can match is at or below the path. */
interface Pattern {
	readonly start: Path;
	readonly glob?: string;
}

/** Glob syntax. A backslash escapes the next character. */
const active = /\\.|[*?[\]{}]|[@!+]\(/gs;

/** An absolute, normalised path of ASCII characters without glob syntax. */
const plain = /^(\/(?!\.{1,2}(\/|$))[^/\\*?[\]{}()@!+\x80-\uffff]+)+$/;

export function patternOf(text: string): Pattern {
	// Selecting many entries at once creates thousands of rules, nearly all of them plain paths.
	if (plain.test(text)) return { start: text as Path };
	// `/folder/**` means the same as `/folder`.
	const folder = text.endsWith("/**") ? text.slice(0, -3) : "";
	if (plain.test(folder)) return { start: folder as Path };
	// Globs are matched on bytes: each byte above ASCII is one character in the rule and in the path.
	const bytes = pathFromText(text);
	const first = [...bytes.matchAll(active)].find(([found]) => !found.startsWith("\\"));
	if (!first) return { start: normalise(literally(bytes)) };
	const slash = bytes.lastIndexOf("/", first.index);
	return { start: normalise(literally(bytes.slice(0, slash + 1))), glob: bytes.slice(slash) };
}

function literally(bytes: string): Path {
	return bytes.replace(/\\(.)/gs, "$1") as Path;
}
