import type { Application, Rules } from "../application/application.ts";
import { type Path, pathToText } from "../path/path.ts";
import type { Decision } from "../plan/plan.ts";
import { mergeRules } from "./merge.ts";
import { type Template, type Text, templateSchema } from "./template.ts";

/** What the administrator decided about one path while reviewing, against or beyond what was proposed. */
export interface ReviewDecision {
	readonly path: Path;
	readonly decision: Decision;
}

export interface CageTexts {
	readonly title?: Text;
	readonly description?: Text;
	readonly notes?: readonly Text[];
}

export interface TemplateOfCage {
	readonly template: Template;
	/** Paths that are not UTF-8: a template is text and cannot name them. */
	readonly leftOut: readonly Path[];
}

/** The template that makes the same cage again: how the application is started, the rules, and the decisions as rules. */
export function templateFromCage(
	name: string,
	application: Application,
	rules: Rules,
	decisions: readonly ReviewDecision[] = [],
	texts: CageTexts = {},
): TemplateOfCage {
	const leftOut: Path[] = [];
	const include: string[] = [];
	const exclude: string[] = [];
	for (const { path, decision } of decisions) {
		const text = pathToText(path);
		if (text === undefined) leftOut.push(path);
		else (decision === "include" ? include : exclude).push(escapeGlob(text));
	}
	const merged = mergeRules(rules, { include, exclude });
	// The later word counts: what was declined in the end is not taken because of a rule from before, and the other way round.
	const declined = new Set(exclude);
	const taken = new Set(include);
	const program = application.command[0];
	return {
		template: {
			schema: templateSchema,
			name,
			title: texts.title ?? { en: name, de: name },
			description: texts.description ?? { en: name, de: name },
			application: { ...application },
			rules: {
				...merged,
				include: merged.include.filter((path) => !declined.has(path)),
				exclude: merged.exclude.filter((path) => !taken.has(path)),
			},
			parameters: {},
			needs: { packages: {}, programs: program === undefined ? [] : [program] },
			alternatives: [],
			first: [],
			notes: texts.notes ?? [],
			documentation: [],
		},
		leftOut,
	};
}

/** A path as a glob that matches this path alone. */
export function escapeGlob(text: string): string {
	return text.replace(/[\\*?[\]{}()]/g, "\\$&");
}
