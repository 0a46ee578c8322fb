import { pathToText } from "../base/path/path.ts";
import { escapeGlob, quoteCommand } from "../base/path/quote.ts";
import { isIdle } from "../confine/capabilities.ts";
import type { Missing } from "../plan/missing.ts";
import { callWord, capabilityWord, keepCall, permissionWords, portWord } from "../plan/permission-words.ts";
import type { Addition } from "../plan/plan.ts";
import type { Rules } from "../service/application.ts";
import type { RuleList } from "../service/rule-options.ts";
import type { Answers } from "./answers.ts";
import { optionFlag, optionRows } from "./options.ts";

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
		rules: withRules(withRules(answers.rules, more, true), less, false),
		...(isRuled ? {} : { rounds }),
	};
}

/** Returns rules with which the first round contains what trials added. */
export function withAdditions(rules: Rules, added: readonly Addition[]): Rules {
	return withRules(rules, added, true);
}

type Rule = readonly [list: RuleList, value: string];

/** Returns the rule that includes or excludes an item; undefined if there is none. */
function ruleFor(addition: Addition, isIncluded: boolean): Rule | undefined {
	switch (addition.kind) {
		case "path":
		case "writable": {
			const text = pathToText(addition.path);
			if (text === undefined) return undefined;
			if (addition.kind === "path") return [isIncluded ? "include" : "exclude", escapeGlob(text)];
			return isIncluded ? ["writable", text] : undefined;
		}
		case "account":
			return [isIncluded ? "accounts" : "withoutAccounts", addition.name];
		default:
			// The permission would also allow its calls; the next trial finds the capability again.
			if (isIncluded && addition.kind === "capability" && addition.call === keepCall && isIdle(addition.name)) return undefined;
			return [isIncluded ? "allow" : "refuse", wordOf(addition)];
	}
}

/** Returns the option that adds a missing item, as a shell line; undefined if there is none. */
export function remedyOption({ declined, port, remedy }: Pick<Missing, "declined" | "port" | "remedy">): string | undefined {
	const rule: Rule | undefined = port === undefined ? remedy && ruleFor(remedy, true) : ["allow", portWord(port)];
	const [list, value] = (!declined && rule) || [];
	const [option] = optionRows.find(([, { rule }]) => rule !== undefined && rule === list) ?? [];
	return option === undefined || value === undefined ? undefined : quoteCommand([optionFlag(option), value]);
}

function wordOf(addition: Extract<Addition, { kind: "call" | "capability" | "opening" }>): string {
	if (addition.kind === "call") return callWord(addition.name);
	return addition.kind === "capability" ? capabilityWord(addition.name) : permissionWords[addition.name];
}

function withRules(rules: Rules, additions: readonly Addition[], isIncluded: boolean): Rules {
	let all = rules;
	for (const addition of additions) {
		const [list, value] = ruleFor(addition, isIncluded) ?? [];
		if (list !== undefined && value !== undefined && !all[list].includes(value)) all = { ...all, [list]: [...all[list], value] };
	}
	return all;
}

function isSame(one: Addition, other: Addition): boolean {
	return one.kind === other.kind && ("path" in one ? one.path : one.name) === ("path" in other ? other.path : other.name);
}
