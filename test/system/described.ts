import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { resultSchema, type SchemaName } from "../../scripts/reference/schemas.ts";
import { results } from "../../src/cli/results.ts";

/** Any verb's JSON, and objects in it. */
export interface Json {
	readonly schema: string;
	// biome-ignore lint/suspicious/noExplicitAny: a test notices a field that is not as it expects
	readonly [field: string]: any;
}

/** A line of `--events`. */
export interface EventLine {
	readonly event: string;
	// biome-ignore lint/suspicious/noExplicitAny: a test notices a field that is not as it expects
	readonly [field: string]: any;
}

const ajv = new Ajv2020();
const validators = new Map<string, ValidateFunction>();

/** Throws if a verb's result, or an alarm, has a field or code without a description, or a field of another type. */
export function requireDescribed(json: unknown): void {
	const [, name = ""] = /^cagewright\/([\w-]+)\/1$/.exec(String((json as { schema?: unknown } | null)?.schema)) ?? [];
	if (Object.hasOwn(results, name) || name === "alarm") requireValid(name as SchemaName, json);
}

/** Parses a document. Throws if it is not as its schema describes it. */
export function describedJson(text: string): Json {
	const json = JSON.parse(text) as Json;
	requireDescribed(json);
	return json;
}

/** The same for a line of `--events`. */
export function requireDescribedEvent(json: unknown): void {
	requireValid("event", json);
}

/** Parses the events among the lines of stderr. Throws if one is not as its schema describes it. */
export function describedEvents(stderr: string): EventLine[] {
	const events = stderr.split("\n").filter((line) => line.startsWith("{"));
	return events.map((line) => {
		const event = JSON.parse(line) as EventLine;
		requireDescribedEvent(event);
		return event;
	});
}

function requireValid(name: SchemaName, json: unknown): void {
	const validate = validators.get(name) ?? ajv.compile(resultSchema(name, true));
	validators.set(name, validate);
	if (validate(json)) return;
	const problems = (validate.errors ?? []).map(
		({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
	);
	throw new Error(`${name} is not as src/cli/results.ts describes it:\n${problems.join("\n")}`);
}
