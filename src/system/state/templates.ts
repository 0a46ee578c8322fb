import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join as joinText } from "node:path";
import { Failure } from "../../core/failure.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { limits } from "../../core/template/checks.ts";
import type { ParameterValues } from "../../core/template/parameters.ts";
import { parseTemplate } from "../../core/template/parse.ts";
import type { Template } from "../../core/template/template.ts";
import type { StoredTemplate, Templates } from "../../engine/store.ts";
import { attempt } from "../files/errors.ts";
import { readTextSync } from "../files/text-files.ts";
import { programFolder } from "../program-folder.ts";
import { builtinTemplates } from "../templates/builtin.ts";
import { readTemplateFile } from "../templates/sources.ts";
import { writeAtomic } from "./atomic.ts";
import { openState } from "./cages.ts";
import { makeSafeFolder, refuseUnsafe } from "./folder.ts";

/**
 * Saved templates in `STATE/templates/NAME.json`, the hashes of accepted ones in `accepted/`, and this machine's parameters in
 * `values/`. Only the state folder's owner can write there.
 */
export class StateTemplates implements Templates {
	readonly #state: Path;
	readonly #folder: Path;

	constructor(state: Path) {
		this.#state = state;
		this.#folder = join(state, pathFromText("templates"));
	}

	async list(): Promise<StoredTemplate[]> {
		const saved = this.#saved();
		const names = new Set(saved.map((one) => one.template.name));
		const folder = joinText(programFolder(), "templates");
		const builtIn = builtinTemplates()
			.filter((template) => !names.has(template.name))
			.map((template) => ({
				template,
				builtIn: true,
				path: joinText(folder, `${template.name}.json`),
				hash: templateHash(template),
				accepted: true,
				values: {},
			}));
		return [...builtIn, ...saved].sort((a, b) => (a.template.name < b.template.name ? -1 : 1));
	}

	/** Saves and accepts a template, whose commands the user has seen. Returns the path. */
	async save(template: Template, values: ParameterValues = {}): Promise<string> {
		await openState(this.#state);
		const text = `${JSON.stringify(template, null, 2)}\n`;
		const parsed = parseTemplate(text);
		// Never write a template that we would refuse to read.
		if ("errors" in parsed) {
			const [first] = parsed.errors;
			throw new Failure("template-invalid", { place: first?.pointer ?? "", problem: first?.code ?? "" }, 2);
		}
		await makeSafeFolder(this.#folder);
		await makeSafeFolder(this.#values);
		await writeAtomic(this.#valuesPath(template.name), `${JSON.stringify(values)}\n`);
		const path = join(this.#folder, pathFromText(`${template.name}.json`));
		await writeAtomic(path, text);
		await this.accept(templateHash(JSON.parse(text)));
		return pathToText(path) ?? "";
	}

	async accept(hash: string): Promise<void> {
		await openState(this.#state);
		await makeSafeFolder(this.#folder);
		await makeSafeFolder(this.#accepted);
		await writeAtomic(join(this.#accepted, pathFromText(hash)), "");
	}

	/** False if there is none of that name. */
	async remove(name: string): Promise<boolean> {
		refuseUnsafe(this.#state);
		const stored = this.#saved().find((one) => one.template.name === name);
		if (!stored) return false;
		await unlink(stored.path);
		for (const path of [this.#valuesPath(name), join(this.#accepted, pathFromText(stored.hash))])
			await unlink(pathToBytes(path)).catch(() => undefined);
		return true;
	}

	get #accepted(): Path {
		return join(this.#folder, pathFromText("accepted"));
	}

	get #values(): Path {
		return join(this.#folder, pathFromText("values"));
	}

	#valuesPath(name: string): Path {
		return join(this.#values, pathFromText(`${name}.json`));
	}

	/** Skips invalid templates; `template check` explains why. */
	#saved(): StoredTemplate[] {
		const folder = pathToText(this.#folder) ?? "";
		const names = attempt(() => readdirSync(folder)) ?? [];
		return names.flatMap((name) => {
			if (!name.endsWith(".json")) return [];
			const path = joinText(folder, name);
			try {
				const text = readTemplateFile(path, limits.bytes);
				const parsed = parseTemplate(text);
				// `make NAME` reads this file, so it must contain the template of that name.
				if (!("template" in parsed) || `${parsed.template.name}.json` !== name) return [];
				const hash = templateHash(JSON.parse(text.replace(/^\ufeff/, "")));
				const accepted = existsSync(joinText(folder, "accepted", hash));
				return [
					{ template: parsed.template, builtIn: false, path, hash, accepted, values: this.#valuesOf(parsed.template.name) },
				];
			} catch {
				return [];
			}
		});
	}

	#valuesOf(name: string): ParameterValues {
		try {
			const value: unknown = JSON.parse(readTextSync(this.#valuesPath(name)));
			const pairs = Object.entries(value as object).filter((pair): pair is [string, string] => typeof pair[1] === "string");
			return Object.fromEntries(pairs);
		} catch {
			return {};
		}
	}
}

/** A hash of the content, independent of the layout. */
export function templateHash(value: unknown): string {
	return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
