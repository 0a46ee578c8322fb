import * as v from "valibot";
import { limits } from "./checks.ts";
import { fillAll, type ParameterValues, sampleValues } from "./parameters.ts";
import { jsonPointer, type Keys, placeAt, placesOf, scanJson } from "./place.ts";
import type { TemplateError, TemplateProblem } from "./problems.ts";
import { asTemplate, parameters, type SchemaOutput, schema } from "./schema.ts";
import { type Template, templateVersion } from "./template.ts";

/** A completely wrong file needs no more messages than this. */
const maxErrors = 100;

export type ParsedTemplate = { readonly template: Template } | { readonly errors: readonly TemplateError[] };

/** Parses a template file. Reports all errors with their places. */
export function parseTemplate(json: string): ParsedTemplate {
	// Check the size before parsing: an untrusted text must not decide how much memory we use.
	const bytes = json.length > limits.bytes ? json.length : Buffer.byteLength(json, "utf8");
	if (bytes > limits.bytes) return refused([], "template-too-large", { bytes, limit: limits.bytes });
	const text = json.replace(/^\ufeff/, "");
	const { brokenAt, deepAt, duplicate } = scanJson(text);
	if (deepAt !== undefined) return refusedAt(text, { at: deepAt, keys: [] }, "too-deep");
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		return refusedAt(text, { at: brokenAt ?? text.length, keys: [] }, "template-not-json", { message });
	}
	if (duplicate) return refusedAt(text, duplicate, "duplicate-field");
	const parsed = checkTemplate(value);
	return "errors" in parsed ? { errors: withPlaces(text, parsed.errors) } : parsed;
}

/** Checks a parsed template. Fills in defaults and migrates older versions. */
export function checkTemplate(value: unknown): ParsedTemplate {
	const migrated = migrate(value);
	if ("newer" in migrated) return refused(["schema"], "newer-version", { version: migrated.newer, known: templateVersion });
	const result = v.safeParse(schema, withSamples(migrated.value));
	if (result.success) return { template: asTemplate(restoreTexts(result.output, migrated.value) as SchemaOutput) };
	const errors = new Map<string, TemplateError>();
	for (const error of result.issues.map(errorOf)) {
		const id = `${error.path} ${error.code}`;
		errors.set(id, errors.get(id) ?? error);
	}
	return { errors: [...errors.values()].slice(0, maxErrors) };
}

/** Fields that may contain parameters. */
const parametrised = ["application", "rules", "needs", "alternatives"] as const;

/** Replaces parameters by sample values, so that the same checks apply as to a template without parameters. */
function withSamples(value: unknown): unknown {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
	const all = value as Readonly<Record<string, unknown>>;
	const known = v.safeParse(parameters, all.parameters);
	if (!known.success) return value;
	const samples: ParameterValues = Object.fromEntries(
		Object.entries(known.output).map(([name, { default: usual, kind }]) => [
			name,
			kind === "program" ? sampleValues.program : (usual ?? sampleValues[kind]),
		]),
	);
	const fields = parametrised.filter((field) => Object.hasOwn(all, field));
	return { ...all, ...Object.fromEntries(fields.map((field) => [field, fillAll(all[field], samples)])) };
}

/** Restores each text as in the file. */
function restoreTexts(read: unknown, written: unknown): unknown {
	if (typeof read === "string") return typeof written === "string" ? written : read;
	if (typeof read !== "object" || read === null || typeof written !== "object" || written === null) return read;
	if (Array.isArray(read)) return read.map((one, index) => restoreTexts(one, (written as readonly unknown[])[index]));
	return Object.fromEntries(
		Object.entries(read).map(([key, one]) => [key, restoreTexts(one, (written as Record<string, unknown>)[key])]),
	);
}

function refused(keys: Keys, code: TemplateProblem, values: TemplateError["values"] = {}): ParsedTemplate {
	return { errors: [{ path: jsonPath(keys), pointer: jsonPointer(keys), code, values }] };
}

interface TextPlace {
	readonly at: number;
	readonly keys: Keys;
}

