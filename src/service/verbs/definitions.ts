import { act, type VerbDefinition } from "../../cli/definition.ts";

export const apps: VerbDefinition = {
	usage: "apps [name]",
	examples: ["apps", "apps nginx"],
	stateless: true,
	action: act(async () => (await import("./apps.ts")).apps),
};
