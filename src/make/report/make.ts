import { omitUndefined } from "../../base/collections.ts";
import { printable, quoteCommand, quoteShellLine } from "../../base/path/quote.ts";
import type { UnitTrialSummary } from "../../cage/cage.ts";
import { confinementToJson, countsToJson } from "../../cage/report/cage-json.ts";
import { fields, indent, printableLines } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import type { Answers } from "../../options/answers.ts";
import { containerWords, fleetWords } from "../../options/next-steps.ts";
import { remedyOption } from "../../options/trial-decisions.ts";
import { missingTable, missingToJson } from "../../plan/report/missing.ts";
import { grantsTable, grantToJson, offeredTable } from "../../plan/report/offers.ts";
import { limitLines } from "../../plan/report/plan.ts";
import { probeWords } from "../../probe/lines.ts";
import { measuredAlarms } from "../../record/record.ts";
import { alarmCoverageText, selftestLines, selftestToMadeJson } from "../../selftest/report/selftest.ts";
import type { MadeCage } from "../engine/draft.ts";
import { warningsOf } from "../engine/unproven-notes.ts";

interface CagePlaces {
	readonly root: string;
	readonly data: string;
}

/** `program` is the command that calls Cagewright with this state folder. */
export function madeText(made: MadeCage, { data, root }: CagePlaces, program: readonly string[], messages: Messages): string {
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
	if (alarms) lines.push(alarmCoverageText(alarms, messages));
	const grants = grantsTable(made.plan.grants, messages);
	lines.push(grants === undefined ? words.noPermissions : `${words.permissions}:\n${indent(grants)}`);
	lines.push(...limitLines(made.plan.permissions, messages, cage.trials.at(-1)?.landlock));
	const offered = offeredTable(made.missing, messages);
	if (offered !== undefined) lines.push(`${words.offered}:`, indent(offered));
	const declined = made.missing.filter((one) => one.declined);
	if (declined.length) lines.push(`${words.leftOut}:`, indent(missingTable(declined, messages)));
	return lines.join("\n");
}

interface DryRun {
	readonly state: string;
	/** The equivalent command. */
	readonly command: string;
	/** Steps after those of `make`. */
	readonly more?: readonly string[] | undefined;
}

export function dryRunText(answers: Answers, { command, more = [], state }: DryRun, messages: Messages): string {
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

/** The result of `make --json`. */
export function madeToJson(made: MadeCage, { data, root }: CagePlaces, messages: Messages) {
	const { cage, manifest, plan } = made;
	return {
		name: cage.name,
		root,
		data,
		answered: made.answered,
		warnings: warningsOf(made).map(({ code, values }) => ({ code, values, message: messages.note(code, values) })),
		rounds: cage.trials.map(({ added, missing, probes, failedExercises }) => ({ added, missing, probes, failedExercises })),
		permissions: plan.grants.map(grantToJson),
		offers: made.missing.filter((one) => remedyOption(one) !== undefined).map(missingToJson),
		...countsToJson(manifest),
		accounts: {
			users: manifest.accounts.users.map((user) => user.name),
			groups: manifest.accounts.groups.map((group) => group.name),
		},
		confinement: confinementToJson(manifest, cage),
		selftest: selftestToMadeJson(cage.selftest, measuredAlarms(made)),
		...(cage.unitTrial ? { unitTrial: unitTrialToMadeJson(cage.unitTrial) } : {}),
		record: made.record,
		seconds: cage.seconds,
	};
}

function unitTrialToMadeJson({ failed, withoutReload, unit }: UnitTrialSummary) {
	return {
		unit,
		answered: failed === undefined,
		...omitUndefined({ withoutReload }),
		...(failed ? { failed: failed.step, state: failed.state, words: failed.words } : {}),
		...(failed?.killedFor === undefined ? {} : { killedFor: failed.killedFor }),
	};
}
