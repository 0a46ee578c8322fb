import { quoteShellLine } from "../path/quote.ts";
import type { Missing } from "../plan/missing.ts";
import { type Rule, wantedRule } from "./departures.ts";

const optionOfList: Partial<Record<Rule[0], string>> = {
	include: "--include",
	writable: "--writable",
	accounts: "--account",
	allow: "--allow",
};

/** The option that takes up what a trial found missing, as a shell line; undefined where nothing does. */
export function remedyOption({ declined, remedy }: Pick<Missing, "declined" | "remedy">): string | undefined {
	const [list, value] = (remedy && !declined && wantedRule(remedy)) || [];
	const option = list && optionOfList[list];
	return option === undefined || value === undefined ? undefined : quoteShellLine([option, value]);
}
