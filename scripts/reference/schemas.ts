import type * as v from "valibot";
import { lines, results } from "../../src/cli/results.ts";

/** The folder that contains generated files only. */
export const schemaFolder = "docs/reference/schemas";

export interface JsonSchema {
	readonly [keyword: string]: unknown;
}

/**
 * Converts a description of src/cli/results.ts to JSON Schema (draft 2020-12). Releases may add fields, codes and kinds, so objects may have
 * further fields, and codes and kinds may be others. With `isClosed` they may not, which tests use.
 */
export function jsonSchemaOf(schema: v.GenericSchema, isClosed = false): JsonSchema {
	const convert = (one: v.GenericSchema) => jsonSchemaOf(one, isClosed);
	const { entries, item, key, literal, options, type, value, wrapped } = schema as v.GenericSchema & Parts;
	const grows = isClosed ? undefined : growthOf(schema);
	switch (type) {
		case "string":
		case "number":
		case "boolean":
			return { type };
		case "unknown":
			return {};
		case "literal":
			return { const: literal };
		case "picklist":
			return grows ? { anyOf: [{ enum: distinct(options) }, { type: "string" }] } : { enum: distinct(options) };
		case "array":
			return { type, items: convert(required(item)) };
		case "record":
			return { type: "object", propertyNames: convert(required(key)), additionalProperties: convert(required(value)) };
		case "nullable":
			return { anyOf: [convert(required(wrapped)), { type: "null" }] };
		case "exact_optional":
			return convert(required(wrapped));
		case "union": {
			const all = options as readonly v.GenericSchema[];
			return { anyOf: [...all.map(convert), ...(grows === undefined ? [] : [otherKind(all, grows)])] };
		}
		case "object": {
			const all = Object.entries(required(entries));
			return {
				type,
				properties: Object.fromEntries(all.map(([name, one]) => [name, convert(one)])),
				required: all.flatMap(([name, one]) => (one.type === "exact_optional" ? [] : [name])),
				...(isClosed ? { additionalProperties: false } : {}),
			};
		}
		default:
			throw new Error(`no JSON Schema for ${type}`);
	}
}

/** The field that tells the kinds of a union apart, or `true` for codes. Undefined if later releases add none. */
function growthOf(schema: v.GenericSchema): Growth | undefined {
	const { pipe = [] } = schema as v.GenericSchema & {
		readonly pipe?: readonly { readonly metadata?: { readonly grows?: Growth } }[];
	};
	return pipe.find(({ metadata }) => metadata?.grows !== undefined)?.metadata?.grows;
}

type Growth = string | true;

/** An object of a kind that a later release adds. */
function otherKind(known: readonly v.GenericSchema[], field: Growth): JsonSchema {
	const kinds = known.flatMap((one) => {
		const { literal, options = [literal] } = ((one as v.GenericSchema & Parts).entries?.[String(field)] ?? {}) as Parts;
		return options;
	});
	const other = { type: "string", not: { enum: distinct(kinds) } };
	return { type: "object", properties: { [String(field)]: other }, required: [field] };
}

function distinct(values: readonly unknown[] = []): unknown[] {
	return [...new Set(values)];
}

/** What the kinds of schemas have. */
interface Parts {
	readonly entries?: v.ObjectEntries;
	readonly item?: v.GenericSchema;
	readonly key?: v.GenericSchema;
	readonly literal?: unknown;
	readonly options?: readonly unknown[];
	readonly value?: v.GenericSchema;
	readonly wrapped?: v.GenericSchema;
}

function required<T>(part: T | undefined): T {
	if (part === undefined) throw new Error("an incomplete description");
	return part;
}

export type SchemaName = keyof typeof results | keyof typeof lines;

/** The schema of a verb's whole document, or of a line. */
export function resultSchema(name: SchemaName, isClosed = false): JsonSchema {
	const $schema = "https://json-schema.org/draft/2020-12/schema";
	const title = titleOf(name);
	if (isLine(name)) return { $schema, title, ...jsonSchemaOf(lines[name], isClosed) };
	const document = withSchema(jsonSchemaOf(results[name], isClosed), `cagewright/${name}/1`);
	return { $schema, title, ...document };
}

function isLine(name: SchemaName): name is keyof typeof lines {
	return Object.hasOwn(lines, name);
}

/** Commands that print another document than the verb's name says. */
const titles: Readonly<Partial<Record<SchemaName, string>>> = {
	alarm: "a line of cagewright watch --json",
	event: "a line of --events",
	"record-index": "cagewright record --all --json",
	"record-verify": "cagewright record --verify --json",
	"record-written": "cagewright record --output --json",
};

function titleOf(name: SchemaName): string {
	return titles[name] ?? `cagewright ${name} --json`;
}

/** Each form of the result also has the field `schema`. */
function withSchema(schema: JsonSchema, name: string): JsonSchema {
	if (Array.isArray(schema.anyOf)) return { anyOf: schema.anyOf.map((one: JsonSchema) => withSchema(one, name)) };
	const { properties, required: names, ...rest } = schema;
	return {
		...rest,
		properties: { schema: { const: name }, ...(properties as object) },
		required: ["schema", ...(names as readonly string[])],
	};
}

/** docs/reference/schemas: one file for each document and line, by its path, and their index. */
export function schemaFiles(): (readonly [path: string, text: string])[] {
	const names = ([...Object.keys(results), ...Object.keys(lines)] as SchemaName[]).sort();
	const files = names.map((name) => [`${name}.json`, `${JSON.stringify(resultSchema(name), null, "\t")}\n`] as const);
	return [["README.md", schemaIndex(names)] as const, ...files].map(([name, text]) => [`${schemaFolder}/${name}`, text]);
}

function schemaIndex(names: readonly SchemaName[]): string {
	return [
		"# Schemas of JSON",
		"",
		"<!-- `npm run reference` generates this folder. -->",
		"",
		"Each document names its schema in the field `schema`. [Promises](../../promises.md#schemas-of-verbs) says what later releases may change.",
		"",
		"| schema | describes |",
		"|---|---|",
		...names.map((name) => `| [\`${name}\`](${name}.json) | ${titleOf(name).replace(/(?:cagewright|--).*/, "`$&`")} |`),
		"",
	].join("\n");
}
