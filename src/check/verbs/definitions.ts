import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { collect } from "../../cli/options.ts";

export const check: VerbDefinition = {
	usage: "check [names...]",
	examples: [
		"check redis",
		"check --all --nagios",
		"check redis --accept configuration-edited:/etc/redis/redis.conf --until 2027-01-31",
	],
	stateless: "without-arguments",
	options: (verb) =>
		verb
			.option("--all")
			.option("--deep")
			.option("--nagios")
			.addOption(new Option("--accept <FINDING>").argParser(collect))
			.option("--until <DATE>")
			.addOption(new Option("--revoke <FINDING>").argParser(collect)),
	action: act(async () => (await import("./check.ts")).check),
};
