import type { Path } from "../../../base/path/path.ts";
import { printable, showPath } from "../../../base/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { type AccountUse, accountUse, isLeftOut, reasonToKeep } from "../../../plan/accounts.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Account } from "../../state/account.ts";
import type { AccountRow } from "./account-rows.ts";

/** Facts about a line, a sentence each. `most` limits long lists. */
export function accountFacts(row: AccountRow, plan: Plan, messages: Messages, most: number): string[] {
	const words = messages.wizard.accounts;
	const { account } = row;
	if (!account) return [words.nsswitch, ...beforeLine(row, messages)];
	const use = accountUse(plan, account.kind, account.id);
	const owns = use.paths.length
		? [messages.fill(words.owns, { count: use.paths.length, paths: severalPaths(use.paths, messages, most) })]
		: [];
	if (row.mark === "left-out") {
		const byRule = isLeftOut(plan.rules, account.kind, account.name);
		return [byRule ? words.leftByYou : words.notNeeded, words.letsIn, ...owns];
	}
	const why = account.reason === "chosen" ? undefined : reasonToKeep(account, plan.identity);
	const last = why === undefined ? [words.leavesOut, ...lostWith({ account, ...use }, messages, most)] : [words.always[why]];
	return [
		messages.fill(words.kept, { reason: messages.accountReason(account.reason ?? "") }),
		...owns,
		...(use.users.length ? [messages.fill(words.ownGroup, { users: use.users.join(", ") })] : []),
		...beforeLine(row, messages),
		...last,
	];
}

/** The effects of leaving it out. */
export function lostWith(
	{ account, paths, runs, users }: { account: Account } & AccountUse,
	messages: Messages,
	most: number,
): string[] {
	const words = messages.wizard.accounts;
	const lost = [
		...(paths.length
			? [messages.fill(words.loseName, { count: paths.length, id: account.id, paths: severalPaths(paths, messages, most) })]
			: []),
		...(runs && account.kind === "user" ? [words.loseUser] : []),
		...(users.length ? [messages.fill(words.loseGroup, { users: users.join(", ") })] : []),
		...(account.reason === "looked-up" ? [words.asksName] : []),
	];
	return lost.length ? lost : [words.loseNothing];
}

function beforeLine({ before, mark }: AccountRow, messages: Messages): string[] {
	return mark === "changed" && before !== undefined
		? [messages.fill(messages.wizard.accounts.beforeLine, { line: printable(before) })]
		: [];
}

/** The first paths, and the number of the others. */
export function severalPaths(paths: readonly Path[], messages: Messages, most: number): string {
	const shown = paths.slice(0, most).map(showPath).join(", ");
	return paths.length <= most
		? shown
		: messages.fill(messages.wizard.accounts.andMore, { paths: shown, count: paths.length - most });
}
