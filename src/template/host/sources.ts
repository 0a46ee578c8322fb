import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	realpathSync,
	statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../base/failure.ts";
import { errorName } from "../../base/host/errors.ts";
import { programFolder } from "../../base/host/release.ts";
import { printable } from "../../base/path/quote.ts";
import { limits } from "../checks.ts";
import { type ParsedTemplate, parseTemplate } from "../parse.ts";
import { bundleSchema, type Placeholders, type Template } from "../template.ts";

/** A file that may be a template. */
export interface TemplateSource {
	/** Where it was found, for messages. */
	readonly place: string;
	readonly text: string;
}

/** A bundle adds a little to the template. */
export const fileLimit = limits.bytes + 1024;

/**
 * The templates in a file or folder, for example a git checkout. Throws `template-none` (exit 2) if there are none, and
 * `template-from-git` (exit 2) for the address of a git repository.
 */
export function templateSources(place: string): TemplateSource[] {
	if (isAddress(place)) throw new Failure("template-from-git", { place }, 2);
	const path = resolve(place);
	const stats = statSync(path, { throwIfNoEntry: false });
	if (!stats?.isDirectory()) return [{ place, text: readTemplateFile(path, fileLimit) }];
	const found = fromFolder(path);
	if (!found.length) throw new Failure("template-none", { place }, 2);
	return found;
}

/** Template files of a folder and of its `templates/`. Links are not followed. */
function fromFolder(folder: string): TemplateSource[] {
	return [folder, join(folder, "templates")].flatMap((at) => {
		if (!lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
		return readdirSync(at)
			.filter((name) => name.endsWith(".json"))
			.sort()
			.map((name) => join(at, name))
			.filter((path) => {
				const stats = lstatSync(path);
				return stats.isFile() && stats.size <= fileLimit;
			})
			.map((path) => ({ place: path, text: readTemplateFile(path, fileLimit) }))
			.filter(({ text }) => claimsToBeTemplate(text));
	});
}

/** Repositories contain other JSON files too. */
function claimsToBeTemplate(text: string): boolean {
	return text.includes('"cagewright/template/') || text.includes(`"${bundleSchema}"`);
}

function isAddress(place: string): boolean {
	return /^[a-z][a-z0-9+.-]*::?\/?\//i.test(place) || place.includes("::") || /^[\w.-]+@[\w.-]+:/.test(place);
}

/**
 * The text of a regular file with at most this many bytes. Does not block on a FIFO, read a device or load a large file. Throws
 * `no-such-file`, `file-unreadable` or `template-too-large` (exit 2).
 */
export function readTemplateFile(path: string, limit: number): string {
	let file: number;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes(errorName(error) ?? "")) throw new Failure("no-such-file", { path: printable(path) }, 2);
		throw new Failure("file-unreadable", { file: path, detail: error instanceof Error ? error.message : "" }, 2);
	}
	try {
		const stats = fstatSync(file);
		if (!stats.isFile()) throw new Failure("file-not-regular", { file: path }, 2);
		if (stats.size > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		const bytes = Buffer.alloc(limit + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length <= limit; length += read)
			read = readSync(file, bytes, length, bytes.length - length, null);
		if (length > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		return bytes.toString("utf8", 0, length);
	} finally {
		closeSync(file);
	}
}

/** The program's own templates, by name, checked like any other. */
export function builtinTemplates(folder = join(programFolder(), "templates")): Template[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith(".json") && !file.endsWith("schema.json"))
		.map((file) => file.slice(0, -".json".length))
		.sort()
		.map((name) => {
			const file = `${name}.json`;
			const parsed: ParsedTemplate = parseTemplate(readFileSync(join(folder, file), "utf8"));
			if ("template" in parsed) return parsed.template;
			const [first] = parsed.errors;
			throw new Error(`${join(folder, file)}: ${first?.path} ${first?.code}`);
		});
}

export function builtinTemplate(name: string): Template | undefined {
	return builtinTemplates().find((template) => template.name === name);
}

/** The JSON Schema of templates, for editors. */
export function schemaFile(): string {
	return join(programFolder(), "templates", "schema.json");
}

/** This machine's values for a template's placeholders: Node's real executable, and the bundled demonstration. */
export function placeholders(): Placeholders {
	return { node: realpathSync(process.execPath), demo: join(programFolder(), "dist", "demo", "demo.js") };
}
