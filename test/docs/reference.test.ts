import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { argumentKinds, completionOf, freeOptions, optionKinds } from "../../scripts/reference/completion.ts";
import { builtFiles, referenceFiles } from "../../scripts/reference/files.ts";
import { readModel } from "../../scripts/reference/model.ts";
import { schemaFolder } from "../../scripts/reference/schemas.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = referenceFiles(root);

describe("`npm run reference` was run after the last change", () => {
	it.each([...files])("%s is current", (path, text) => {
		expect(existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "missing").toBe(text);
	});

	it("no generated file is left over", () => {
		const found = readdirSync(join(root, schemaFolder)).map((name) => `${schemaFolder}/${name}`);
		expect(found.filter((path) => !files.has(path))).toEqual([]);
	});
});

describe("the reference", () => {
	const commandLine = files.get("docs/reference/command-line.md") ?? "";
	const model = readModel(root);

	it("describes every verb and option", () => {
		for (const { groups, name } of model.verbs) {
			const [, section = ""] = commandLine.split(`\n## ${name}\n`);
			const [own = ""] = section.split("\n## ");
			const missing = groups
				.flatMap(({ options }) => options.flatMap(({ flags }) => flags))
				.filter((flag) => !own.includes(flag));
			expect({ name, missing }).toEqual({ name, missing: [] });
		}
	});

	it("has a man page for every verb", () => {
		const built = builtFiles(root);
		const pages = model.verbs.map(({ name }) => `man/cagewright-${name}.1`);
		expect(pages.filter((page) => !built.has(page))).toEqual([]);
		expect(built.get("man/cagewright-template.5")).toContain("allowSecret");
	});
});

describe("completion", () => {
	const model = readModel(root);
	const completion = completionOf(model);
	const options = [...completion.global, ...completion.wizard, ...completion.verbs.flatMap((verb) => verb.options)];

	it("knows what each option and argument takes, or that nobody can list it", () => {
		const names = model.commands.flatMap((command) => [...command.options, ...(command.parent?.options ?? [])]);
		const unknown = names.filter((option) => {
			const name = option.attributeName();
			return (option.required || option.optional) && !option.argChoices && !optionKinds[name] && !freeOptions.includes(name);
		});
		expect([...new Set(unknown.map((option) => option.long))]).toEqual([]);
		const argumentNames = model.commands.flatMap((command) => command.registeredArguments.map((argument) => argument.name()));
		expect([...new Set(argumentNames)].filter((name) => name !== "action" && !(name in argumentKinds))).toEqual([]);
	});

	it("has no row for an option or argument that does not exist", () => {
		const names = model.commands.flatMap((command) => [...command.options, ...(command.parent?.options ?? [])]);
		const known = new Set(names.map((option) => option.attributeName()));
		expect([...Object.keys(optionKinds), ...freeOptions].filter((name) => !known.has(name))).toEqual([]);
	});

	it("an option takes a value in all verbs or in none", () => {
		const mixed = options.filter(({ long, value }) =>
			options.some((other) => other.long === long && (other.value === "none") !== (value === "none")),
		);
		expect(mixed.map(({ long }) => long)).toEqual([]);
	});
});
