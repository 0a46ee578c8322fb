import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { duration } from "../../cli/options.ts";

export const minimise: VerbDefinition = {
	usage: "minimise <name>",
	examples: ["minimise nginx --dry-run", "minimise nginx --keep-kind configuration"],
	longWork: "changes-cages",
	options: (verb) =>
		verb
			.addOption(new Option("--for <TIME>").argParser(duration))
			.option("--yes")
			.option("--dry-run")
			.option("--no-restart")
			.option("--no-selftest"),
	action: act(async () => (await import("./minimise.ts")).minimise),
};
