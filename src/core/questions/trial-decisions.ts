import type { Rules } from "../application/application.ts";
import { isIdle } from "../confinement/capabilities.ts";
import { pathToText } from "../path/path.ts";
import { escapeGlob, quoteShellLine } from "../path/quote.ts";
import type { Missing } from "../plan/missing.ts";
import { callWord, capabilityWord, keepCall, permissionWords, portWord } from "../plan/permissions.ts";
import type { Addition } from "../plan/plan.ts";
import type { Answers } from "./answers.ts";
import { optionFlag, optionRows } from "./options.ts";
import type { RuleList } from "./rules.ts";

/** The proposals of a cage's trials, and those that were accepted. */
interface TrialDecisions {
	/** The items that `make` would have added in all rounds. */
	readonly proposed: readonly Addition[];
	readonly added: readonly Addition[];
	readonly rounds: number;
}

/**
 * Returns answers with which `make`, which accepts every proposal, produces the same cage as these decisions. Proposals without a
 * matching rule are kept out by limiting the rounds.
 */
export function withDecisions(answers: Answers, { added, proposed, rounds }: TrialDecisions): Answers {
	const more = added.filter((one) => !proposed.some((other) => isSame(one, other)));
	const less = proposed.filter((one) => !added.some((other) => isSame(one, other)));
	const isRuled = less.every((one) => one.kind !== "writable");
	return {
		...answers,
		rules: withRules(withRules(answers.rules, more, includingRule), less, excludingRule),
		...(isRuled ? {} : { rounds }),
	};
}

/** Returns rules with which the first round contains what trials added. */
export function withAdditions(rules: Rules, added: readonly Addition[]): Rules {
	return withRules(rules, added, includingRule);
}

type Rule = readonly [list: RuleList, value: string];

function includingRule(addition: Addition): Rule | undefined {
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
			// The permission would also allow its calls; the next trial finds the capability again.
			return addition.call === keepCall && isIdle(addition.name) ? undefined : ["allow", wordOf(addition)];
		default:
			return ["allow", wordOf(addition)];
	}
}

/** Returns the option that adds a missing item, as a shell line; undefined if there is none. */
export function remedyOption({ declined, port, remedy }: Pick<Missing, "declined" | "port" | "remedy">): string | undefined {
	const rule: Rule | undefined = port === undefined ? remedy && includingRule(remedy) : ["allow", portWord(port)];
	const [list, value] = (!declined && rule) || [];
	const [option] = optionRows.find(([, { rule }]) => rule !== undefined && rule === list) ?? [];
	return option === undefined || value === undefined ? undefined : quoteShellLine([optionFlag(option), value]);
}

function excludingRule(addition: Addition): Rule | undefined {
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

function wordOf(addition: Extract<Addition, { kind: "call" | "capability" | "opening" }>): string {
	if (addition.kind === "call") return callWord(addition.name);
	return addition.kind === "capability" ? capabilityWord(addition.name) : permissionWords[addition.name];
}

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
