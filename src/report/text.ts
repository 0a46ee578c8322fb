import { type Difference, isSame } from "../core/cage/difference.ts";
import { filterPermissions, limitsPorts } from "../core/confinement/filter-permissions.ts";
import { landlockSince } from "../core/confinement/landlock.ts";
import { countPermitted } from "../core/confinement/seccomp.ts";
import type { Path } from "../core/path/path.ts";
import { printable, quoteCommand, quoteShellLine, showPath } from "../core/path/quote.ts";
import { groupsOf } from "../core/plan/groups.ts";
import { capabilityWord, permissionNames, permissionWords } from "../core/plan/permission-words.ts";
import type { Entry, Plan } from "../core/plan/plan.ts";
import { probeWords } from "../core/probe/lines.ts";
import type { Answers } from "../core/questions/answers.ts";
import { containerWords, fleetWords } from "../core/questions/next-steps.ts";
import { measuredAlarms } from "../core/record/record.ts";
import type { MadeCage } from "../engine/build/make.ts";
import { warningsOf } from "../engine/build/unproven.ts";
import type { TraceResult } from "../engine/trace/trace.ts";
import type { Messages } from "../messages/messages.ts";
import { changedText, fields, indent, octal, printableLines, section, settingsText, table } from "./format.ts";
import { planTotals } from "./json.ts";
import { grantsTable, offeredTable, offerOption, offerText } from "./offers.ts";
import { showReason } from "./reasons.ts";
import { coverageText, selftestLines } from "./selftest.ts";
import { missingTable } from "./trial.ts";

/** Text output of the verbs. */

export function planText(plan: Plan, messages: Messages): string {
	const words = messages.cli.plan;
	const totals = planTotals(plan);
	const bytes = (count: number) => messages.bytes(count);
	const lines = [
		planTable(plan, messages),
		"",
		groupTable(plan, messages),
		"",
		`${words.files(totals.files, bytes(totals.bytes))}; ${words.others(totals.symlinks, totals.directories, totals.devices)}`,
		words.accounts(
			names(plan.accounts.users),
			names(plan.accounts.groups),
			plan.accounts.usersLeftOut,
			plan.accounts.groupsLeftOut,
		),
	];
	const { accounts, withoutAccounts } = plan.rules;
	if (accounts.length) lines.push(`${words.accountsChosen}: ${accounts.map(printable).join(", ")}`);
	if (withoutAccounts.length) lines.push(`${words.accountsWithout}: ${withoutAccounts.map(printable).join(", ")}`);
	const allow: Readonly<Record<string, string>> = words.allow;
	lines.push(
		...section(
			words.writable,
			plan.writable.map(({ path, seeds }) => [showPath(path), seedsText(seeds, messages)]),
		),
		...section(
			words.shared,
			plan.shared.map(({ example, kind, path }) => [
				showPath(path),
				showReason({ kind: "shared", what: kind, example }, messages),
			]),
		),
		...section(
			words.offers,
			plan.offers.map((offer) => [printable(offerOption(offer)), offerText(offer, messages)]),
		),
		...permissionLines(plan.permissions, messages),
		...limitLines(plan.permissions, messages),
		...section(
			words.declined,
			plan.declined.map(({ path, risk }) => [showPath(path), allow[risk] ?? risk]),
		),
		...plan.notes.map(({ code, values }) => messages.note(code, values)),
	);
	return lines.join("\n");
}

/** Entries without directories. Files that are only part of a library are one line, because nobody decides about them singly. */
function planTable({ entries }: Plan, messages: Messages): string {
	const shown: Parameters<typeof entryTable>[0][number][] = [];
	const trees = new Map<Path, { at: number; files: number; bytes: number }>();
	for (const entry of entries) {
		if (entry.decision !== "include" || entry.kind === "directory") continue;
		const [reason] = entry.reasons;
		if (reason?.kind !== "part-of" || entry.reasons.length > 1) {
			shown.push(entry);
			continue;
		}
		const tree = trees.get(reason.tree) ?? { at: shown.length, files: 0, bytes: 0 };
		if (!trees.has(reason.tree)) shown.push(entry);
		trees.set(reason.tree, { ...tree, files: tree.files + 1, bytes: tree.bytes + entry.size });
	}
	for (const [path, { at, bytes, files }] of trees) {
		const first = shown[at];
		if (first && files > 1)
			shown[at] = { ...first, kind: "file", path: `${path}/** (${files})` as Path, size: bytes, mode: 0o755 };
	}
	return entryTable(shown, messages);
}

