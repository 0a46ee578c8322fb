import type { OptionName } from "../core/options/options.ts";
import type { helpEn } from "../messages/en/help.ts";

type GroupOfVerbs = keyof typeof helpEn.overview.groups;
type Row = keyof typeof helpEn.overview.rows;

/** Every verb once, in the rows and groups of `cagewright --help`. The man page and the reference use the same order. */
export const verbGroups = {
	create: {
		make: ["make"],
		steps: ["trace", "plan", "build", "trial"],
		services: ["adopt", "release"],
		transfer: ["export", "import"],
	},
	run: { running: ["run", "shell", "signal"], unit: ["unit"] },
	look: { looking: ["list", "show", "explain"], selftest: ["selftest", "watch"] },
	upkeep: {
		comparing: ["check", "stale", "metrics"],
		updating: ["update", "rollback", "diff"],
		removing: ["minimise", "remove"],
	},
	document: { documents: ["record", "template", "sessions"] },
	machine: { finding: ["apps", "doctor"], installing: ["install", "uninstall"] },
} as const satisfies Record<GroupOfVerbs, Partial<Record<Row, readonly string[]>>>;

/** Steps that work on a traced cage, with the options that they honour beside `optionsOfTracedCages`. They refuse all others. */
export const tracedSteps = {
	plan: ["takeDocumented"],
	build: [],
	trial: ["rounds", "selftest", "unit", "dropin"],
} as const satisfies Readonly<Record<string, readonly OptionName[]>>;

export function isTracedStep(verb: string): verb is keyof typeof tracedSteps {
	return Object.hasOwn(tracedSteps, verb);
}

export type GroupOfOptions = Exclude<keyof typeof helpEn.groups, "own" | "global" | "wizard" | "examples" | "permissionWords">;

/** Every option of the table once, in the groups of `make --help`. */
export const optionGroups: Readonly<Record<GroupOfOptions, readonly OptionName[]>> = {
	application: ["name", "user", "env", "probe", "clientProbe", "exercise"],
	cage: ["include", "exclude", "writable", "bind", "network", "calls", "allow"],
	answers: ["yes", "dryRun"],
	start: ["cwd", "set", "timeout", "directory", "socket", "limitMemory", "limitProcesses", "limitFiles"],
	files: ["seed", "device", "allowSecret", "allowSetuid", "allowWrite", "decoy", "takeDocumented"],
	permissions: ["refuse", "acceptFinding", "account", "withoutAccount", "dedicatedAccount"],
	runs: ["onHost", "attach", "for", "add", "rounds", "selftest", "replace", "copyData", "unit", "dropin"],
	minimising: ["minimise", "keep", "keepKind", "giveUp", "jobs"],
};

/** Groups that `make --help` shows first; the others follow below a heading. */
export const commonGroups: readonly GroupOfOptions[] = ["application", "cage", "answers"];
