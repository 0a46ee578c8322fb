import { protocolOf } from "../../core/application/recognise.ts";
import type { Note } from "../../core/failure.ts";
import { peopleAmong } from "../../core/machine/accounts.ts";
import { isLeftOut, namedBy } from "../../core/plan/accounts.ts";
import type { Answers } from "../../core/questions/answers.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Machine } from "../context.ts";

export interface PeopleServed {
	/** As `Rules.accounts` has them. */
	readonly accounts: readonly string[];
	readonly notes: readonly Note[];
}

export const noPeople: PeopleServed = { accounts: [], notes: [] };

/**
 * People whose accounts the server has to know: a mail server refuses recipients that it does not find, and whoever let one person log in
 * lets others. Without a password and a shell, and none that the rules leave out.
 */
export function peopleServed(
	{ accounts }: Machine,
	{ application, rules }: Answers,
	probes: readonly string[],
	{ uids }: Pick<Trace, "uids">,
): PeopleServed {
	const people = peopleAmong(accounts.users());
	const serves = protocolOf(application.command, probes)?.people;
	const hasLoggedIn = people.some(({ uid }) => uids.has(uid));
	if (serves === undefined || (serves === "logins" && !hasLoggedIn) || accounts.own()) return noPeople;
	const added = people.flatMap(({ name }) =>
		namedBy(rules.accounts, "user", name) === undefined && !isLeftOut(rules, "user", name) ? [`user:${name}`] : [],
	);
	if (!added.length) return noPeople;
	const names = added.map((word) => word.slice("user:".length)).join(", ");
	return { accounts: added, notes: [{ code: `people-${serves}`, values: { names, option: `--without-account ${added[0]}` } }] };
}
