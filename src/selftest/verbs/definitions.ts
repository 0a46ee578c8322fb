import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { collect } from "../../cli/options.ts";

/** Options that only a cage has. */
const ofCages = ["alarm", "dropin", "network"];

export const selftest: VerbDefinition = {
	usage: "selftest [names...]",
	examples: [
		"selftest redis",
		"selftest redis --unit",
		"selftest --container web --unit nginx.service",
		"selftest --pid 4711",
		"selftest --program escape",
	],
	longWork: "changes-cages",
	options: (verb) =>
		verb
			.addOption(new Option("--alarm").conflicts(["unit", "dropin"]))
			.option("--unit")
			.option("--dropin <SERVICE>")
			.addOption(new Option("--container <ID>").argParser(collect).conflicts(ofCages))
			.addOption(new Option("--pid <PID>").argParser(collect).conflicts(ofCages))
			.addOption(new Option("--program <FILE>").conflicts(["container", "pid", "unit", ...ofCages])),
	action: act(async () => (await import("./selftest.ts")).selftest),
};