/** The plan by group, with recommendations. */
function groupTable(plan: Plan, messages: Messages): string {
	const words = messages.cli.plan;
	return table(
		groupsOf(plan).map(({ bytes, name, paths, recommendation, spare }) => [
			words.groups[name],
			messages.count(paths.length),
			bytes ? messages.bytes(bytes) : "",
			spare === undefined
				? words.recommendations[recommendation]
				: `${words.recommendations[recommendation]}; ${words.spare(spare)}`,
		]),
	);
}

/** Changes that a build of the plan would make to a generation. */
export function differenceText(difference: Difference, generation: number, messages: Messages): string {
	const words = messages.cli.difference;
	if (isSame(difference)) return words.none(generation);
	const lines = [
		...difference.added.map((entry) => `+ ${showPath(entry.path)}`),
		...difference.changed.map((one) => `~ ${changedText(one, messages)}`),
		...difference.removed.map((entry) => `- ${showPath(entry.path)}`),
		...difference.settings.map((setting) => `~ ${settingsText([setting], messages)}`),
	];
	return `${words.title(generation)}\n${indent(lines.join("\n"))}`;
}

export function entryTable(
	entries: readonly Pick<Entry, "kind" | "mode" | "size" | "path" | "target" | "reasons">[],
	messages: Messages,
): string {
	return table(
		entries.map((entry) => [
			octal(entry.mode),
			entry.kind === "file" ? messages.bytes(entry.size) : "",
			entry.target === undefined ? showPath(entry.path) : `${showPath(entry.path)} -> ${showPath(entry.target)}`,
			entry.reasons[0] ? showReason(entry.reasons[0], messages) : "",
		]),
	);
}

function seedsText(seeds: Plan["writable"][number]["seeds"], messages: Messages): string {
	const words = messages.cli.plan;
	if (!seeds.length) return words.startsEmpty;
	return words.seeds(seeds.length, messages.bytes(seeds.reduce((sum, seed) => sum + seed.bytes, 0)));
}

/** Permissions by word, with reasons. */
function permissionRows(permissions: Plan["permissions"], messages: Messages): { word: string; text: string }[] {
	const words = messages.cli.plan;
	return [
		...permissions.capabilities.map(({ name, why }) => ({
			word: capabilityWord(name),
			text: words.capability(name, printable(why)),
		})),
		...permissionNames.flatMap((name) => {
			const why = permissions[name];
			if (why === undefined) return [];
			const reason = name === "syslog" ? showPath(why as Path) : printable(why);
			return [{ word: permissionWords[name], text: `${words.permissionNames[name]} (${reason})` }];
		}),
	];
}

export function permissionsText(permissions: Plan["permissions"], messages: Messages): string {
	const open = permissionRows(permissions, messages).map(({ text }) => text);
	return open.join(", ") || messages.cli.plan.noPermissions;
}

/** Granted permissions with the options that refuse them, and refused permissions. */
function permissionLines(permissions: Plan["permissions"], messages: Messages): string[] {
	const words = messages.cli.plan;
	const rows = permissionRows(permissions, messages).map(({ text, word }) => [text, `--refuse ${word}`]);
	const lines = rows.length ? section(words.permissions, rows) : [`${words.permissions}: ${words.noPermissions}`];
	const refused = (permissions.refused ?? []).map(({ name, why }) => `${name} (${printable(why)})`);
	return refused.length ? [...lines, `${words.refusedPermissions}: ${refused.join(", ")}`] : lines;
}

