/** One rule: an option of `make`, and a list in templates, cages and plans. */
interface RuleRow {
	/** Its name in `Rules` and in templates. */
	readonly rule: string;
	/** The option's value in `--help`. */
	readonly argument: string;
	readonly many: true;
	/** How the option's text is read. */
	readonly value: "path" | "pattern" | "bind" | "permission" | "account" | "decoy";
	/** The check in template/checks.ts for values in templates. */
	readonly check:
		| "taken"
		| "pattern"
		| "stateDirectory"
		| "single"
		| "boundDirectory"
		| "device"
		| "permission"
		| "accountName"
		| "decoy";
	/** The opposite rule: if both name the same thing, the later one wins. */
	readonly opposite?: string;
	/** Further verbs with this option. */
	readonly alsoFor?: readonly string[];
}

/**
 * The administrator's requests in addition to the trace, by option name. Options, the equivalent command, template fields,
 * their JSON Schema, and stored cages are generated from these rows. Code that makes plans applies the rules.
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
	// Host directories of persons and other services (host-access.ts) that a bind may write to.
	allowWrite: { rule: "allowWrite", argument: "<PATH>", many: true, value: "path", check: "single", alsoFor: ["import"] },
	// Without a path the plan chooses the places (plan/decoys.ts).
	decoy: { rule: "decoys", argument: "[PATH]", many: true, value: "decoy", check: "decoy" },
	// Permissions by their words (permission-words.ts): granted without a need in the trace, or refused despite one.
	allow: { rule: "allow", argument: "<PERMISSION>", many: true, value: "permission", check: "permission", opposite: "refuse" },
	refuse: { rule: "refuse", argument: "<PERMISSION>", many: true, value: "permission", check: "permission", opposite: "allow" },
	// Host accounts by name (accounts.ts): kept without a need in the trace, or left out despite one.
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
/** Checks for values in templates. */
export type RuleCheck = RuleOptions[keyof RuleOptions]["check"];
export type RuleName = RuleOptions[keyof RuleOptions]["rule"];
/** Rules whose values are texts. */
export type RuleList = Exclude<RuleName, "binds">;

export const ruleRows = Object.values(ruleOptions);
export const ruleNames: readonly RuleName[] = ruleRows.map(({ rule }) => rule);
