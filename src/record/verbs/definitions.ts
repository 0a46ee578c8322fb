import { Option } from "commander";
import { act, RemovableOption, type VerbDefinition } from "../../cli/definition.ts";
import { addOutput, recordFormats } from "../../cli/options.ts";

const statements = ["purpose", "initiatedBy", "implementedBy", "approvedBy"];

export const record: VerbDefinition = {
	usage: "record [name]",
	examples: [
		"record redis -o redis.html --checksum",
		"record redis --verify redis.html",
		"record redis -o redis.cdx.json",
		"record --all --format html -o records",
	],
	options: (verb) =>
		addOutput(
			verb.addOption(new Option("--all").conflicts(statements)).addOption(new Option("--format <FORMAT>").choices(recordFormats)),
		)
			.option("--force")
			.option("--checksum")
			.addOption(new Option("--verify <FILE>").conflicts(["all", "format", "output", "force", "checksum", ...statements]))
			.addOption(new RemovableOption("--purpose <TEXT>"))
			.option("--initiated-by <NAME>")
			.option("--implemented-by <NAME>")
			.option("--approved-by <NAME>"),
	needs: { force: ["output"] },
	action: act(async () => (await import("./record.ts")).record),
};
