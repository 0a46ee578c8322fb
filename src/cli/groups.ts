import { adopt, release } from "../adopt/verbs/definitions.ts";
import { check } from "../check/verbs/definitions.ts";
import { explain } from "../explain/verbs/definitions.ts";
import { doctor, install, uninstall } from "../install/verbs/definitions.ts";
import { run, shell, signal } from "../launch/verbs/definitions.ts";
import { build, make, trial } from "../make/verbs/definitions.ts";
import type { helpEn } from "../messages/en/help.ts";
import { minimise } from "../minimise/verbs/definitions.ts";
import type { OptionName } from "../options/options.ts";
import { plan } from "../plan/verbs/definitions.ts";
import { record } from "../record/verbs/definitions.ts";
import { selftest } from "../selftest/verbs/definitions.ts";
import { apps } from "../service/verbs/definitions.ts";
import { sessions } from "../sessions/verbs/definitions.ts";
import { template } from "../template/verbs/definitions.ts";
import { trace } from "../trace/verbs/definitions.ts";
import { exporting, importing } from "../transfer/verbs/definitions.ts";
import { unit } from "../unit/verbs/definitions.ts";
import { diff, list, remove, rollback, show, stale, update } from "../upkeep/verbs/definitions.ts";
import { metrics, watch } from "../watch/verbs/definitions.ts";
import type { VerbDefinition } from "./definition.ts";

type GroupOfVerbs = keyof typeof helpEn.overview.groups;
type Row = keyof typeof helpEn.overview.rows;

/** The table of verbs: each once, in the rows and groups of `cagewright --help`. The man page and the reference use the same order. */
export const verbGroups = {
	create: {
		make: [make],
		steps: [trace, plan, build, trial],
		services: [adopt, release],
		transfer: [exporting, importing],
	},
	run: { running: [run, shell, signal], unit: [unit] },
	look: { looking: [list, show, explain], selftest: [selftest, watch] },
	upkeep: {
		comparing: [check, stale, metrics],
		updating: [update, rollback, diff],
		removing: [minimise, remove],
	},
	document: { documents: [record, template, sessions] },
	machine: { finding: [apps, doctor], installing: [install, uninstall] },
} as const satisfies Record<GroupOfVerbs, Partial<Record<Row, readonly VerbDefinition[]>>>;

/** All verbs, in the order of the table. */
export const verbs: readonly VerbDefinition[] = Object.values(verbGroups).flatMap((rows) =>
	Object.values<readonly VerbDefinition[]>(rows).flat(),
);

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
