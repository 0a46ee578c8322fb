import { act, type VerbDefinition } from "../../cli/definition.ts";

export const sessions: VerbDefinition = {
	usage: "sessions <action> [name]",
	examples: ["sessions list", "sessions show redis"],
	options: (verb) => verb.option("--yes"),
	// The wizard, whose sessions these are.
	action: act(async () => (await import("./sessions.ts")).sessions),
};
