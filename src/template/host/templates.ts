import { existsSync, readdirSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join as joinText } from "node:path";
import { by } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { makeSafeFolder, refuseUnsafe } from "../../base/host/folder.ts";
import { sha256 } from "../../base/host/hash.ts";
import { programFolder } from "../../base/host/release.ts";
import { readTextSync, writeAtomic, writeJson } from "../../base/host/text-files.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { openState } from "../../cage/host/cages.ts";
import { limits } from "../checks.ts";
import type { ParameterValues } from "../parameters.ts";
import { parseTemplate } from "../parse.ts";
import type { StoredTemplate, Templates } from "../ports.ts";
import { builtinTemplates, readTemplateFile } from "./sources.ts";

/**
 * Saved templates in `STATE/templates/NAME.json`, the hashes of accepted ones in `accepted/`, and this machine's parameters in
 * `values/`. Only the state folder's owner can write there.
 */
export function templates(state: Path): Templates {
	const folder = join(state, pathFromText("templates"));
	const accepted = join(folder, pathFromText("accepted"));
	const allValues = join(folder, pathFromText("values"));
	const valuesPath = (name: string) => join(allValues, pathFromText(`${name}.json`));
	const accept = async (hash: string) => {
		await openState(state);
		await makeSafeFolder(folder);
		await makeSafeFolder(accepted);
		await writeAtomic(join(accepted, pathFromText(hash)), "");
	};
	return {
		async list() {
			const saved = savedTemplates(folder, valuesPath);
			const names = new Set(saved.map((one) => one.template.name));
			const unsaved = builtIn().filter(({ template }) => !names.has(template.name));
			return [...unsaved, ...saved].sort(by(({ template }) => template.name));
		},
		async save(template, values = {}) {
			await openState(state);
			const text = `${JSON.stringify(template, null, 2)}\n`;
			const parsed = parseTemplate(text);
			// Never write a template that we would refuse to read.
			if ("errors" in parsed) {
				const [first] = parsed.errors;
				throw new Failure("template-invalid", { place: first?.pointer ?? "", problem: first?.code ?? "" }, 2);
			}
			await makeSafeFolder(folder);
			await makeSafeFolder(allValues);
			await writeJson(valuesPath(template.name), values);
			const path = join(folder, pathFromText(`${template.name}.json`));
			await writeAtomic(path, text);
			await accept(templateHash(JSON.parse(text)));
			return pathToText(path) ?? "";
		},
		accept,
		async remove(name) {
			refuseUnsafe(state);
			const stored = savedTemplates(folder, valuesPath).find((one) => one.template.name === name);
			if (!stored) return false;
			await unlink(stored.path);
			for (const path of [valuesPath(name), join(accepted, pathFromText(stored.hash))])
				await unlink(pathToBytes(path)).catch(() => undefined);
			return true;
		},
	};
}

function builtIn(): StoredTemplate[] {
	const folder = joinText(programFolder(), "templates");
	return builtinTemplates().map((template) => ({
		template,
		builtIn: true,
		path: joinText(folder, `${template.name}.json`),
		hash: templateHash(template),
		accepted: true,
		values: {},
	}));
}

/** Skips invalid templates; `template check` explains why. */
function savedTemplates(from: Path, valuesPath: (name: string) => Path): StoredTemplate[] {
	const folder = pathToText(from) ?? "";
	const names = attempt(() => readdirSync(folder)) ?? [];
	return names.flatMap((file) => {
		if (!file.endsWith(".json")) return [];
		const path = joinText(folder, file);
		const stored = attempt(() => {
			const text = readTemplateFile(path, limits.bytes);
			return { parsed: parseTemplate(text), hash: templateHash(JSON.parse(text.replace(/^\ufeff/, ""))) };
		});
		// `make NAME` reads this file, so it must contain the template of that name.
		if (!stored || !("template" in stored.parsed) || `${stored.parsed.template.name}.json` !== file) return [];
		const { hash, parsed } = stored;
		const accepted = existsSync(joinText(folder, "accepted", hash));
		const values = attempt(() => readValues(valuesPath(parsed.template.name))) ?? {};
		return [{ template: parsed.template, builtIn: false, path, hash, accepted, values }];
	});
}

function readValues(file: Path): ParameterValues {
	const value: unknown = JSON.parse(readTextSync(file));
	const pairs = Object.entries(value as object).filter((pair): pair is [string, string] => typeof pair[1] === "string");
	return Object.fromEntries(pairs);
}

/** A hash of the content, independent of the layout. */
export function templateHash(value: unknown): string {
	return sha256(JSON.stringify(value));
}
