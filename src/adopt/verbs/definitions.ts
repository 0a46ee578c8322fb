import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";

export const adopt: VerbDefinition = {
	usage: "adopt <services...>",
	examples: ["adopt redis-server --dry-run", "adopt mariadb php8.4-fpm nginx --yes"],
	longWork: "changes-cages",
	action: act(async () => (await import("./adopt-several.ts")).adopt),
};

export const release: VerbDefinition = {
	usage: "release <services...>",
	examples: ["release redis-server --yes", "release nginx php8.4-fpm mariadb --yes"],
	longWork: "changes-cages",
	options: (verb) =>
		verb
			.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
			.option("--yes")
			.option("--dry-run"),
	action: act(async () => (await import("./adopt-several.ts")).release),
};
