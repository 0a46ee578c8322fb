import { act, type VerbDefinition } from "../../cli/definition.ts";
import { addOutput } from "../../cli/options.ts";

export const template: VerbDefinition = {
	usage: "template <action> [name]",
	examples: [
		"template list",
		"template save redis --as redis-small",
		"template new shop -o shop.json",
		"template check shop.json",
		"template export redis-small -o redis-small.json",
		"template import redis-small.json",
	],
	stateless: ["check"],
	options: (verb) => addOutput(verb.option("--as <NAME>")).option("--replace").option("--yes").option("--dry-run"),
	action: act(async () => (await import("./template.ts")).template),
};
