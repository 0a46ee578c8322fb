import { Failure } from "../base/failure.ts";
import { masked } from "../base/mask.ts";
import { ancestors, join, type Path, pathFromText, pathToText } from "../base/path/path.ts";
import { printable, showPath } from "../base/path/quote.ts";
import { mountedData, type UnitInput } from "./input.ts";

/**
 * Quotes words of unit files: systemd.syntax(7) for quotes and escapes, systemd.unit(5) for `%`, systemd.service(5) for `$`.
 * Throws a Failure for values that a unit cannot express, or that systemd would ignore with a warning, because the unit would
 * then mean something else.
 */

function inexpressible(setting: string, value: string): Failure {
	return new Failure("unit-inexpressible", { setting, value: printable(value) }, 2);
}

/** Throws if a setting's value would begin another line. */
function requireOneLine(setting: string, value: string): void {
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

/** Returns bytes for SetCredential=, which reads C escapes but neither quotes nor specifiers. */
export function escapedBytes(bytes: Uint8Array): string {
	const escaped = (byte: number) => `\\x${byte.toString(16).padStart(2, "0")}`;
	return Array.from(bytes, (byte) => {
		const character = String.fromCharCode(byte);
		return /[\w@+=:,./-]/.test(character) ? character : escaped(byte);
	}).join("");
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

/** Throws for a variable that systemd would drop with a warning (systemd.exec(5)). Names no value, because it may be secret. */
function requireVariable(name: string, value: string): void {
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw inexpressible("Environment", name);
	if (/[\p{Cs}]|(?![\t\n])\p{Cc}/u.test(value)) throw inexpressible("Environment", `${name}=${masked}`);
}

/** Quotes an assignment of Environment=, where `$` has no meaning. */
export function assignmentWord(name: string, value: string): string {
	requireVariable(name, value);
	return plain.test(value) ? `${name}=${value}` : quoted(`${name}=${value}`);
}

/** Returns the text of a file for EnvironmentFile=, where a backslash in double quotes escapes these four characters only. */
export function environmentText(variables: Readonly<Record<string, string>>): string {
	const lines = Object.entries(variables).map(([name, value]) => {
		requireVariable(name, value);
		return `${name}="${value.replace(/["\\`$]/g, "\\$&")}"\n`;
	});
	return lines.join("");
}

/** Returns a path for EnvironmentFile=, which is a pattern of glob(7). */
export function environmentFilePath(path: Path): string {
	return pathText("EnvironmentFile", path).replace(/[*?[]/g, "[$&]");
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

/** Returns `source:destination:norbind` for BindPaths=. Only newer versions can escape a colon in a path. */
export function bindWord(setting: string, source: Path, destination: Path, prefix: "" | "-" = ""): string {
	for (const path of [source, destination]) if (path.includes(":")) throw inexpressible(setting, showPath(path));
	// Each part has its own quotes, because quotes around the whole would hide the colons (measured).
	return `${pathWord(setting, source, prefix)}:${pathWord(setting, destination)}:norbind`;
}

/** Returns free text for one line, such as Description=. */
export function lineText(setting: string, text: string): string {
	if (invisible.test(text) || text.endsWith("\\") || text.trim() !== text) throw inexpressible(setting, text);
	return text.replaceAll("%", "%%");
}

/**
 * Returns lines of `[Unit]` that prevent systemd from following a link to a source of `BindPaths=`: it does not start the
 * service if a directory between the cage's data folder and the source, or on the path to state in place, is a link, and checks
 * again at each restart (systemd.unit(5)). No command runs, so the service's environment has no influence. Directories above the
 * data folder belong to root.
 */
export function sourceAssertions(input: Pick<UnitInput, "binds" | "data">): string[] {
	// A group may be able to put a link into a directory of many services.
	const files = input.binds.flatMap(({ created, isSocket, path }) => (created?.isFile || isSocket ? [pathFromText(path)] : []));
	const parts = new Set([...mountedData(input).flatMap(({ path, source }) => partsOf(path, source)), ...files]);
	if (!parts.size) return [];
	return [
		"# systemd follows links to mount sources, so no directory above the application's state may be a link.",
		...[...parts].map((part) => `${assertion}=!${pathText(assertion, part)}`),
	];
}

const assertion = "AssertPathIsSymbolicLink";

function partsOf(path: Path, source: Path): Path[] {
	if (source === path) return [...ancestors(path), path];
	// A trial's copy is in one of our own folders.
	if (!source.endsWith(path)) return [];
	const top = source.slice(0, -path.length) as Path;
	return [top, ...[...ancestors(path), path].map((part) => join(top, part.slice(1)))];
}

export interface Setting {
	readonly name: string;
	readonly value: string;
	/** The reasons for the setting. */
	readonly comments: readonly string[];
}

/** Collects a section's settings in order. */
export class UnitLines {
	readonly settings: Setting[] = [];
	#comments: string[] = [];

	/** Adds a comment to the next setting. */
	comment(text: string): void {
		this.#comments.push(printable(text));
	}

	/** Throws `unit-inexpressible` (exit 2) for a value with a line break. */
	set(name: string, value: string): void {
		requireOneLine(name, value);
		this.settings.push({ name, value, comments: this.#comments });
		this.#comments = [];
	}

	/** Returns the lines, including comments after the last setting. */
	text(): string[] {
		return [...this.settings.flatMap(settingText), ...commentText(this.#comments)];
	}

	/** Comments after the last setting. */
	get last(): readonly string[] {
		return this.#comments;
	}
}

function settingText({ comments, name, value }: Setting): string[] {
	return [...commentText(comments), `${name}=${value}`];
}

export function commentText(comments: readonly string[]): string[] {
	return comments.map((comment) => `# ${comment}`);
}
