import { mapLeaves } from "../base/collections.ts";
import { quoteShell } from "../base/path/quote.ts";
import type { TemplateProblem } from "./problems.ts";

/** Text in all languages. Only templates contain such text; all other text is in the message catalogue. */
export interface Text {
	readonly en: string;
	readonly de: string;
}

/** A value that differs between machines. Without a default, it has to be given each time. */
export interface Parameter {
	readonly title: Text;
	readonly kind: ParameterKind;
	readonly default?: string;
}

/** `program` may be a glob; its newest match is used. */
export const parameterKinds = ["port", "path", "program", "name", "text"] as const;
export type ParameterKind = (typeof parameterKinds)[number];
export type ParameterValues = Readonly<Record<string, string>>;

/** Lower case only, so that `${HOME}` in a probe stays the shell's. */
export const parameterName = /^(?!(?:node|demo)$)[a-z][a-z0-9_]{0,31}$/;

// No character has a meaning in shells, globs or unit files, so that a value is safe in each of them, quoted or not.
const plainPath = /^\/[\p{L}\p{N}._/+@:,=~-]*$/u;
const forms: Readonly<Record<ParameterKind, RegExp>> = {
	port: /^[1-9][0-9]{0,4}$/,
	path: plainPath,
	program: /^\/[\p{L}\p{N}._/+@:,=~*?-]*$/u,
	name: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
	text: /^[\p{L}\p{N} ._/+@:,=-]{1,1024}$/u,
};

/** Returns why a value cannot be of this kind. */
export function valueProblem(kind: ParameterKind, value: string): TemplateProblem | undefined {
	if (value.length > 4096) return "too-long";
	if (!forms[kind].test(value)) return "bad-value";
	if (kind === "port" && Number(value) > 65_535) return "bad-value";
	return (kind === "path" || kind === "program") && value.split("/").includes("..") ? "parent-component" : undefined;
}

/** Valid values of each kind, for checking a template before the values are known. */
export const sampleValues: Readonly<Record<ParameterKind, string>> = {
	port: "8080",
	path: "/srv/sample",
	program: "/usr/bin/sample",
	name: "sample",
	text: "sample",
};

const placeholder = /\$\{([a-z][a-z0-9_]*)\}/g;

/** Fills parameters into all texts of a value. Other placeholders stay. */
export function fillAll(value: unknown, values: ParameterValues): unknown {
	return mapLeaves(value, (leaf) => (typeof leaf === "string" ? fillText(leaf, values) : leaf));
}

export function fillText(text: string, values: ParameterValues): string {
	return text.replace(placeholder, (all, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? all) : all));
}

/**
 * Outside of quotes, a value in a shell line becomes one quoted word. Inside quotes it is inserted unchanged, because none of its
 * characters ends them.
 */
export function fillShellLine(line: string, values: ParameterValues): string {
	let quote = "";
	return line.replace(/\\.|['"]|\$\{([a-z][a-z0-9_]*)\}/g, (all, name?: string) => {
		if (name !== undefined) {
			const value = Object.hasOwn(values, name) ? values[name] : undefined;
			if (value === undefined) return all;
			return quote === "" ? quoteShell(value) : value;
		}
		if (all.startsWith("\\")) {
			// In single quotes a backslash is an ordinary character, and the next quote ends them.
			if (quote === "'" && all.endsWith("'")) quote = "";
			return all;
		}
		if (quote === "") quote = all;
		else if (quote === all) quote = "";
		return all;
	});
}

/** Returns the names of the parameters in a value. */
export function namesIn(value: unknown): Set<string> {
	const text = JSON.stringify(value) ?? "";
	return new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ""));
}