function refusedAt(text: string, { at, keys }: TextPlace, code: TemplateProblem, values: TemplateError["values"] = {}) {
	return { errors: [{ path: jsonPath(keys), pointer: jsonPointer(keys), ...placeAt(text, at), code, values }] };
}

function withPlaces(text: string, errors: readonly TemplateError[]): TemplateError[] {
	const places = placesOf(
		text,
		errors.map(({ code, pointer }) => ({ keys: keysOf(pointer), name: aboutNames.has(code) })),
	);
	return errors.map((error, index) => ({ ...error, ...places[index] }));
}

/** Errors about a member's name rather than its value. */
const aboutNames: ReadonlySet<TemplateProblem> = new Set(["unknown-field", "bad-variable-name", "bad-parameter"]);

function keysOf(pointer: string): Keys {
	return pointer
		.split("/")
		.slice(1)
		.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

type Issue = v.BaseIssue<unknown>;

function errorOf(issue: Issue): TemplateError {
	const keys = (issue.path ?? []).map(({ key }: { key: unknown }) => (typeof key === "number" ? key : String(key)));
	const code = codeOf(issue);
	return { path: jsonPath(keys), pointer: jsonPointer(keys), code, values: valuesOf(issue, code) };
}

function codeOf(issue: Issue): TemplateProblem {
	// Our own checks use the code as message; valibot's own errors are recognised by the schema's kind.
	if (issue.kind === "validation" || issue.type === "custom" || issue.type === "picklist" || issue.type === "literal") {
		return issue.received === "undefined" && issue.kind === "schema" ? "missing-field" : (issue.message as TemplateProblem);
	}
	if (issue.type === "strict_object" && issue.expected === "never") return "unknown-field";
	return issue.received === "undefined" ||
		(issue.type === "strict_object" && issue.path?.at(-1)?.value === undefined && issue.expected?.startsWith('"'))
		? "missing-field"
		: "wrong-type";
}

function valuesOf(issue: Issue, code: TemplateProblem): TemplateError["values"] {
	const requirement = issue.requirement;
	if (code === "too-long" || code === "too-many")
		return typeof requirement === "number" ? { limit: requirement } : { limit: limits.list };
	if (code === "out-of-range") return { min: 1, max: 3600 };
	if (code === "unknown-placeholder") {
		const [name] = /\$\{[^}]*\}?/.exec(String(issue.path?.at(-1)?.value ?? issue.input)) ?? [];
		return { name: name ?? "" };
	}
	if (issue.kind === "schema" && issue.expected !== null && issue.expected !== "never") {
		return { expected: issue.expected, received: issue.received };
	}
	return {};
}

/** RFC 9535: unusual names are quoted in brackets. */
function jsonPath(keys: Keys): string {
	let path = "$";
	for (const key of keys) {
		if (typeof key === "number") path += `[${key}]`;
		else if (/^[A-Za-z_$][A-Za-z0-9_]*$/.test(key)) path += `.${key}`;
		else path += `[${JSON.stringify(key)}]`;
	}
	return path;
}

/** Each step converts a template to the next version. They do not change values that are no templates. */
const migrations: Readonly<Record<number, (value: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
	// Version 1 had no parameters: lower-case `${word}` in a shell line belonged to the shell, and still does.
	1: (value) => ({ ...value, schema: "cagewright/template/2" }),
};

type MigrationResult = { readonly value: unknown } | { readonly newer: number };

/** Converts a template of any version to the current one. */
function migrate(value: unknown): MigrationResult {
	let current = value;
	for (;;) {
		const version = versionOf(current);
		if (version !== undefined && version > templateVersion) return { newer: version };
		const step = version === undefined || version === templateVersion ? undefined : migrations[version];
		if (step === undefined) return { value: current };
		current = step(current as Record<string, unknown>);
	}
}

function versionOf(value: unknown): number | undefined {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
	const match = /^cagewright\/template\/([1-9][0-9]{0,5})$/.exec(String((value as { schema?: unknown }).schema));
	return match ? Number(match[1]) : undefined;
}
