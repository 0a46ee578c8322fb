import { driftedPaths, type PackageDrift } from "../core/cage/drift.ts";
import { isAboutAccount } from "../core/cage/finding.ts";
import { type Path, pathToJson } from "../core/path/path.ts";
import { printable, showPath } from "../core/path/quote.ts";
import { type CheckedCage, isOutdated } from "../engine/upkeep/check.ts";
import type { Messages } from "../messages/messages.ts";
import { changedText, settingsText } from "./format.ts";
import { missedLine, missingToJson } from "./trial.ts";

/** Results of `check`, one line per finding: name, place, meaning and fix. Host files are shown by package. */
export function checkedText(cage: CheckedCage, messages: Messages): string {
	const { behind, damage, drift, findings, name } = cage;
	const words = messages.cli.check;
	if (damage) return `${name}: ${words.damaged}: ${messages.failure(damage)}`;
	const lines = findings.map((finding) => {
		const { accepted, code, known, path, severity } = finding;
		const { fix, what } = messages.finding(finding);
		const state = accepted ? words.accepted : known ? words.known : words[severity];
		const place = isAboutAccount(code) ? "" : ` ${showPath(path)}`;
		return `${name}: ${state} ${code}${place}: ${what}. ${fix}`;
	});
	for (const one of drift) {
		const state = one.security ? words.securityUpdate : words.update;
		lines.push(`${name}: ${state} ${driftText(one, messages)}`);
	}
	const { added, changed, dropped, settings } = changesOf(cage);
	const others = [
		...(added.length ? [words.wouldAdd(added.length, shorten(added, showPath))] : []),
		...(dropped.length ? [words.wouldDrop(dropped.length, shorten(dropped, showPath))] : []),
		...(changed.length
			? [
					words.wouldChange(
						changed.length,
						shorten(changed, (one) => changedText(one, messages)),
					),
				]
			: []),
		...(settings.length ? [words.wouldSet(settingsText(settings, messages))] : []),
	];
	for (const other of others) lines.push(`${name}: ${words.update} ${other}`);
	if (cage.missed)
		lines.push(
			`${missedLine(name, cage.missed.watched, cage.missed.missing, messages)}. ${messages.cli.watch.take(`cagewright update ${name} --take-missed`)}`,
		);
	if (drift.length || others.length) lines.push(`${name}: ${words.toUpdate(name)}`);
	if (behind.length) lines.push(`${name}: ${words.warning} ${words.behind(name, behind.join(", "))}`);
	return lines.length ? lines.join("\n") : `${name}: ${words.clean}`;
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

/** Changes that a build of today would make, without files that the drift already names. */
function changesOf({ drift, plan }: CheckedCage) {
	const drifted = driftedPaths(drift);
	const withoutDrifted = (entries: readonly { readonly path: Path; readonly kind: string }[]) => {
		const files = entries.filter(({ kind }) => kind !== "directory");
		// A directory is named only if nothing in it is.
		return (files.length ? files : entries).map(({ path }) => path).filter((path) => !drifted.has(path));
	};
	return {
		added: withoutDrifted(plan?.added ?? []),
		dropped: withoutDrifted(plan?.removed ?? []),
		changed: (plan?.changed ?? []).filter(({ path }) => !drifted.has(path)),
		settings: plan?.settings ?? [],
	};
}

/** One line and an exit status for monitoring (Nagios plugin API: 0 OK, 1 WARNING, 2 CRITICAL), with performance data. */
export function nagiosLine(
	cages: readonly CheckedCage[],
	messages: Messages,
): { readonly text: string; readonly status: number } {
	const words = messages.cli.check;
	const isOpen = ({ accepted, known }: CheckedCage["findings"][number]) => !accepted && !known;
	const dangers = cages.filter(
		({ damage, findings }) => damage !== undefined || findings.some((one) => isOpen(one) && one.severity === "danger"),
	);
	const security = cages.filter(({ drift }) => drift.some((one) => one.security));
	const outdated = cages.filter(isOutdated);
	const warned = cages.filter(
		({ behind, findings }) => behind.length > 0 || findings.some((one) => isOpen(one) && one.severity === "warning"),
	);
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

function names(cages: readonly CheckedCage[]): string {
	return cages.map(({ name }) => name).join(", ");
}

export function checkedToJson(cage: CheckedCage, messages: Messages): object {
	const { behind, damage, drift, findings, generation, name } = cage;
	const { added, changed, dropped, settings } = changesOf(cage);
	return {
		name,
		...(generation === undefined ? {} : { generation }),
		...(damage ? { damage: messages.failure(damage) } : {}),
		findings: findings.map((finding) => ({
			code: finding.code,
			path: pathToJson(finding.path),
			severity: finding.severity,
			accepted: finding.accepted,
			known: finding.known,
			values: finding.values,
			what: messages.finding(finding).what,
			close: messages.finding(finding).fix,
		})),
		outdated: isOutdated(cage),
		behind,
		drift: drift.map(driftToJson),
		// Without those files. Also empty if nothing was touched or installed, so that no plan was necessary.
		wouldAdd: added.map(pathToJson),
		wouldDrop: dropped.map(pathToJson),
		wouldChange: changed.map(({ aspects, path }) => ({ path: pathToJson(path), aspects })),
		wouldSet: settings,
		missed: (cage.missed?.missing ?? []).map(missingToJson),
	};
}

export function driftToJson({ files, ...drift }: PackageDrift): object {
	return { ...drift, files: files.map(({ change, path }) => ({ path: pathToJson(path), change })) };
}
