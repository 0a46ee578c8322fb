import type { Rules } from "../application/application.ts";
import type { Identity } from "./plan.ts";

/** What `--account` and `--without-account` name: a user, a group, or whatever has the name. */
export interface AccountName {
	readonly kind?: "user" | "group";
	readonly name: string;
}

export type AccountKind = NonNullable<AccountName["kind"]>;

/** As passwd(5) has names, without what would be a field or a line of its own. */
const word = /^(?:(user|group):)?([A-Za-z_][A-Za-z0-9_.-]{0,31}\$?)$/;

/** `NAME`, `user:NAME` or `group:NAME`; undefined for anything else, a number among them: it would mean another account on another host. */
export function parseAccountName(text: string): AccountName | undefined {
	const match = word.exec(text);
	if (!match?.[2]) return undefined;
	return match[1] === undefined ? { name: match[2] } : { kind: match[1] as AccountKind, name: match[2] };
}

/** The word for one of the two alone. */
export function accountWord(kind: AccountKind, name: string): string {
	return `${kind}:${name}`;
}

/** The word by which this user or group is named, undefined where none names it. */
export function namedBy(words: readonly string[], kind: AccountKind, name: string): string | undefined {
	return words.find((text) => text === name || text === accountWord(kind, name));
}

/** Where both are said of one account, it stays out. */
export function isLeftOut({ withoutAccounts }: Pick<Rules, "withoutAccounts">, kind: AccountKind, name: string): boolean {
	return namedBy(withoutAccounts, kind, name) !== undefined;
}

export type WhyKept = "root" | "started-as" | "dedicated";

/**
 * Why this one can never be left out: root owns the cage's own files and is the first whom programs look up, and the account that the
 * application starts as is what it is told of itself. undefined where it can.
 */
export function whyAlwaysKept(
	account: { readonly kind: AccountKind; readonly id: number; readonly reason?: string },
	identity: Pick<Identity, "uid" | "gid">,
): WhyKept | undefined {
	if (account.id === 0) return "root";
	if (account.id === (account.kind === "user" ? identity.uid : identity.gid)) return "started-as";
	return account.reason === "dedicated" ? "dedicated" : undefined;
}
