import type * as v from "valibot";
import { results } from "../../src/report/results/results.ts";

export interface JsonSchema {
	readonly [keyword: string]: unknown;
}

/**
 * Converts a description of src/report/results/ to JSON Schema (draft 2020-12). Objects may have further fields, because releases may add some; with
 * `isClosed` they may not, which tests use.
 */
export function jsonSchemaOf(schema: v.GenericSchema, isClosed = false): JsonSchema {
	const convert = (one: v.GenericSchema) => jsonSchemaOf(one, isClosed);
	const { entries, item, key, literal, options, type, value, wrapped } = schema as v.GenericSchema & Parts;
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
			return { enum: options };
		case "array":
			return { type, items: convert(required(item)) };
		case "record":
			return { type: "object", propertyNames: convert(required(key)), additionalProperties: convert(required(value)) };
		case "nullable":
			return { anyOf: [convert(required(wrapped)), { type: "null" }] };
		case "exact_optional":
			return convert(required(wrapped));
		case "union":
			return { anyOf: (options as readonly v.GenericSchema[]).map(convert) };
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

/** The schema of a verb's whole document. */
export function resultSchema(verb: keyof typeof results, isClosed = false): JsonSchema {
	const document = withSchema(jsonSchemaOf(results[verb], isClosed), `cagewright/${verb}/1`);
	return { $schema: "https://json-schema.org/draft/2020-12/schema", title: `cagewright ${verb} --json`, ...document };
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

/** docs/reference/schemas: one file for each described verb, by its path. */
export function schemaFiles(): (readonly [path: string, text: string])[] {
	const verbs = Object.keys(results) as (keyof typeof results)[];
	return verbs.map((verb) => [`docs/reference/schemas/${verb}.json`, `${JSON.stringify(resultSchema(verb), null, "\t")}\n`]);
}
