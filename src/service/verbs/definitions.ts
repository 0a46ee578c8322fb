import { act, type VerbDefinition } from "../../cli/definition.ts";

export const apps: VerbDefinition = {
	usage: "apps [name]",
	examples: ["apps", "apps nginx"],
	action: act(async () => (await import("./apps.ts")).apps),
};
