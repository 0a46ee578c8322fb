import { lstatSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { bundleSchema } from "../../core/template/bundle.ts";
import { limits } from "../../core/template/checks.ts";
import { fromGit } from "./git.ts";
import { readTemplateFile } from "./read-file.ts";

/** A file that may be a template, as it was found somewhere. */
export interface TemplateSource {
	/** Where it was found, for people. */
	readonly place: string;
	readonly text: string;
}

/** A bundle has a little more around the template. */
export const fileLimit = limits.bytes + 1024;

/**
 * The templates at a place: a file, a folder (a git checkout, whose files are read as they lie there), or the address of a git repository, which
 * is fetched. Nothing is run but git itself, without hooks, filters and helpers. Throws `template-none` (exit 2) where there is none.
 */
export async function templateSources(place: string, signal: AbortSignal): Promise<TemplateSource[]> {
	if (isAddress(place)) return some(place, await fromGit(place, signal));
	const path = resolve(place);
	const stats = statSync(path, { throwIfNoEntry: false });
	if (!stats?.isDirectory()) return [{ place, text: readTemplateFile(path, fileLimit) }];
	if (isBare(path)) return some(place, await fromGit(path, signal));
	return some(place, fromFolder(path));
}

/** Files of a folder and of its `templates/` that say of themselves that they are templates; links are not followed. */
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

/** Other files of JSON lie in any repository. */
export function claimsToBeTemplate(text: string): boolean {
	return text.includes('"cagewright/template/') || text.includes(`"${bundleSchema}"`);
}

function isAddress(place: string): boolean {
	return /^[a-z][a-z0-9+.-]*::?\/?\//i.test(place) || place.includes("::") || /^[\w.-]+@[\w.-]+:/.test(place);
}

/** A repository without files beside it. */
function isBare(path: string): boolean {
	return ["HEAD", "objects", "refs"].every((name) => lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined);
}

function some(place: string, found: TemplateSource[]): TemplateSource[] {
	if (!found.length) throw new Failure("template-none", { place }, 2);
	return found;
}
