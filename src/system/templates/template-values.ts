import { basename, dirname, join } from "node:path";
import picomatch from "picomatch";
import { Failure } from "../../core/failure.ts";
import type { MergeContext } from "../../core/template/merge.ts";
import type { ParameterValues } from "../../core/template/parameters.ts";
import type { Template } from "../../core/template/template.ts";
import { distributionIds } from "../packages/packages.ts";
import { namesIn } from "../running/proc.ts";
import { lookUpProgram } from "../units/path-lookup.ts";
import { placeholders } from "./builtin.ts";

/** This machine's values for a template. Throws `program-not-found` (exit 2) if nothing matches a program's pattern. */
export function templateValues({ parameters }: Pick<Template, "parameters">, given: ParameterValues): MergeContext {
	const programs = Object.entries(parameters).flatMap(([name, { default: usual, kind }]) => {
		const value = given[name] ?? usual;
		if (kind !== "program" || value === undefined) return [];
		const program = newestProgram(value);
		if (program === undefined) throw new Failure("program-not-found", { program: value }, 2);
		return program === value ? [] : [[name, program] as const];
	});
	return { placeholders: placeholders(), systems: distributionIds(), parameters: { ...given, ...Object.fromEntries(programs) } };
}

/**
 * Distributions put versions into program names. Returns the match with the highest version, or undefined. A name without a
 * pattern is returned unchanged.
 */
export function newestProgram(pattern: string): string | undefined {
	if (!/[*?]/.test(pattern)) return pattern;
	const matches = picomatch(basename(pattern));
	const folder = dirname(pattern);
	const newest = namesIn(folder)
		.filter((name) => matches(name) && "path" in lookUpProgram(join(folder, name)))
		.sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
		.at(-1);
	return newest === undefined ? undefined : join(folder, newest);
}
