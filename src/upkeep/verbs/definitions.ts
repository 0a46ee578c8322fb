import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { atLeast, count } from "../../cli/options.ts";

export const list: VerbDefinition = {
	usage: "list",
	examples: ["list", "list --json"],
	action: act(async () => (await import("./list.ts")).list),
};

export const show: VerbDefinition = {
	usage: "show <name>",
	examples: ["show redis", "show redis --history"],
	options: (verb) => verb.addOption(new Option("--history").conflicts("record")).option("--record"),
	action: act(async () => (await import("./show.ts")).show),
};

export const stale: VerbDefinition = {
	usage: "stale",
	examples: ["stale"],
	options: (verb) => verb.option("--mark"),
	action: act(async () => (await import("./stale.ts")).stale),
};

export const update: VerbDefinition = {
	usage: "update [names...]",
	examples: ["update redis --dry-run", "update redis", "update --all --yes"],
	longWork: "changes-cages",
	options: (verb) =>
		verb
			.option("--all")
			.option("--dry-run")
			.option("--yes")
			.addOption(new Option("--configuration <WHICH>").choices(["keep", "host"]))
			.option("--take-missed")
			.option("--include <PATH...>")
			.option("--no-restart")
			.option("--no-selftest")
			.addOption(new Option("--keep-generations <N>").argParser(count))
			.addOption(new Option("--keep-days <N>").argParser(atLeast(1))),
	action: act(async () => (await import("./update.ts")).update),
};

export const rollback: VerbDefinition = {
	usage: "rollback <name>",
	examples: ["rollback redis", "rollback redis --to 3"],
	longWork: "changes-cages",
	options: (verb) =>
		verb
			.addOption(new Option("--to <N>").argParser(atLeast(1)))
			.option("--dry-run")
			.option("--no-restart"),
	action: act(async () => (await import("./update.ts")).rollback),
};

export const diff: VerbDefinition = {
	usage: "diff <name> [a] [b]",
	examples: ["diff redis", "diff redis 3 4"],
	options(verb) {
		for (const generation of verb.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	},
	action: act(async () => (await import("./diff.ts")).diff),
};

export const remove: VerbDefinition = {
	usage: "remove <name>",
	examples: ["remove redis --dry-run", "remove redis --keep-data"],
	longWork: "changes-cages",
	options: (verb) => verb.option("--keep-data").option("--yes").option("--dry-run"),
	action: act(async () => (await import("./remove.ts")).remove),
};
