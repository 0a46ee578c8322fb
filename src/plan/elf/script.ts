import { omitUndefined } from "../../base/collections.ts";
import { baseName, isAbsolute, join, type Path, pathFromBytes, pathFromText, resolvePath } from "../../base/path/path.ts";
import { launchPath } from "../../service/application.ts";
import type { LoaderFiles, LoaderOptions } from "./search.ts";

/** The parsed first line of a script. */
interface Shebang {
	/** As written; relative to the working directory unless it starts with a slash. */
	readonly interpreter: Path;
	/** The rest of the line, which the kernel passes as one word. */
	readonly argument?: string;
	/** If the interpreter is env(1), the program that it runs: a name to find in PATH, or a path if it contains a slash. */
	readonly lookup?: string;
	/** PATH for this lookup if env's own arguments set it, instead of the application's. */
	readonly lookupPath?: string;
}

/** PATH of glibc's execvp(3) if the environment has none. */
const pathOfNone = "/bin:/usr/bin";

/** Bytes of a file that the kernel reads to choose its loader (BINPRM_BUF_SIZE). */
export const shebangBytes = 256;

/**
 * Parses a `#!` line like execve(2) and the kernel's load_script: the interpreter ends at a blank, and the rest is one argument
 * without surrounding blanks. Returns undefined if there is none, or if the limit cuts the interpreter's name.
 */
export function parseShebang(firstBytes: Uint8Array): Shebang | undefined {
	const text = pathFromBytes(firstBytes.subarray(0, shebangBytes));
	if (!text.startsWith("#!")) return undefined;
	const end = text.search(/[\n\0]/);
	const line = (end < 0 ? text.slice(2) : text.slice(2, end)).replace(/^[ \t]+/, "");
	const blank = line.search(/[ \t]/);
	// Without a line end or blank, the name may be cut.
	if (line === "" || (blank < 0 && end < 0 && text.length >= shebangBytes)) return undefined;
	const interpreter = (blank < 0 ? line : line.slice(0, blank)) as Path;
	const argument = blank < 0 ? "" : line.slice(blank).replace(/^[ \t]+|[ \t]+$/g, "");
	const lookup = baseName(interpreter) === "env" ? envProgram(argument) : undefined;
	return { interpreter, ...(argument !== "" && { argument }), ...lookup };
}

/** Returns the program that `env ARGUMENT` runs. env splits its one argument only with -S (coreutils 8.30). */
function envProgram(argument: string): Pick<Shebang, "lookup" | "lookupPath"> | undefined {
	const split = /^(?:-([iv0]*)S|--split-string=)[ \t]*(.*)$/s.exec(argument);
	if (split === null)
		return argument === "" || argument.startsWith("-") || argument.includes("=") ? undefined : { lookup: argument };
	const words = splitString(split[2] ?? "");
	let lookupPath = split[1]?.includes("i") ? pathOfNone : undefined;
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? "";
		if (/^(-[v0]*i.*|-|--ignore-environment)$/.test(word)) lookupPath = pathOfNone;
		if (word.startsWith("PATH=")) lookupPath = word.slice("PATH=".length);
		if (/^(-[iv0]*[uCa]|--unset|--chdir|--argv0)$/.test(word)) at++;
		else if (!word.startsWith("-") && !word.includes("=")) {
			return word === "" ? undefined : { lookup: word, ...omitUndefined({ lookupPath }) };
		}
	}
	return undefined;
}

/**
 * Splits like `env -S` (coreutils manual, "env invocation"). Blanks and `\_` outside quotes separate words, `\c` ends the text,
 * and `#` at the start of a word begins a comment. A backslash escapes most other characters, but in single quotes only itself
 * and the quote. Variables stay unexpanded.
 */
function splitString(text: string): string[] {
	const words: string[] = [];
	let word: string | undefined;
	let quote = "";
	for (const [token] of text.matchAll(/\\.|./gs)) {
		const isEscape = token.length === 2;
		if (isEscape && quote === "'" && !/['\\]/.test(token[1] ?? "")) word = (word ?? "") + token;
		else if (token === "\\c" && quote === "") break;
		else if (quote === "" && (token === "\\_" || /^\s$/.test(token))) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else if (quote === "" && token === "#" && word === undefined) break;
		else if (!isEscape && (token === quote || (quote === "" && /["']/.test(token)))) {
			quote = quote === "" ? token : "";
			word ??= "";
		} else word = (word ?? "") + (isEscape ? (token === "\\_" ? " " : token.slice(1)) : token);
	}
	return word === undefined ? words : [...words, word];
}

/** Returns the interpreter and the program that env(1) starts; each undefined if absent or not found. */
export function scriptPrograms(
	{ interpreter, lookup, lookupPath }: Shebang,
	files: LoaderFiles,
	options: LoaderOptions,
): [interpreter: Path | undefined, looked: Path | undefined] {
	const path = lookupPath ?? pathFromText(options.environment?.PATH ?? launchPath);
	const looked = lookup === undefined ? undefined : findProgram(lookup, path, files, options.directory);
	return [absolute(interpreter, options.directory), looked];
}

/** Searches like execvp(3): skips files that are not executable; an empty element is the working directory. */
function findProgram(name: string, searchPath: string, files: LoaderFiles, start: Path | undefined): Path | undefined {
	if (name.includes("/")) return absolute(name as Path, start);
	return searchPath
		.split(":")
		.flatMap((directory) => absolute((directory === "" ? "." : directory) as Path, start) ?? [])
		.map((directory) => join(directory, name))
		.find((path) => isExecutable(path, files));
}

function isExecutable(path: Path, files: LoaderFiles): boolean {
	const real = files.resolve(path);
	const status = real === undefined ? undefined : files.status(real);
	return status?.kind === "file" && (status.mode & 0o111) !== 0;
}

/** Returns undefined for a relative path if the working directory is unknown. */
function absolute(path: Path, start: Path | undefined): Path | undefined {
	if (isAbsolute(path)) return path;
	return start === undefined ? undefined : resolvePath(start, path);
}
