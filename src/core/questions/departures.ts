import type { Rules } from "../application/application.ts";
import { isIdle } from "../confinement/capabilities.ts";
import { pathToText } from "../path/path.ts";
import { escapeGlob, quoteShellLine } from "../path/quote.ts";
import type { Missing } from "../plan/missing.ts";
import { capabilityWord, keepCall, permissionWords } from "../plan/permissions.ts";
import type { Addition } from "../plan/plan.ts";
import type { Answers } from "./answers.ts";
import { optionFlag, optionRows } from "./options.ts";
import type { RuleList } from "./rules.ts";

/** What the trials of a cage proposed, and what was taken of it. */
export interface Taken {
	/** What `make` would have added by itself, in all rounds. */
	readonly proposed: readonly Addition[];
	readonly added: readonly Addition[];
	readonly rounds: number;
}

/**
 * Answers with which `make`, which takes whatever a trial proposes, comes to the same cage as somebody who chose among that. What has no rule of
 * its own is kept out by as many rounds as there were.
 */
export function withDepartures(answers: Answers, { added, proposed, rounds }: Taken): Answers {
	const more = added.filter((one) => !proposed.some((other) => isSame(one, other)));
	const less = proposed.filter((one) => !added.some((other) => isSame(one, other)));
	const isRuled = less.every((one) => one.kind !== "writable");
	return {
		...answers,
		rules: withRules(withRules(answers.rules, more, wantedRule), less, unwantedRule),
		...(isRuled ? {} : { rounds }),
	};
}

/** Rules under which the first round has what trials added to these. */
export function withAdditions(rules: Rules, added: readonly Addition[]): Rules {
	return withRules(rules, added, wantedRule);
}

type Rule = readonly [list: RuleList, value: string];

function wantedRule(addition: Addition): Rule | undefined {
	switch (addition.kind) {
		case "path": {
			const text = pathToText(addition.path);
			return text === undefined ? undefined : ["include", escapeGlob(text)];
		}
		case "writable": {
			const text = pathToText(addition.path);
			return text === undefined ? undefined : ["writable", text];
		}
		case "account":
			return ["accounts", addition.name];
		case "capability":
			// The word would allow its calls as well; the next trial finds it again.
			return addition.call === keepCall && isIdle(addition.name) ? undefined : ["allow", wordOf(addition)];
		default:
			return ["allow", wordOf(addition)];
	}
}

/** The option that takes up what a trial found missing, as a shell line; undefined where nothing does. */
export function remedyOption({ declined, remedy }: Pick<Missing, "declined" | "remedy">): string | undefined {
	const [list, value] = (remedy && !declined && wantedRule(remedy)) || [];
	const [option] = optionRows.find(([, { rule }]) => rule !== undefined && rule === list) ?? [];
	return option === undefined || value === undefined ? undefined : quoteShellLine([optionFlag(option), value]);
}

function unwantedRule(addition: Addition): Rule | undefined {
	switch (addition.kind) {
		case "path": {
			const text = pathToText(addition.path);
			return text === undefined ? undefined : ["exclude", escapeGlob(text)];
		}
		case "writable":
			return undefined;
		case "account":
			return ["withoutAccounts", addition.name];
		default:
			return ["refuse", wordOf(addition)];
	}
}

const wordOf = (addition: Extract<Addition, { kind: "capability" | "opening" }>) =>
	addition.kind === "capability" ? capabilityWord(addition.name) : permissionWords[addition.name];

function withRules(rules: Rules, additions: readonly Addition[], ruleOf: (addition: Addition) => Rule | undefined): Rules {
	let all = rules;
	for (const addition of additions) {
		const [list, value] = ruleOf(addition) ?? [];
		if (list !== undefined && value !== undefined && !all[list].includes(value)) all = { ...all, [list]: [...all[list], value] };
	}
	return all;
}

function isSame(one: Addition, other: Addition): boolean {
	return one.kind === other.kind && ("path" in one ? one.path : one.name) === ("path" in other ? other.path : other.name);
}
