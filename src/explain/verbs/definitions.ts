import { act, type VerbDefinition } from "../../cli/definition.ts";

export const explain: VerbDefinition = {
	usage: "explain <name> [subject]",
	examples: ["explain redis", "explain redis /etc/shadow", "explain redis ptrace"],
	action: act(async () => (await import("./explain.ts")).explain),
};
