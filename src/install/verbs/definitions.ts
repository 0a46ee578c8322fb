import { Option } from "commander";
import { act, type VerbDefinition, working } from "../../cli/definition.ts";
import { timerTasks } from "../../cli/options.ts";

export const doctor: VerbDefinition = {
	usage: "doctor",
	examples: ["doctor", "doctor --fix"],
	options: (verb) => verb.option("--fix"),
	action: act(working, (verbs) => verbs.doctor),
};

export const install: VerbDefinition = {
	usage: "install",
	examples: ["install", "install --timer update"],
	options: (verb) => verb.addOption(new Option("--timer <TASK>").choices(timerTasks)).option("--root <DIR>").option("--dry-run"),
	action: act(working, (verbs) => verbs.install),
};

export const uninstall: VerbDefinition = {
	usage: "uninstall",
	examples: ["uninstall --dry-run", "uninstall"],
	options: (verb) => verb.option("--dry-run").option("--root <DIR>"),
	action: act(working, (verbs) => verbs.uninstall),
};
