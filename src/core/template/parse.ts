import * as v from "valibot";
import { limits } from "./checks.ts";
import type { TemplateError, TemplateProblem } from "./problems.ts";
import { asTemplate, schema } from "./schema.ts";
import type { Template } from "./template.ts";

/** A file that is all wrong need not be told so a million times. */
const mostErrors = 100;

export type ParsedTemplate = { readonly template: Template } | { readonly errors: readonly TemplateError[] };

/** Reads a template file. Everything that is wrong is named with its place, not the first thing alone. */
export function parseTemplate(json: string): ParsedTemplate {
	// Measured before it is read: the text of somebody else decides how much of our memory it takes.
	const bytes = json.length > limits.bytes ? json.length : Buffer.byteLength(json, "utf8");
	if (bytes > limits.bytes) return refused("template-too-large", { bytes, limit: limits.bytes });
	let value: unknown;
	try {
		value = JSON.parse(json.replace(/^\ufeff/, ""));
	} catch (error) {
		return refused("template-not-json", { message: error instanceof Error ? error.message : String(error) });
	}
	return checkTemplate(value);
}

/** The same for a value that was read already. Defaults are filled in. */
export function checkTemplate(value: unknown): ParsedTemplate {
	const result = v.safeParse(schema, value);
	if (result.success) return { template: asTemplate(result.output) };
	const errors = new Map<string, TemplateError>();
	for (const error of result.issues.map(errorOf))
		errors.set(`${error.path} ${error.code}`, errors.get(`${error.path} ${error.code}`) ?? error);
	return { errors: [...errors.values()].slice(0, mostErrors) };
}

function refused(code: TemplateProblem, values: TemplateError["values"]): ParsedTemplate {
	return { errors: [{ path: "$", code, values }] };
}

type Issue = v.BaseIssue<unknown>;

function errorOf(issue: Issue): TemplateError {
	return { path: jsonPath(issue), code: codeOf(issue), values: valuesOf(issue) };
}

function codeOf(issue: Issue): TemplateProblem {
	// A check of ours carries its code as the message; what valibot says by itself is told by the kind of its schema.
	if (issue.kind === "validation" || issue.type === "custom" || issue.type === "picklist" || issue.type === "literal") {
		return issue.received === "undefined" && issue.kind === "schema" ? "missing-field" : (issue.message as TemplateProblem);
	}
	if (issue.type === "strict_object" && issue.expected === "never") return "unknown-field";
	return issue.received === "undefined" ||
		(issue.type === "strict_object" && issue.path?.at(-1)?.value === undefined && issue.expected?.startsWith('"'))
		? "missing-field"
		: "wrong-type";
}

function valuesOf(issue: Issue): TemplateError["values"] {
	const requirement = issue.requirement;
	if (issue.message === "too-long" || issue.message === "too-many")
		return typeof requirement === "number" ? { limit: requirement } : { limit: limits.list };
	if (issue.message === "out-of-range") return { min: 1, max: 3600 };
	if (issue.kind === "schema" && issue.expected !== null && issue.expected !== "never") {
		return { expected: issue.expected, received: issue.received };
	}
	return {};
}

/** RFC 9535: names that are not plain stand in brackets and quotes. */
function jsonPath(issue: Issue): string {
	let path = "$";
	for (const item of issue.path ?? []) {
		const key: unknown = item.key;
		if (typeof key === "number") path += `[${key}]`;
		else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(key))) path += `.${String(key)}`;
		else path += `[${JSON.stringify(String(key))}]`;
	}
	return path;
}
