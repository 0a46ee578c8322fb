import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { type ParsedTemplate, parseTemplate } from "../../core/template/parse.ts";
import type { Placeholders, Template } from "../../core/template/template.ts";
import { programFolder } from "../program-folder.ts";

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

/** This machine's values for a template's placeholders: Node's real executable, and the bundled demonstration. */
export function placeholders(): Placeholders {
	return { node: realpathSync(process.execPath), demo: join(programFolder(), "dist", "demo", "demo.js") };
}
