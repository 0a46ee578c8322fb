import { printable, quoteShellLine, showPath } from "../core/path/quote.ts";
import { groupsOf } from "../core/plan/groups.ts";
import type { Reason } from "../core/plan/plan.ts";
import { logDirectories } from "../core/upkeep/rotation.ts";
import type { MadeCage } from "../engine/make.ts";
import type { Messages } from "../messages/messages.ts";
import { showReason } from "./reasons.ts";
import { selftestLines } from "./selftest.ts";
import { openingsText } from "./text.ts";

export interface RecordPlace {
	readonly root: string;
	readonly data: string;
	/** The account of the system that ran the program, with the one behind sudo. */
	readonly who: string;
}

/**
 * The documentation of a cage as Markdown: what, who and when, every entry with its origin and reason, devices, accounts, what
 * is open, and how the trials went. Values of the environment stay out: they may be secrets.
 */
export function recordMarkdown(
	made: Omit<MadeCage, "record">,
	history: readonly string[],
	place: RecordPlace,
	messages: Messages,
): string {
	const words = messages.record;
	const { cage, counts, manifest, plan } = made;
	const why = (reasons: readonly Reason[]) => reasons.map((reason) => showReason(reason, messages)).join("; ");
	const last = cage.trials.at(-1);
	const yesNo = (value: boolean) => (value ? words.yes : words.no);
	const sections = [
		`# ${text(words.title(cage.name))}`,
		words.intro,
		`## ${words.what}`,
		list([
			[words.command, code(quoteShellLine(cage.application.command))],
			[words.account, code(manifest.identity.name)],
			[words.directory, code(cage.application.cwd)],
			cage.unit === undefined
				? [words.template, cage.template === undefined ? words.noTemplate : code(cage.template)]
				: [words.unit, code(cage.unit)],
			[words.when, manifest.madeAt],
			[words.who, text(place.who)],
			[words.generation, String(manifest.generation)],
			[words.where, code(place.root)],
			[words.data, code(place.data)],
		]),
		`## ${words.trials}`,
		words.seconds(cage.seconds.trace, cage.seconds.plan, cage.seconds.build, cage.seconds.trial),
		plan.notes.map((note) => `- ${text(messages.note(note.code, note.values))}`).join("\n"),
		table(
			words.trialHead,
			cage.trials.map((trial) => [
				String(trial.round),
				trial.at,
				String(trial.generation),
				yesNo(trial.answered),
				trial.added.map(cell).join(", "),
				String(trial.missing.filter((one) => !one.declined).length),
			]),
		),
		(last?.probes ?? []).map((probe) => `- ${words.probe(probe.ok, code(probe.command))}`).join("\n"),
		table(
			words.missingHead,
			(last?.missing ?? []).map((one) => [
				messages.missingKind(one.kind),
				cell(one.what),
				cell(one.call),
				text(one.error),
				yesNo(one.declined),
			]),
		),
		`## ${words.devices}`,
		table(
			words.deviceHead,
			manifest.entries.flatMap((entry) =>
				entry.device
					? [
							[
								cell(showPath(entry.path)),
								`${entry.device.type} ${entry.device.major}:${entry.device.minor}`,
								text(why(entry.reasons)),
							],
						]
					: [],
			),
		),
		`## ${words.accounts}`,
		table(
			words.userHead,
			manifest.accounts.users.map((user) => [
				cell(user.name),
				String(user.uid),
				String(user.gid),
				text(messages.accountReason(user.reason)),
			]),
		),
		table(
			words.groupHead,
			manifest.accounts.groups.map((group) => [cell(group.name), String(group.gid), text(messages.accountReason(group.reason))]),
		),
		words.leftOut(manifest.accounts.usersLeftOut, manifest.accounts.groupsLeftOut),
		plan.rules.withoutAccounts.length ? words.accountsLeftOut(plan.rules.withoutAccounts.map(code).join(", ")) : "",
		`## ${words.confinement}`,
		`${words.layers(!last?.weaker?.includes("landlock"))} ${words.launcher(last?.launcher ?? "util-linux")}`,
		(last?.weaker ?? [])
			.map((weakness) => `- ${text(messages.note(`weaker-${weakness}`, { launcher: last?.launcher ?? "" }))}`)
			.join("\n"),
		`${words.network(cage.application.network)} ${words.open}: ${text(openingsText(manifest.openings, messages))}.`,
		table(
			words.refusedHead,
			(manifest.openings.refused ?? []).map(({ name, why }) => [cell(name), text(why)]),
		),
		table(
			words.limitHead,
			(last?.measured?.limits ?? []).map(({ by, kind, value }) => [
				words.limits[kind],
				kind === "memory" ? messages.bytes(value) : String(value),
				words.limitsBy[by],
			]),
		),
		`### ${words.audit}`,
		(last?.findings ?? [])
			.map(({ code: finding, path, values }) => `- ${code(path)}: ${text(messages.finding({ code: finding, values }).what)}`)
			.join("\n") || words.auditClean,
		cage.accepted?.length ? words.accepted(cage.accepted.map(code).join(", ")) : "",
		`## ${messages.selftest.section}`,
		selftestLines(cage.selftest, messages).map(text).join("\n"),
		`## ${words.writable}`,
		table(
			words.writableHead,
			manifest.writable.map((directory) => [
				cell(showPath(directory.path)),
				`${directory.uid}:${directory.gid}`,
				directory.mode.toString(8),
				cell(`${place.data}${showPath(directory.path)}`),
				text(why(directory.reasons)),
			]),
		),
		logDirectories(manifest).length ? words.logs(code(`cagewright unit ${cage.name} --logrotate`)) : "",
		...(plan.shared.length ? [`## ${words.shared}`] : []),
		table(
			words.sharedHead,
			plan.shared.map(({ bytes, example, files, kind, path }) => [
				cell(showPath(path)),
				String(files),
				messages.bytes(bytes),
				text(showReason({ kind: "shared", what: kind, example }, messages)),
			]),
		),
		`## ${words.declined}`,
		table(
			words.declinedHead,
			plan.declined.map(({ path, risk }) => [cell(showPath(path)), messages.risk(risk)]),
		),
		`## ${words.entries}`,
		words.entriesCount(counts.files, counts.symlinks, counts.directories, messages.bytes(counts.bytes)),
		table(
			words.groupsHead,
			groupsOf(plan).map(({ bytes, name, paths, recommendation }) => [
				messages.cli.plan.groups[name],
				String(paths.length),
				messages.bytes(bytes),
				messages.cli.plan.recommendations[recommendation],
			]),
		),
		table(
			words.entryHead,
			manifest.entries.map((entry) => [
				cell(entry.target === undefined ? showPath(entry.path) : `${showPath(entry.path)} -> ${showPath(entry.target)}`),
				entry.kind,
				entry.mode.toString(8).padStart(4, "0"),
				`${entry.uid}:${entry.gid}`,
				entry.package ? text(`${entry.package.name} ${entry.package.version}`) : "",
				entry.sha256 ?? "",
				text(why(entry.reasons)),
			]),
		),
		`## ${words.history}`,
		history.map(historyLine).join("\n"),
	];
	return `${sections.filter(Boolean).join("\n\n")}\n`;
}

/** The record with one more line of the log, which is its end. */
export function withHistoryLine(record: string, line: string): string {
	return `${record.trimEnd()}\n${historyLine(line)}\n`;
}

function historyLine(line: string): string {
	return `- ${code(line)}`;
}

/** Text from outside must not become markup: CommonMark 2.4 and 2.5, and `|` for tables. */
function text(value: string): string {
	return printable(value).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");
}

/** A code span whose fence is longer than any run of backticks inside (CommonMark 6.1). */
function code(value: string): string {
	const shown = printable(value);
	if (shown === "") return "";
	const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
	const fence = "`".repeat(longest + 1);
	const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
	return `${fence}${pad}${shown}${pad}${fence}`;
}

/** In a table. A `|` ends a cell even in a code span, and how to write a backslash before one there is anybody's guess. */
function cell(value: string): string {
	return value.includes("|") ? text(value) : code(value);
}

function list(pairs: readonly (readonly [string, string])[]): string {
	return pairs.map(([label, value]) => `- ${label}: ${value}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	if (!rows.length) return "";
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
