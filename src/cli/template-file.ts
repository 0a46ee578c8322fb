import { Failure } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";
import { unbundle } from "../core/template/bundle.ts";
import { checkTemplate, type ParsedTemplate, parseTemplate } from "../core/template/parse.ts";
import type { TemplateError } from "../core/template/problems.ts";
import { templateHash } from "../system/state/templates.ts";
import { fileLimit, readTemplateFile, type TemplateSource } from "../system/templates/sources.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a template, or the one in a bundle once it is what its hash says. Throws `template-bundle-changed` (exit 4). */
export function readTemplate({ place, text }: TemplateSource): ParsedTemplate {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return parseTemplate(text);
	}
	const bundle = unbundle(value);
	if (!bundle) return parseTemplate(text);
	const sha256 = templateHash(bundle.value);
	if (sha256 !== bundle.sha256) throw new Failure("template-bundle-changed", { file: place, sha256, said: bundle.sha256 }, 4);
	return checkTemplate(bundle.value);
}

/** Says of a file whether it is a template, and if not, every place where it is none. */
export async function check(terminal: Terminal, file: string | undefined): Promise<number> {
	if (file === undefined) throw new Failure("template-file-needed", {}, 2);
	const parsed = readTemplate({ place: file, text: readTemplateFile(file, fileLimit) });
	if ("template" in parsed) {
		if (terminal.options.json) terminal.printJson("template", { file, valid: true });
		else terminal.print(terminal.messages.cli.template.valid(file));
		return 0;
	}
	if (terminal.options.json) terminal.printJson("template", { file, valid: false, errors: parsed.errors });
	else terminal.print(problemLines(terminal, file, parsed.errors));
	return 2;
}

/** `FILE:LINE:COLUMN: POINTER: what is wrong`, as compilers write it, so that an editor can go there. */
export function problemLines(terminal: Terminal, file: string, errors: readonly TemplateError[]): string {
	const { cli, templateProblem } = terminal.messages;
	return errors
		.map(({ code, column, line, pointer, values }) => {
			const place = line === undefined ? printable(file) : `${printable(file)}:${line}:${column}`;
			return cli.template.problem(place, printable(pointer), templateProblem(code, values));
		})
		.join("\n");
}
