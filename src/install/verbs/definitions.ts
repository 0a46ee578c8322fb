import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { timerTasks } from "../../cli/options.ts";

export const doctor: VerbDefinition = {
	usage: "doctor",
	examples: ["doctor", "doctor --fix"],
	stateless: true,
	options: (verb) => verb.option("--fix"),
	action: act(async () => (await import("./doctor.ts")).doctor),
};

export const install: VerbDefinition = {
	usage: "install",
	examples: ["install", "install --timer update"],
	stateless: true,
	options: (verb) => verb.addOption(new Option("--timer <TASK>").choices(timerTasks)).option("--root <DIR>").option("--dry-run"),
	action: act(async () => (await import("./install.ts")).install),
};

export const uninstall: VerbDefinition = {
	usage: "uninstall",
	examples: ["uninstall --dry-run", "uninstall"],
	stateless: true,
	options: (verb) => verb.option("--dry-run").option("--root <DIR>"),
	action: act(async () => (await import("./install.ts")).uninstall),
};
