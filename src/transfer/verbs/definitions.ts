import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { addOutput, exportFormats } from "../../cli/options.ts";

export const exporting: VerbDefinition = {
	usage: "export <name>",
	examples: [
		"export redis -o redis.tar",
		"export redis --format oci -o redis.tar",
		"export redis --format seccomp -o redis.json",
	],
	longWork: "changes-cages",
	stateless: "without-arguments",
	options: (verb) =>
		addOutput(verb.addOption(new Option("--format <FORMAT>").choices(exportFormats).default("tar")))
			.option("--with-data")
			.option("--allow-secret-export"),
	action: act(async () => (await import("./export.ts")).exporting),
};

export const importing: VerbDefinition = {
	usage: "import <file>",
	examples: ["import redis.tar", "import redis.tar --name redis-copy --dry-run"],
	longWork: "makes-cage",
	stateless: true,
	options: (verb) => verb.option("--name <NAME>").option("--yes").option("--dry-run").option("--no-trial"),
	action: act(async () => (await import("./import.ts")).importing),
};
