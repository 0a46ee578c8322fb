import { Failure } from "../../failure.ts";
import { type Path, pathToText } from "../../path/path.ts";
import { printable, showPath } from "../../path/quote.ts";

/**
 * Words of unit files: systemd.syntax(7) for quotes and escapes, systemd.unit(5) for `%`, systemd.service(5) for `$`. What they
 * cannot say, or what systemd would drop with a mere warning, is refused with a Failure: a unit that means something else than was
 * asked for must not come about.
 */

function inexpressible(setting: string, value: string): Failure {
	return new Failure("unit-inexpressible", { setting, value: printable(value) }, 2);
}

const plain = /^[\w@+=:,./-]+$/;
/** Controls, format characters that reorder or hide text, unpaired surrogates, separators of lines. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const escapes: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\" };

/** Between double quotes, with `%` doubled, since specifiers are expanded in quotes too. */
function quoted(text: string): string {
	const inner = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\\%]/gu, (character) => {
		if (character === "%") return "%%";
		const code = character.codePointAt(0) ?? 0;
		if (escapes[character] !== undefined) return escapes[character];
		if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
		return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
	});
	return `"${inner}"`;
}

/** One argument of ExecStart=. Any text but a NUL, which no argument can hold. */
export function argumentWord(text: string): string {
	if (/[\0\p{Cs}]/u.test(text)) throw inexpressible("ExecStart", text);
	// Words are looked through for variables after they have been unquoted, so `$` is doubled inside quotes too.
	return plain.test(text) ? text : quoted(text.replaceAll("$", "$$$$"));
}

/**
 * The program of ExecStart=. systemd takes it verbatim: `$$` is one dollar in an argument but two in a program's name, so a name
 * with a dollar cannot be said; neither can controls, quotes or backslashes (string_is_safe() in systemd).
 */
export function programWord(text: string): string {
	if (!text.startsWith("/") || text.endsWith("/") || invisible.test(text) || /["'\\$]/.test(text)) {
		throw inexpressible("ExecStart", text);
	}
	return plain.test(text) ? text : quoted(text);
}

/** One assignment of Environment=, where `$` means nothing. Controls but tab and newline are rejected there (systemd.exec(5)). */
export function assignmentWord(name: string, value: string): string {
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw inexpressible("Environment", name);
	if (/[\p{Cs}]|(?![\t\n])\p{Cc}/u.test(value)) throw inexpressible("Environment", `${name}=${value}`);
	return plain.test(value) ? `${name}=${value}` : quoted(`${name}=${value}`);
}

/**
 * The text of a path, for settings that take the rest of the line as it is (RootDirectory=, WorkingDirectory=). Quotes and
 * backslashes mean different things in different settings and versions, so a path with one is refused everywhere.
 */
export function pathText(setting: string, path: Path): string {
	const text = pathToText(path);
	if (text === undefined) throw inexpressible(setting, showPath(path));
	const unusable = invisible.test(text) || /["'\\]/.test(text) || text.trim() !== text || /(^|\/)\.\.(\/|$)/.test(text);
	if (unusable || !text.startsWith("/")) throw inexpressible(setting, text);
	return text.replaceAll("%", "%%");
}

/** One path of a list, with the prefixes that it needs (`+`: below RootDirectory=; `-`: if it exists). */
export function pathWord(setting: string, path: Path, prefix: "" | "+" | "-" | "-+" = ""): string {
	const text = prefix + pathText(setting, path);
	return plain.test(text.replaceAll("%%", "")) ? text : `"${text}"`;
}

/** `source:destination:options` of BindPaths=. A colon in a path could only be escaped in newer versions. */
export function bindWord(setting: string, source: Path, destination: Path, options: string, prefix: "" | "-" = ""): string {
	for (const path of [source, destination]) if (path.includes(":")) throw inexpressible(setting, showPath(path));
	// Each part is a word of its own with quotes of its own: a quote round the whole would hide the colons (measured).
	return `${pathWord(setting, source, prefix)}:${pathWord(setting, destination)}:${options}`;
}

/** Free text of one line, such as Description=. */
export function lineText(setting: string, text: string): string {
	if (invisible.test(text) || text.endsWith("\\") || text.trim() !== text) throw inexpressible(setting, text);
	return text.replaceAll("%", "%%");
}
