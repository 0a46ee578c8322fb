import { omitUndefined } from "../../base/collections.ts";
import { type Path, pathToJson } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { isAboutAccount } from "../../cage/finding.ts";
import { changedText, settingsText } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { missedLine, missingToJson } from "../../plan/report/missing.ts";
import { type Acknowledgement, processesBehindId, reportedDrift, reportedFinding, wouldChangeId } from "../acknowledgement.ts";
import { type CheckedCage, differenceBesides, isOutdated, openFindings } from "../checked-cage.ts";
import type { PackageDrift } from "../drift.ts";

/**
 * Results of `check`, one line per finding: name, place, meaning and fix. Host files are shown by package. With `openOnly`, without
 * findings that somebody accepted or acknowledged, or that the last trial reported; then it may be empty.
 */
export function checkedText(cage: CheckedCage, messages: Messages, openOnly = false): string {
	const { acknowledged, behind, damage, drift, findings, name } = cage;
	const words = messages.cli.check;
	if (damage) return `${name}: ${words.damaged}: ${messages.failure(damage)}`;
	const open = openFindings(cage);
	/** A line with the state, or with who acknowledged it. */
	const line = (state: string, text: string, seen: Acknowledgement | undefined) =>
		seen ? `${name}: ${words.accepted} ${text} ${acknowledgedText(seen, messages)}` : `${name}: ${state} ${text}`;
	const lines = (openOnly ? open.findings : findings).map((finding) => {
		const { accepted, code, known, path, severity } = finding;
		const { fix, what } = messages.finding(finding);
		const state = accepted ? words.accepted : known ? words.known : words[severity];
		const place = isAboutAccount(code) ? "" : ` ${showPath(path)}`;
		return line(state, `${code}${place}: ${what}. ${fix}`, acknowledged.get(reportedFinding(finding).id));
	});
	for (const one of openOnly ? open.drift : drift) {
		const state = one.security ? words.securityUpdate : words.update;
		lines.push(line(state, driftText(one, messages), acknowledged.get(reportedDrift(one).id)));
	}
	const others = openOnly && !open.isOutdated ? [] : otherChanges(cage, messages);
	for (const other of others) lines.push(line(words.update, other, acknowledged.get(wouldChangeId)));
	if (cage.missed)
		lines.push(
			`${missedLine(name, cage.missed.watched, cage.missed.missing, messages)}. ${messages.cli.watch.take(`cagewright update ${name} --take-missed`)}`,
		);
	if (open.drift.length || open.isOutdated) lines.push(`${name}: ${words.toUpdate(name)}`);
	if (behind.length && (open.isBehind || !openOnly)) {
		lines.push(line(words.warning, words.behind(name, behind.join(", ")), acknowledged.get(processesBehindId)));
	}
	return lines.length || openOnly ? lines.join("\n") : `${name}: ${words.clean}`;
}

/** The names of what nobody acknowledged yet. */
export function openNames(cage: CheckedCage): string[] {
	const { drift, findings, isBehind, isOutdated: isOpen } = openFindings(cage);
	return [
		...findings.map((one) => reportedFinding(one).id),
		...drift.map((one) => reportedDrift(one).id),
		...(isOpen ? [wouldChangeId] : []),
		...(isBehind ? [processesBehindId] : []),
	];
}

/** Who acknowledged it and for how long. */
export function acknowledgedText({ at, by, until }: Acknowledgement, { cli }: Messages): string {
	return cli.check.acknowledged(printable(by), at.slice(0, 10), until);
}

function otherChanges(cage: CheckedCage, messages: Messages): string[] {
	const words = messages.cli.check;
	const { added, changed, removed, settings } = differenceBesides(cage);
	const paths = (entries: readonly { readonly path: Path }[]) => shorten(entries, ({ path }) => showPath(path));
	const change = () => shorten(changed, (one) => changedText(one, messages));
	return [
		...(added.length ? [words.wouldAdd(added.length, paths(added))] : []),
		...(removed.length ? [words.wouldDrop(removed.length, paths(removed))] : []),
		...(changed.length ? [words.wouldChange(changed.length, change())] : []),
		...(settings.length ? [words.wouldSet(settingsText(settings, messages))] : []),
	];
}

