import { Failure } from "../../failure.ts";
import { type Path, pathToText } from "../../path/path.ts";
import { printable, showPath } from "../../path/quote.ts";

/**
 * Quotes words of unit files: systemd.syntax(7) for quotes and escapes, systemd.unit(5) for `%`, systemd.service(5) for `$`.
 * Throws a Failure for values that a unit cannot express, or that systemd would ignore with a warning, because the unit would
 * then mean something else.
 */

function inexpressible(setting: string, value: string): Failure {
	return new Failure("unit-inexpressible", { setting, value: printable(value) }, 2);
}

/** Throws if a setting's value would begin another line. */
export function requireOneLine(setting: string, value: string): void {
	if (/[\n\r\0]/.test(value)) throw inexpressible(setting, value);
}

const plain = /^[\w@+=:,./-]+$/;
/** Controls, format characters that reorder or hide text, unpaired surrogates, line separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const escapes: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\" };

/** Quotes with double quotes and doubles `%`, because systemd expands specifiers in quotes too. */
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

/** Quotes an argument of ExecStart=: any text without NUL, which no argument can contain. */
export function argumentWord(text: string): string {
	if (/[\0\p{Cs}]/u.test(text)) throw inexpressible("ExecStart", text);
	// systemd expands variables after unquoting, so `$` is doubled inside quotes too.
	return plain.test(text) ? text : quoted(text.replaceAll("$", "$$$$"));
}

/**
 * Returns the program of ExecStart=, which systemd takes verbatim: `$$` is one dollar in an argument but two in a program's
 * name, so a name with a dollar is impossible. So are controls, quotes and backslashes (string_is_safe() in systemd).
 */
export function programWord(text: string): string {
	if (!text.startsWith("/") || text.endsWith("/") || invisible.test(text) || /["'\\$]/.test(text)) {
		throw inexpressible("ExecStart", text);
	}
	return plain.test(text) ? text : quoted(text);
}

/** Quotes an assignment of Environment=, where `$` has no meaning and controls are invalid (systemd.exec(5)). */
export function assignmentWord(name: string, value: string): string {
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw inexpressible("Environment", name);
	if (/[\p{Cs}]|(?![\t\n])\p{Cc}/u.test(value)) throw inexpressible("Environment", `${name}=${value}`);
	return plain.test(value) ? `${name}=${value}` : quoted(`${name}=${value}`);
}

/**
 * Returns a path for settings that take the rest of the line (RootDirectory=, WorkingDirectory=). Quotes and backslashes have
 * different meanings across settings and versions, so they are refused everywhere.
 */
export function pathText(setting: string, path: Path): string {
	const text = pathToText(path);
	if (text === undefined) throw inexpressible(setting, showPath(path));
	const unusable = invisible.test(text) || /["'\\]/.test(text) || text.trim() !== text || /(^|\/)\.\.(\/|$)/.test(text);
	if (unusable || !text.startsWith("/")) throw inexpressible(setting, text);
	return text.replaceAll("%", "%%");
}

/** Quotes a path of a list with its prefix (`+`: below RootDirectory=; `-`: if it exists). */
export function pathWord(setting: string, path: Path, prefix: "" | "+" | "-" | "-+" = ""): string {
	const text = prefix + pathText(setting, path);
	return plain.test(text.replaceAll("%%", "")) ? text : `"${text}"`;
}

/** Returns `source:destination:options` for BindPaths=. Only newer versions can escape a colon in a path. */
export function bindWord(setting: string, source: Path, destination: Path, options: string, prefix: "" | "-" = ""): string {
	for (const path of [source, destination]) if (path.includes(":")) throw inexpressible(setting, showPath(path));
	// Each part has its own quotes, because quotes around the whole would hide the colons (measured).
	return `${pathWord(setting, source, prefix)}:${pathWord(setting, destination)}:${options}`;
}

/** Returns free text for one line, such as Description=. */
export function lineText(setting: string, text: string): string {
	if (invisible.test(text) || text.endsWith("\\") || text.trim() !== text) throw inexpressible(setting, text);
	return text.replaceAll("%", "%%");
}
