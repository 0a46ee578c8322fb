import { quoteShell } from "../path/quote.ts";
import type { TemplateProblem } from "./problems.ts";

/** Text in every language of the program; of templates alone, all other text is in the message catalogue. */
export interface Text {
	readonly en: string;
	readonly de: string;
}

/** Something that differs from machine to machine; without a default it has to be said each time. */
export interface Parameter {
	readonly title: Text;
	readonly kind: ParameterKind;
	readonly default?: string;
}

/** `program` may be a glob: the newest of what it matches is meant. */
export const parameterKinds = ["port", "path", "program", "name", "text"] as const;
export type ParameterKind = (typeof parameterKinds)[number];
export type ParameterValues = Readonly<Record<string, string>>;

/** Lower case alone, so that the shell's own `${HOME}` in a probe is never taken for one. */
export const parameterName = /^(?!(?:node|demo)$)[a-z][a-z0-9_]{0,31}$/;

// Nothing that a shell, a glob or a unit file reads as more than itself: so a value may stand in every one of them, quoted or not.
const plainPath = /^\/[\p{L}\p{N}._/+@:,=~-]*$/u;
const forms: Readonly<Record<ParameterKind, RegExp>> = {
	port: /^[1-9][0-9]{0,4}$/,
	path: plainPath,
	program: /^\/[\p{L}\p{N}._/+@:,=~*?-]*$/u,
	name: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
	text: /^[\p{L}\p{N} ._/+@:,=-]{1,1024}$/u,
};

/** Whether a value can be one of this kind. */
export function valueProblem(kind: ParameterKind, value: string): TemplateProblem | undefined {
	if (value.length > 4096) return "too-long";
	if (!forms[kind].test(value)) return "bad-value";
	if (kind === "port" && Number(value) > 65_535) return "bad-value";
	return (kind === "path" || kind === "program") && value.split("/").includes("..") ? "parent-component" : undefined;
}

/** Something that stands for any value of the kind, for reading a template before values are known. */
export const sampleValues: Readonly<Record<ParameterKind, string>> = {
	port: "8080",
	path: "/srv/sample",
	program: "/usr/bin/sample",
	name: "sample",
	text: "sample",
};

const placeholder = /\$\{([a-z][a-z0-9_]*)\}/g;

/** Every text in a value with these parameters filled in, as they are; texts that name no parameter stay. */
export function fillAll(value: unknown, values: ParameterValues): unknown {
	if (typeof value === "string") return fillText(value, values);
	if (Array.isArray(value)) return value.map((one) => fillAll(one, values));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillAll(one, values)]));
}

export function fillText(text: string, values: ParameterValues): string {
	return text.replace(placeholder, (all, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? all) : all));
}

/** In a shell line a value outside of quotes is one word; within quotes it can stand as it is, for none of its characters ends them. */
export function fillShellLine(line: string, values: ParameterValues): string {
	let quote = "";
	return line.replace(/\\.|['"]|\$\{([a-z][a-z0-9_]*)\}/g, (all, name?: string) => {
		if (name !== undefined) {
			const value = Object.hasOwn(values, name) ? values[name] : undefined;
			if (value === undefined) return all;
			return quote === "" ? quoteShell(value) : value;
		}
		if (all.startsWith("\\")) {
			// Between single quotes a backslash is a character like any other, and what follows may end them.
			if (quote === "'" && all.endsWith("'")) quote = "";
			return all;
		}
		if (quote === "") quote = all;
		else if (quote === all) quote = "";
		return all;
	});
}

/** Names of the parameters that a value speaks of. */
export function namesIn(value: unknown): Set<string> {
	const text = JSON.stringify(value) ?? "";
	return new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ""));
}
