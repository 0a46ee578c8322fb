import { accountUse, accountWord, parseAccountName, reasonToKeep, wordNaming } from "../../../plan/accounts.ts";
import type { Rules } from "../../../service/application.ts";
import { type Account, accountFiles } from "../../state/account.ts";
import type { Command } from "../../state/command.ts";
import type { Reduction, WizardState } from "../../state/state.ts";
import { ask, go, goOnOncePlanned, isBusy, notice, only, setCursor, start, without } from "../../state/transitions.ts";
import { toReview } from "../build/reduce.ts";
import { type AccountRow, accountTable } from "./account-rows.ts";

/** The rows of the current file that match the search. */
export function visibleAccounts({ accountFile, plan, queries, hostView }: WizardState): readonly AccountRow[] {
	if (!plan) return [];
	const { rows } = accountTable(plan, accountFile, hostView);
	const query = (queries.accounts ?? "").toLowerCase();
	return query === "" ? rows : rows.filter((row) => lineOf(row).toLowerCase().includes(query));
}

/** The cage's line, or else the host's. */
export function lineOf({ after, before }: AccountRow): string {
	return after ?? before ?? "";
}

export function selectedAccount(state: WizardState): AccountRow | undefined {
	return visibleAccounts(state)[state.cursors.accounts ?? 0];
}

export function reduceAccounts(state: WizardState, command: Command): Reduction {
	const row = selectedAccount(state);
	switch (command) {
		case "go-on":
			return isBusy(state, "plan") ? goOnOncePlanned(state) : toReview(state);
		case "back":
			// The first key clears the search.
			if (state.queries.accounts) return only(withoutSearch(state, row));
			return only(go(state, "files"));
		case "next-file":
			return only(showFile(state, 1));
		case "previous-file":
			return only(showFile(state, accountFiles.length - 1));
		case "search":
			return ask(state, "search", state.queries.accounts ?? "");
		case "toggle":
			return row?.account ? toggle(state, row, row.account) : only(notice(state, "nsswitch-always"));
		default:
			return only(state);
	}
}

/** The cursor stays on its row. */
function withoutSearch(state: WizardState, row: AccountRow | undefined): WizardState {
	const whole = { ...state, queries: { ...state.queries, accounts: "" } };
	const at = row ? visibleAccounts(whole).findIndex((one) => lineOf(one) === lineOf(row)) : 0;
	return setCursor(whole, Math.max(0, at));
}

function showFile(state: WizardState, step: number): WizardState {
	const next = accountFiles[(accountFiles.indexOf(state.accountFile) + step) % accountFiles.length];
	return setCursor({ ...without(state, "notice"), accountFile: next ?? "passwd" }, 0);
}

function toggle(state: WizardState, row: AccountRow, account: Account): Reduction {
	const { answers, plan } = state;
	if (!answers || !plan) return only(state);
	const word = accountWord(account.kind, account.name);
	if (!parseAccountName(word)) return only(notice(state, "account-not-named", { name: account.name }));
	if (!goesIn(answers.rules, row, account)) return takeIn(state, account);
	// An account that a rule added is removed without a question, also root.
	if (account.reason === "chosen" || row.mark === "left-out") return leaveOut(state, account);
	const why = reasonToKeep(account, plan.identity);
	if (why !== undefined) return only(notice(state, `account-always-kept-${why}`, { name: account.name }));
	const { paths, runs, users } = accountUse(plan, account.kind, account.id);
	return only({ ...without(state, "notice"), question: { kind: "account", account, paths, runs, users } });
}

/** Pending decisions count, although the plan does not show them yet. */
function goesIn({ accounts, withoutAccounts }: Rules, { mark }: AccountRow, { kind, name, reason }: Account): boolean {
	if (wordNaming(withoutAccounts, kind, name) !== undefined) return false;
	if (wordNaming(accounts, kind, name) !== undefined) return true;
	return mark !== "left-out" && reason !== "chosen";
}

function takeIn(state: WizardState, { kind, name }: Account): Reduction {
	const { rules } = state.answers ?? {};
	if (!rules) return only(state);
	const withoutAccounts = withoutWord(rules.withoutAccounts, kind, name, true);
	if (wordNaming(rules.withoutAccounts, kind, name) !== undefined) return decide(state, { withoutAccounts });
	return decide(state, { accounts: [...rules.accounts, accountWord(kind, name)] });
}

export function leaveOut(state: WizardState, { kind, name, reason = "chosen" }: Account): Reduction {
	const { rules } = state.answers ?? {};
	if (!rules) return only(state);
	// Keeps the rule's word for the other account of that name only if that account exists.
	const others = kind === "user" ? state.hostView?.groups : state.hostView?.users;
	const accounts = withoutWord(rules.accounts, kind, name, others?.some((one) => one.name === name) ?? false);
	if (reason === "chosen") return decide(state, { accounts });
	return decide(state, { accounts, withoutAccounts: [...rules.withoutAccounts, accountWord(kind, name)] });
}

/** Changes the rules and requests a new plan. The undo of the files step does not cover it, because Space undoes it. */
function decide(state: WizardState, change: Partial<Rules>): Reduction {
	if (!state.answers) return only(state);
	const answers = { ...state.answers, rules: { ...state.answers.rules, ...change } };
	return start({ ...without(state, "goesOn", "notice", "question", "prompt"), answers }, { job: "plan", answers });
}

/** Removes the word that names the account. If it names user and group, the word for the other stays. */
function withoutWord(words: readonly string[], kind: Account["kind"], name: string, keepsOther: boolean): string[] {
	const word = wordNaming(words, kind, name);
	return words.flatMap((one) => {
		if (one !== word) return [one];
		return one === name && keepsOther ? [accountWord(kind === "user" ? "group" : "user", name)] : [];
	});
}

/** The cursor follows its row, which moves between kept and left out. */
export function followAccount(before: WizardState, after: WizardState): WizardState {
	const row = selectedAccount(before);
	const rows = visibleAccounts(after);
	const cursor = before.cursors.accounts ?? 0;
	const found = rows.findIndex((one) => one.account !== undefined && one.account.name === row?.account?.name);
	const accounts = found >= 0 ? found : Math.max(0, Math.min(cursor, rows.length - 1));
	return { ...after, cursors: { ...after.cursors, accounts } };
}
