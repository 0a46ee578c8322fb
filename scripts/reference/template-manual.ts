import type { Model } from "./model.ts";
import { bold, escapeRoff, head, item, paragraphs, section, sentence, source, subsection, verbatim } from "./roff.ts";

interface Schema {
	readonly description?: string;
	readonly $ref?: string;
	readonly allOf?: readonly Schema[];
	readonly type?: string;
	readonly items?: Schema;
	readonly enum?: readonly unknown[];
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly additionalProperties?: Schema | boolean;
	readonly definitions?: Readonly<Record<string, Schema>>;
}

/** cagewright-template(5), from the schema that editors use. */
export function templateManual({ read, version }: Model): string {
	const schema = JSON.parse(read("templates/schema.json")) as Schema;
	const fields = Object.entries(schema.properties ?? {});
	return source([
		head("cagewright-template", 5, version),
		section("NAME"),
		`${escapeRoff("cagewright-template")} \\- ${escapeRoff("describes how to cage one kind of application")}`,
		section("DESCRIPTION"),
		...paragraphs(
			"A template describes how an application starts, how to tell that it answers, and which rules go beyond a trace. It is one JSON file that contains nothing about the machine where it was written.",
			"`cagewright template new NAME` writes a valid template, `cagewright template check FILE` reports every error with its line, and `cagewright template import FILE` adds it. The program contains a JSON schema for editors, `templates/schema.json`.",
			"Commands of a template run as root. An imported template is therefore shown, and must be accepted once.",
		),
		section("FIELDS"),
		...fieldItems(schema),
		...fields.flatMap(([name, field]) => {
			const inner = innerOf(field, schema);
			return inner ? [subsection(`Fields of ${name}`), ...fieldItems({ ...inner, definitions: schema.definitions ?? {} })] : [];
		}),
		section("EXAMPLES"),
		...verbatim([
			"cagewright template list",
			"cagewright template new shop -o shop.json",
			"cagewright make web-folder --set folder=/srv/pages --yes",
		]),
		section("SEE ALSO"),
		escapeRoff("cagewright(1),\ncagewright-template(1),\ncagewright-make(1)"),
	]);
}

function fieldItems(schema: Schema): string[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
		const isRequired = schema.required?.includes(name) ?? false;
		const values = valuesOf(field, schema);
		const text = [
			...(isRequired ? ["Required."] : []),
			...(field.description ? [sentence(field.description)] : []),
			...(values.length ? [`One of ${values.join(", ")}.`] : []),
		].join(" ");
		return item(bold(name), text || "See the schema.");
	});
}

function valuesOf(field: Schema, schema: Schema): readonly unknown[] {
	return field.enum ?? definitionOf(field, schema)?.enum ?? [];
}

/** The fields of an object, of each item of a list, or of each named value, if they are not texts in two languages. */
function innerOf(field: Schema, schema: Schema): Schema | undefined {
	const values = typeof field.additionalProperties === "object" ? field.additionalProperties : undefined;
	const found = definitionOf(field.items ?? values ?? field, schema);
	return found?.properties && !("en" in found.properties) ? found : undefined;
}

function definitionOf(field: Schema, { definitions = {} }: Schema): Schema | undefined {
	const reference = field.$ref ?? field.allOf?.find(({ $ref }) => $ref)?.$ref;
	return reference === undefined ? undefined : definitions[reference.replace("#/definitions/", "")];
}
