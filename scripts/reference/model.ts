import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf, type Verb, type VerbDefinition } from "../../src/cli/definition.ts";
import { verbGroups } from "../../src/cli/groups.ts";
import { describeVerb, type VerbText } from "../../src/cli/help.ts";
import { createProgram } from "../../src/cli/program.ts";
import { helpEn } from "../../src/messages/en/help.ts";

/** Everything that the generated files are made of. */
export interface Model {
	readonly program: VerbText;
	/** Sorted by group. */
	readonly verbs: readonly VerbText[];
	readonly groups: readonly { readonly title: string; readonly verbs: readonly VerbText[] }[];
	readonly commands: readonly Verb[];
	/** Names of the templates that belong to the program. */
	readonly templates: readonly string[];
	readonly version: string;
	/** Reads a file of the repository. */
	read(path: string): string;
}

export function readModel(root: string): Model {
	const read = (path: string) => readFileSync(join(root, path), "utf8");
	const program = createProgram([], async () => {});
	const commands = program.commands as Verb[];
	const groups = Object.entries(verbGroups).map(([group, rows]) => ({
		title: helpEn.overview.groups[group as keyof typeof verbGroups],
		verbs: Object.values<readonly VerbDefinition[]>(rows)
			.flat()
			.map((verb) => describeVerb(commands.find((command) => command.name() === nameOf(verb)) as Verb, helpEn)),
	}));
	return {
		program: describeVerb(program, helpEn),
		verbs: groups.flatMap(({ verbs }) => verbs),
		groups,
		commands,
		templates: readdirSync(join(root, "templates"))
			.filter((name) => name.endsWith(".json") && !name.endsWith("schema.json"))
			.map((name) => name.replace(/\.json$/, ""))
			.sort(),
		version: (JSON.parse(read("package.json")) as { version: string }).version,
		read,
	};
}

/** Rows of a Markdown table, without its head. */
export function tableRows(markdown: string): string[][] {
	return markdown
		.split("\n")
		.filter((line) => line.startsWith("| ") && !/^\| *-/.test(line))
		.slice(1)
		.map((line) =>
			line
				.slice(1, -1)
				.split(/(?<!\\)\|/)
				.map((cell) => cell.trim().replaceAll("\\|", "|")),
		);
}