/** The limits of calls and ports. `landlock` is the version of the kernel's Landlock interface, if it is known. */
function limitLines(permissions: Plan["permissions"], messages: Messages, landlock: number = landlockSince.ports): string[] {
	const { calls, tcpPorts } = permissions;
	const { general, permitted } = countPermitted(filterPermissions(permissions));
	return [
		...(calls ? [messages.cli.plan.calls(permitted, general)] : []),
		...(tcpPorts && limitsPorts(permissions) ? [portsText(tcpPorts, messages, landlock)] : []),
	];
}

function portsText(ports: readonly number[], { cli }: Messages, landlock: number): string {
	return landlock < landlockSince.ports ? cli.plan.portsUnlimited : cli.plan.tcpPorts(ports);
}

/** `program` is the command that calls Cagewright with this state folder. */
export function madeText(made: MadeCage, root: string, data: string, program: readonly string[], messages: Messages): string {
	const words = messages.cli.made;
	const { cage, counts } = made;
	const lines = [
		made.answered ? words.answered(cage.name, cage.trials.length) : words.notAnswered(cage.name),
		fields([
			[words.root, `${printable(root)}  (${words.size(counts.files, counts.symlinks, messages.bytes(counts.bytes))})`],
			[words.data, printable(data)],
			[words.record, printable(made.record)],
			[words.next, quoteCommand([...program, "run", cage.name])],
			["", quoteCommand([...program, "unit", cage.name, ...(made.manifest.owner ? [] : ["--install"])])],
			["", `${quoteCommand([...program, ...containerWords(cage.name)])}  # ${words.containers}`],
			["", `${quoteCommand([...program, ...fleetWords(cage.name)])}  # ${words.fleet}`],
		]),
	];
	const warnings = warningsOf(made);
	if (warnings.length) {
		lines.push(`${words.warnings}:`, indent(warnings.map(({ code, values }) => messages.note(code, values)).join("\n")));
	}
	if (cage.selftest) lines.push(...selftestLines(cage.selftest, messages));
	const alarms = measuredAlarms(made);
	if (alarms) lines.push(coverageText(alarms, messages));
	const grants = grantsTable(made.plan.grants, messages);
	lines.push(grants === undefined ? words.noPermissions : `${words.permissions}:\n${indent(grants)}`);
	lines.push(...limitLines(made.plan.permissions, messages, cage.trials.at(-1)?.landlock));
	const offered = offeredTable(made.missing, messages);
	if (offered !== undefined) lines.push(`${words.offered}:`, indent(offered));
	const declined = made.missing.filter((one) => one.declined);
	if (declined.length) lines.push(`${words.leftOut}:`, indent(missingTable(declined, messages)));
	return lines.join("\n");
}

/** `next` is a command line. */
export function traceText(name: string, { trace }: TraceResult, next: string, messages: Messages): string {
	return messages.cli.traced(name, trace.accesses.size, trace.calls, next);
}

/** `more` are steps after those of `make`. */
export function dryRunText(
	answers: Answers,
	state: string,
	command: string,
	messages: Messages,
	more: readonly string[] = [],
): string {
	const words = messages.cli.dryRun;
	const { application } = answers;
	return [
		words.title(answers.name),
		fields([
			[words.command, printable(quoteShellLine(application.command))],
			[words.account, printable(application.user ?? words.rootAccount)],
			["", answers.dedicatedAccount === undefined ? undefined : words.dedicatedAccount(answers.dedicatedAccount)],
			[words.directory, printable(application.cwd)],
			[words.probes, application.probes.map((line) => printable(probeWords(line)))],
			[words.exercises, application.exercises.map((line) => printable(probeWords(line)))],
			[words.directories, application.directories.map(printable)],
			[words.notes, answers.notes?.map(({ code, values }) => printable(messages.note(code, values)))],
		]),
		words.trace(answers.onHost, answers.attach?.pid),
		words.plan,
		words.build(`${printable(state)}/cages/${answers.name}/generations/`),
		words.trial(answers.rounds),
		...(answers.minimise ? [words.minimise] : []),
		words.record(answers.minimise ? 6 : 5),
		...more,
		`${words.same} ${printableLines(command)}`,
	].join("\n");
}

function names(accounts: readonly { readonly name: string }[]): string {
	return accounts.map((account) => printable(account.name)).join(", ");
}
