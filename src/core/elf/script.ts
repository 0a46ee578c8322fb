import { launchPath } from "../application/application.ts";
import { baseName, isAbsolute, join, type Path, pathFromBytes, pathFromText, resolvePath } from "../path/path.ts";
import type { LoaderFiles, LoaderOptions } from "./search.ts";

/** What a script's first line asks for. */
interface Shebang {
	/** As written; relative to the working directory where it does not start with a slash. */
	readonly interpreter: Path;
	/** All the rest of the line: the kernel passes it as one word. */
	readonly argument?: string;
	/** Where the interpreter is env(1): the program it will look up in PATH (or a path, where it holds a slash). */
	readonly lookup?: string;
	/** The PATH that env looks it up in, where its own words say one: the application's does not count then. */
	readonly lookupPath?: string;
}

/** execvp(3) of glibc where the environment has no PATH. */
const pathOfNone = "/bin:/usr/bin";

/** How many bytes of a file the kernel looks at to choose its loader (BINPRM_BUF_SIZE). */
export const shebangBytes = 256;

/**
 * The `#!` line as execve(2) and the kernel's load_script read it: blanks before the interpreter are skipped, it ends at a blank, what follows
 * is one argument without blanks around it. undefined where there is none, and where the interpreter's name is cut by the limit.
 */
export function parseShebang(firstBytes: Uint8Array): Shebang | undefined {
	const text = pathFromBytes(firstBytes.subarray(0, shebangBytes));
	if (!text.startsWith("#!")) return undefined;
	const end = text.search(/[\n\0]/);
	const line = (end < 0 ? text.slice(2) : text.slice(2, end)).replace(/^[ \t]+/, "");
	const blank = line.search(/[ \t]/);
	// Without the end of line and without a blank nobody knows whether the name goes on.
	if (line === "" || (blank < 0 && end < 0 && text.length >= shebangBytes)) return undefined;
	const interpreter = (blank < 0 ? line : line.slice(0, blank)) as Path;
	const argument = blank < 0 ? "" : line.slice(blank).replace(/^[ \t]+|[ \t]+$/g, "");
	const lookup = baseName(interpreter) === "env" ? envProgram(argument) : undefined;
	return { interpreter, ...(argument !== "" && { argument }), ...lookup };
}

/** The program that `env ARGUMENT` runs. Only with -S (coreutils 8.30) does env split the one word that it gets. */
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
			return word === "" ? undefined : { lookup: word, ...(lookupPath !== undefined && { lookupPath }) };
		}
	}
	return undefined;
}

/**
 * Words as `env -S` cuts them (coreutils' manual, "env invocation"): blanks outside quotes separate, and so does `\_` there; `\c` ends it all, `#` where
 * a word would begin; a backslash takes most other characters as they are, within single quotes only itself and the quote. Variables stay unexpanded.
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

/** What the kernel starts for a script, and what env(1) starts then; each undefined where there is none or it is not found. */
export function scriptPrograms(
	{ interpreter, lookup, lookupPath }: Shebang,
	files: LoaderFiles,
	options: LoaderOptions,
): [interpreter: Path | undefined, looked: Path | undefined] {
	const path = lookupPath ?? pathFromText(options.environment?.PATH ?? launchPath);
	const looked = lookup === undefined ? undefined : findProgram(lookup, path, files, options.directory);
	return [absolute(interpreter, options.directory), looked];
}

/** execvp(3): what is no program is passed over; an empty element is the working directory. */
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

/** undefined for a relative path where the working directory is not known. */
function absolute(path: Path, start: Path | undefined): Path | undefined {
	if (isAbsolute(path)) return path;
	return start === undefined ? undefined : resolvePath(start, path);
}
