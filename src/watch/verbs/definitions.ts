import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";
import { addOutput, alarmFormats, atLeast } from "../../cli/options.ts";

/** Options that the installed unit does not have: it writes alarms to the journal. */
const ofPrinting = ["format", "withTests"];
const ofReacting = ["onAlarm", "stopTimeout", "checkEvery"];

export const watch: VerbDefinition = {
	usage: "watch [names...]",
	examples: ["watch", "watch redis --on-alarm stop", "watch --install"],
	options: (verb) =>
		verb
			.addOption(new Option("--format <FORMAT>").choices(alarmFormats))
			.option("--on-alarm <REACTION>")
			.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(1)))
			.addOption(new Option("--check-every <SECONDS>").argParser(atLeast(0)))
			.option("--journal")
			.option("--with-tests")
			.addOption(new Option("--install").conflicts(ofPrinting))
			.addOption(new Option("--uninstall").conflicts(["install", "journal", ...ofPrinting, ...ofReacting]))
			.option("--dry-run"),
	needs: { dryRun: ["install", "uninstall"] },
	action: act(async () => (await import("./watch.ts")).watch),
};

export const metrics: VerbDefinition = {
	usage: "metrics",
	examples: ["metrics", "metrics -o /var/lib/prometheus/node-exporter/cagewright.prom"],
	options: (verb) => addOutput(verb).option("--force"),
	needs: { force: ["output"] },
	action: act(async () => (await import("./metrics.ts")).metrics),
};
