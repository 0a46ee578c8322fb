import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { resultSchema } from "../../scripts/reference/schemas.ts";
import { results } from "../../src/report/results/results.ts";

const ajv = new Ajv2020();
const validators = new Map<string, ValidateFunction>();

/** Throws if the result of a described verb has a field without a description, or one of another type. */
export function requireDescribed(json: unknown): void {
	const [, verb = ""] = /^cagewright\/([\w-]+)\/1$/.exec(String((json as { schema?: unknown } | null)?.schema)) ?? [];
	if (!isDescribed(verb)) return;
	const validate = validators.get(verb) ?? ajv.compile(resultSchema(verb, true));
	validators.set(verb, validate);
	if (validate(json)) return;
	const problems = (validate.errors ?? []).map(
		({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
	);
	throw new Error(`the result of ${verb} is not as src/report/results/ describes it:\n${problems.join("\n")}`);
}

function isDescribed(verb: string): verb is keyof typeof results {
	return Object.hasOwn(results, verb);
}
