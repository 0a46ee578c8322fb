import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ruleRows } from "../../../src/core/questions/rules.ts";
import { limits } from "../../../src/core/template/checks.ts";
import { schema } from "../../../src/core/template/schema.ts";
import { programFolder } from "../../../src/system/program-folder.ts";

interface Part {
	readonly default?: unknown;
	readonly description?: string;
	readonly properties: Readonly<Record<string, Part>>;
}
interface JsonSchema extends Part {
	readonly definitions: Readonly<Record<"alternative" | "application" | "rules", Part>>;
}

const place = `${programFolder()}/templates/schema.json`;
const written = JSON.parse(readFileSync(place, "utf8")) as JsonSchema;

/** All rules of the option table with the file's descriptions, and alternatives with the same fields. */
function renewed(before: JsonSchema): unknown {
	const { alternative, application, rules } = before.definitions;
	const properties = Object.fromEntries(
		ruleRows.map((row) => {
			const { check, rule } = row;
			const known = rules.properties[rule];
			const items = rule === "binds" ? (known as { items?: unknown }).items : { $ref: `#/definitions/${check}` };
			return [rule, { description: known?.description ?? "", type: "array", default: [], maxItems: limits.list, items }];
		}),
	);
	const varied = Object.keys(
		schema.pipe[1].entries.alternatives.wrapped.pipe[0].item.pipe[1].entries.application.wrapped.pipe[1].entries,
	);
	const withoutDefaults = (fields: object, names: readonly string[]) =>
		Object.fromEntries(
			Object.entries(fields)
				.filter(([name]) => names.includes(name))
				.map(([name, { default: _, ...field }]) => [name, field]),
		);
	const { properties: fields } = alternative;
	return {
		...before,
		definitions: {
			...before.definitions,
			rules: { ...rules, properties },
			alternative: {
				...alternative,
				properties: {
					...fields,
					application: { ...fields.application, properties: withoutDefaults(application.properties, varied) },
					rules: { ...fields.rules, properties: withoutDefaults(properties, Object.keys(properties)) },
				},
			},
		},
	};
}

test("templates/schema.json contains the rules of the option table (else: npm run snapshots)", () => {
	const now = renewed(written);
	if (process.env.RENEW_SNAPSHOTS) writeFileSync(place, JSON.stringify(now, null, "\t"));
	else expect(written).toEqual(now);
});

test("templates/schema.json contains the fields of the internal schema", () => {
	const { application, ...own } = schema.pipe[1].entries;
	expect(Object.keys(written.definitions.application.properties).sort()).toEqual(Object.keys(application.pipe[1].entries).sort());
	expect(Object.keys(written.properties).sort()).toEqual(["application", ...Object.keys(own)].sort());
});
