import { Option } from "commander";
import { act, type VerbDefinition, working } from "../../cli/definition.ts";

export const adopt: VerbDefinition = {
	usage: "adopt <services...>",
	examples: ["adopt redis-server --dry-run", "adopt mariadb php8.4-fpm nginx --yes"],
	action: act(working, (verbs) => verbs.adopt),
};

export const release: VerbDefinition = {
	usage: "release <services...>",
	examples: ["release redis-server --yes", "release nginx php8.4-fpm mariadb --yes"],
	options: (verb) =>
		verb
			.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
			.option("--yes")
			.option("--dry-run"),
	action: act(working, (verbs) => verbs.release),
};
