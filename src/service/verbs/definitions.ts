import { act, type VerbDefinition, working } from "../../cli/definition.ts";

export const apps: VerbDefinition = {
	usage: "apps [name]",
	examples: ["apps", "apps nginx"],
	action: act(working, (verbs) => verbs.apps),
};
