import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { atLeast } from "../../cli/options.ts";

export const run: VerbDefinition = {
	usage: "run <name> [command...]",
	examples: ["run redis", "run redis --print", "run redis -- redis-server --version"],
	options: (verb) =>
		verb
			.addOption(new Option("--print").conflicts(["stopTimeout", "raw"]))
			.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(0)))
			.option("--raw"),
	needs: { json: ["print"] },
	action: act(async () => (await import("./run.ts")).run),
};

export const shell: VerbDefinition = {
	usage: "shell <name> [command...]",
	examples: ["shell redis", "shell redis -- ls -la /"],
	options: (verb) => verb.option("--keep-writes"),
	json: false,
	action: act(async () => (await import("./run.ts")).shell),
};

export const signal: VerbDefinition = {
	usage: "signal <name> <signal>",
	examples: ["signal nginx HUP"],
	action: act(async () => (await import("./run.ts")).signal),
};