/** One line about a package's changed files, which names the first ones. */
export function driftText({ files, from, package: name, to }: PackageDrift, { cli }: Messages): string {
	const named = files.slice(0, filesNamed).map(({ path }) => showPath(path));
	const more = files.length - named.length;
	const [shown, before, after] = [name, from, to].map((one) => one && printable(one));
	return cli.check.drift(shown, before, after, [...named, ...(more ? [cli.check.moreFiles(more)] : [])].join(", "));
}

/** Maximum number of files in a line. */
const filesNamed = 3;

function shorten<T>(items: readonly T[], show: (item: T) => string): string {
	const named = items.slice(0, filesNamed).map(show).join(", ");
	return items.length > filesNamed ? `${named}, …` : named;
}

/** One line and an exit status for monitoring (Nagios plugin API: 0 OK, 1 WARNING, 2 CRITICAL), with performance data. */
export function nagiosLine(
	cages: readonly CheckedCage[],
	messages: Messages,
): { readonly text: string; readonly status: number } {
	const words = messages.cli.check;
	const open = cages.map((cage) => ({ ...openFindings(cage), damage: cage.damage, name: cage.name }));
	const has = (findings: readonly { readonly severity: string }[], wanted: string) =>
		findings.some(({ severity }) => severity === wanted);
	const dangers = open.filter(({ damage, findings }) => damage !== undefined || has(findings, "danger"));
	const security = open.filter(({ drift }) => drift.some((one) => one.security));
	const outdated = open.filter((one) => one.drift.length > 0 || one.isOutdated);
	const warned = open.filter(({ findings, isBehind }) => isBehind || has(findings, "warning"));
	const parts = [
		...(dangers.length ? [words.nagios.dangers(names(dangers))] : []),
		...(security.length ? [words.nagios.security(names(security))] : []),
		...(outdated.length ? [words.nagios.outdated(names(outdated))] : []),
		...(warned.length ? [words.nagios.warnings(names(warned))] : []),
	];
	const status = dangers.length || security.length ? 2 : outdated.length || warned.length ? 1 : 0;
	const state = ["OK", "WARNING", "CRITICAL"][status];
	const counts = `cages=${cages.length} dangers=${dangers.length} security=${security.length} outdated=${outdated.length} warnings=${warned.length}`;
	return { text: `CAGEWRIGHT ${state} - ${parts.join("; ") || words.nagios.clean(cages.length)} | ${counts}`, status };
}

function names(cages: readonly { readonly name: string }[]): string {
	return cages.map(({ name }) => name).join(", ");
}

export function checkedToJson(cage: CheckedCage, messages: Messages) {
	const { acknowledged, behind, damage, drift, findings, generation, name } = cage;
	const { added, changed, removed, settings } = differenceBesides(cage);
	const paths = (entries: readonly { readonly path: Path }[]) => entries.map(({ path }) => pathToJson(path));
	const seen = (id: string) => {
		const found = acknowledged.get(id);
		return { finding: id, acknowledged: found ? acknowledgementToJson(found) : null };
	};
	return {
		name,
		...omitUndefined({ generation }),
		...(damage ? { damage: messages.failure(damage) } : {}),
		findings: findings.map((finding) => ({
			...seen(reportedFinding(finding).id),
			code: finding.code,
			path: pathToJson(finding.path),
			severity: finding.severity,
			accepted: finding.accepted || acknowledged.has(reportedFinding(finding).id),
			known: finding.known,
			values: finding.values,
			what: messages.finding(finding).what,
			close: messages.finding(finding).fix,
		})),
		outdated: isOutdated(cage),
		behind,
		drift: drift.map((one) => ({ ...seen(reportedDrift(one).id), ...driftToJson(one) })),
		// Without those files. Also empty if nothing was touched or installed, so that no plan was necessary.
		wouldAdd: paths(added),
		wouldDrop: paths(removed),
		wouldChange: changed.map(({ aspects, path }) => ({ path: pathToJson(path), aspects })),
		wouldSet: settings,
		missed: (cage.missed?.missing ?? []).map(missingToJson),
		// What `--accept` takes and nobody accepted yet, and everything that was acknowledged and is still reported.
		open: openNames(cage),
		acknowledged: [...acknowledged.values()].map((one) => ({ finding: one.id, ...acknowledgementToJson(one) })),
	};
}

export function acknowledgementToJson(acknowledgement: Acknowledgement) {
	const { at, by, until } = acknowledgement;
	return { by, at, until: until ?? null };
}

export function driftToJson({ files, ...drift }: PackageDrift) {
	return { ...drift, files: files.map(({ change, path }) => ({ path: pathToJson(path), change })) };
}
