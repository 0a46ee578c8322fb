import type { Command, KeyGroup } from "../state/command.ts";
import { editing } from "./bindings.ts";

const groups = {
	moving: [
		"up",
		"down",
		"page-up",
		"page-down",
		"first",
		"last",
		"next-tab",
		"previous-tab",
		"next-view",
		"previous-view",
		"next-file",
		"previous-file",
		"open",
		"open-all",
		"close-folder",
		"close-or-back",
		"next-waiting",
		"search",
		"next-match",
		"previous-match",
		"next-field",
		"previous-field",
		"start",
		"to-application",
		"to-files",
		"to-accounts",
	],
	typing: editing.map((binding) => binding.command),
	going: [
		"go-on",
		"choose",
		"new-cage",
		"perform",
		"fix",
		"stop-cage",
		"install",
		"finish-early",
		"build",
		"again",
		"accept-remedies",
		"finish-search",
		"save",
		"finish-anyway",
		"pick",
		"begin",
		"submit",
		"back",
		"stop",
		"close",
		"quit",
		"interrupt",
	],
	looking: ["keys", "why", "commands", "dry-run", "save-review", "output", "selftest", "shell", "look", "rounds", "copy"],
} satisfies Record<string, readonly Command[]>;

/** The group of a command. Commands that are not listed above decide something. */
export function groupOf(command: Command): Exclude<KeyGroup, "idle"> {
	const of = (Object.keys(groups) as (keyof typeof groups)[]).find((group) =>
		(groups[group] as readonly Command[]).includes(command),
	);
	return of ?? "deciding";
}
