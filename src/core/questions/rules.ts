/** One rule: an option of `make`, and a list in templates, cages and plans. */
interface RuleRow {
	/** Its name in `Rules` and in templates. */
	readonly rule: string;
	/** As `--help` shows the option's value. */
	readonly argument: string;
	readonly many: true;
	/** How the option's text is read. */
	readonly value: "path" | "pattern" | "bind" | "permission" | "account";
	/** What a template may say: a check of core/template/checks.ts. */
	readonly check: "taken" | "pattern" | "stateDirectory" | "single" | "boundDirectory" | "device" | "permission" | "accountName";
	/** The rule that asks for the opposite: of two words about one thing, the later one counts. */
	readonly opposite?: string;
	/** Verbs that have the option beside the steps of `make`. */
	readonly alsoFor?: readonly string[];
}

/**
 * What the administrator asks for beyond what the trace shows, by the name of its option. Options, the equivalent command, template fields and
 * their JSON Schema, and stored cages follow from a row here; what a rule does is written where plans are made.
 */
export const ruleOptions = {
	include: { rule: "include", argument: "<PATH|GLOB>", many: true, value: "path", check: "taken" },
	exclude: { rule: "exclude", argument: "<GLOB>", many: true, value: "pattern", check: "pattern" },
	writable: { rule: "writable", argument: "<PATH>", many: true, value: "path", check: "stateDirectory" },
	seed: { rule: "seed", argument: "<PATH>", many: true, value: "path", check: "single" },
	bind: { rule: "binds", argument: "<PATH[:ro|rw]>", many: true, value: "bind", check: "boundDirectory" },
	device: { rule: "devices", argument: "<NODE>", many: true, value: "path", check: "device" },
	allowSecret: { rule: "allowSecret", argument: "<PATH>", many: true, value: "path", check: "single", alsoFor: ["import"] },
	allowSetuid: { rule: "allowSetuid", argument: "<PATH>", many: true, value: "path", check: "single", alsoFor: ["import"] },
	// Permissions of the confinement by their words (permissions.ts): open though no trace showed the need, closed though one did.
	allow: { rule: "allow", argument: "<PERMISSION>", many: true, value: "permission", check: "permission", opposite: "refuse" },
	refuse: { rule: "refuse", argument: "<PERMISSION>", many: true, value: "permission", check: "permission", opposite: "allow" },
	// Accounts of the host by name (accounts.ts): known in the cage though nobody was seen to need them, or unknown though somebody was.
	account: {
		rule: "accounts",
		argument: "<NAME>",
		many: true,
		value: "account",
		check: "accountName",
		opposite: "withoutAccounts",
	},
	withoutAccount: {
		rule: "withoutAccounts",
		argument: "<NAME>",
		many: true,
		value: "account",
		check: "accountName",
		opposite: "accounts",
	},
} as const satisfies Readonly<Record<string, RuleRow>>;

type RuleOptions = typeof ruleOptions;
/** What a template may say. */
export type RuleCheck = RuleOptions[keyof RuleOptions]["check"];
export type RuleName = RuleOptions[keyof RuleOptions]["rule"];
/** Rules whose values are texts. */
export type RuleList = Exclude<RuleName, "binds">;

export const ruleRows = Object.values(ruleOptions);
export const ruleNames: readonly RuleName[] = ruleRows.map(({ rule }) => rule);
