import { Option } from "commander";
import { act, type VerbDefinition } from "../../cli/definition.ts";

/** Options that only a unit has. */
const ofUnits = ["acceptFinding", "dropin", "root", "score"];

export const unit: VerbDefinition = {
	usage: "unit <name>",
	examples: ["unit redis --install", "unit nginx --dropin nginx --install", "unit nginx --logrotate --install"],
	options: (verb) =>
		verb
			.option("--dropin <SERVICE>")
			.option("--install")
			.addOption(new Option("--uninstall").conflicts(["install", "acceptFinding"]))
			.addOption(new Option("--score").conflicts(["install", "uninstall", "acceptFinding"]))
			.option("--dry-run")
			.option("--root <DIR>")
			.addOption(new Option("--logrotate").conflicts(["deployHook", ...ofUnits]))
			.addOption(new Option("--deploy-hook").conflicts(ofUnits)),
	needs: { dryRun: ["install", "uninstall"] },
	action: act(async () => (await import("./unit.ts")).unit),
};
