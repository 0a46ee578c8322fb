// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates

import { isRecord, omitUndefined } from "../base/collections.ts";
import type { Application, Rules } from "../service/application.ts";
import type { Parameter, Text } from "./parameters.ts";
import { jsonPointer } from "./place.ts";

/** The number in `cagewright/template/`. `migrations` (parse.ts) converts older versions; newer ones are refused. */
export const templateVersion = 2;
export const templateSchema = `cagewright/template/${templateVersion}` as const;

/** How to cage one kind of application, as data that can be distributed. Templates from elsewhere are untrusted. */
export interface Template {
	readonly schema: typeof templateSchema;
	readonly name: string;
	readonly title: Text;
	readonly description: Text;
	/** Values that differ between machines. The application, the rules and the needs refer to them as `${NAME}`. */
	readonly parameters: Readonly<Record<string, Parameter>>;
	readonly application: TemplateApplication;
	readonly rules: Rules;
	readonly needs: TemplateNeeds;
	/** Differences on other systems. */
	readonly alternatives: readonly Alternative[];
	/** Configuration that the application needs before it works with this template. */
	readonly first: readonly Text[];
	/** Facts that an administrator should know beforehand. */
	readonly notes: readonly Text[];
	/** Manual pages such as `nginx(8)`. */
	readonly documentation: readonly string[];
}

/** An `Application` whose texts may contain parameters and the placeholders `${node}` and `${demo}`. */
export type TemplateApplication = Application;

/** Each given field replaces the template's own. */
export interface Alternative {
	/** Matches `ID` of os-release(5) or one of `ID_LIKE`. */
	readonly systems: readonly string[];
	/** Whether somebody made a cage with it, rather than only reading the manual. */
	readonly tried: boolean;
	readonly application?: Partial<Omit<TemplateApplication, "timeout" | "network" | "calls" | "limits">>;
	readonly rules?: Partial<Rules>;
}

interface TemplateNeeds {
	/** Package names by `ID` of os-release(5): `debian`, `fedora` … */
	readonly packages: Readonly<Record<string, readonly string[]>>;
	/** Required programs, by name or absolute path: the application's and the probes'. */
	readonly programs: readonly string[];
}

/** Node's executable, and the demonstration daemon. */
export const placeholderNames = ["node", "demo"] as const;
export type PlaceholderName = (typeof placeholderNames)[number];
export type Placeholders = Readonly<Partial<Record<PlaceholderName, string>>>;

/** A template with the SHA-256 of its content, for distribution. */
export const bundleSchema = "cagewright/template-bundle/1";

export interface TemplateBundle {
	readonly schema: typeof bundleSchema;
	readonly sha256: string;
	readonly template: Template;
}

type BundleContent = { readonly value: unknown; readonly sha256: string } | undefined;

/** Returns a bundle's content; undefined if `value` is no bundle. */
export function unbundle(value: unknown): BundleContent {
	if (typeof value !== "object" || value === null) return undefined;
	const { schema, sha256, template } = value as Partial<Record<keyof TemplateBundle, unknown>>;
	return schema === bundleSchema ? { value: template, sha256: String(sha256) } : undefined;
}

/** Returns a valid example template with the usual parts. `schema` is the path of the JSON Schema. */
export function templateSkeleton(name: string, schema: string): object {
	return {
		$schema: schema,
		schema: templateSchema,
		name,
		title: { en: name, de: name },
		description: { en: "The application and its purpose.", de: "Die Anwendung und ihr Zweck." },
		parameters: { port: { title: { en: "Port", de: "Port" }, kind: "port", default: "8000" } },
		application: {
			command: [`/usr/bin/${name}`, "--port", "${port}"],
			user: "nobody",
			env: {},
			probes: ["curl -fsS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/"],
			exercises: ["curl -sS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/no-such-page"],
			directories: [`/run/${name}`],
		},
		rules: { include: [`/usr/lib/${name}/**`] },
		needs: { packages: { debian: [name, "curl"] }, programs: [`/usr/bin/${name}`, "curl"] },
		first: [],
		notes: [],
		documentation: [],
	};
}

/** One difference between two templates. Lists are compared item by item. */
export interface TemplateDifference {
	/** A JSON Pointer; for list items, without the index. */
	readonly pointer: string;
	/** JSON text; absent if there was, or is, no value. */
	readonly before?: string;
	readonly after?: string;
}

/** The parts that determine a cage. Titles and descriptions do not. */
const fields = ["parameters", "application", "rules", "alternatives"] as const;

export function templateDifferences(before: Template, after: Template): TemplateDifference[] {
	return fields.flatMap((field) => compare([field], before[field], after[field]));
}

function compare(keys: readonly string[], before: unknown, after: unknown): TemplateDifference[] {
	const [one, other] = [JSON.stringify(before), JSON.stringify(after)];
	if (one === other) return [];
	const pointer = jsonPointer(keys);
	if (Array.isArray(before) && Array.isArray(after)) {
		const [gone, come] = [without(before, after), without(after, before)];
		// A command's order matters.
		if (keys.at(-1) === "command" || (!gone.length && !come.length)) return [{ pointer, before: one ?? "", after: other ?? "" }];
		return [...gone.map((text) => ({ pointer, before: text })), ...come.map((text) => ({ pointer, after: text }))];
	}
	if (isRecord(before) && isRecord(after)) {
		const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
		return names.flatMap((name) => compare([...keys, name], before[name], after[name]));
	}
	return [{ pointer, ...omitUndefined({ before: one, after: other }) }];
}

function without(values: readonly unknown[], others: readonly unknown[]): string[] {
	const known = new Set(others.map((value) => JSON.stringify(value)));
	return values.map((value) => JSON.stringify(value)).filter((text) => !known.has(text));
}
