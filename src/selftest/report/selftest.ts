import { omitUndefined } from "../../base/collections.ts";
import { printable } from "../../base/path/quote.ts";
import type { AlarmCoverage, SelftestSummary } from "../../cage/cage.ts";
import { indent, table } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import type { Outcome } from "../outcomes.ts";
import type { Check } from "../outside.ts";
import { isWarning } from "../outside.ts";
import { groups, type Permission } from "../technique.ts";
import {
	countsOf,
	failedChecks,
	holds,
	permittedByPlan,
	type RankedResult,
	type Selftest,
	silentReason,
	summariseSelftest,
	withOutcome,
} from "../verdict.ts";

export function selftestToJson(name: string, test: Selftest) {
	const { alarms, audit, control, network, seconds, unit, ways } = test;
	const { escaped, openByDesign, tried } = summariseSelftest(test, "");
	const findings = failedChecks(test).map(({ id }) => id);
	const under = {
		...omitUndefined({ unit }),
		...(alarms ? { alarm: { ...coverageToJson(alarms), reasons: silentReasons(test, alarms) } } : {}),
	};
	return { name, ...under, holds: holds(test), network, tried, escaped, openByDesign, findings, ways, audit, control, seconds };
}

function coverageToJson({ filtered, raised, silent, slowest }: AlarmCoverage) {
	return { tried: filtered, raised, silent, seconds: slowest };
}

function silentReasons(test: Selftest, { silent }: AlarmCoverage) {
	return Object.fromEntries(silent.map((id) => [id, silentReason(test, id)]));
}

/** Which techniques raise an alarm, in one line. */
export function alarmCoverageText({ filtered, raised, slowest }: AlarmCoverage, messages: Messages): string {
	return messages.selftest.alarms(raised, filtered, slowest);
}

export function selftestText(name: string, test: Selftest, messages: Messages): string {
	const words = messages.selftest;
	const escaped = withOutcome(test, "escaped");
	const findings = failedChecks(test);
	return [
		test.unit === undefined ? words.title(name) : words.titleOfUnit(name, test.unit),
		waysTable(test, messages),
		"",
		words.outside,
		indent(table(test.audit.map((check) => checkRow(check, messages)))),
		"",
		...[...escaped, ...withOutcome(test, "open")].flatMap((way) => [wayTitle(way.id, messages), ...wayDetails(way, messages)]),
		...findings.flatMap((check) => [words.checks[check.id], ...checkDetails(check, messages)]),
		words.control(test.control.before, test.control.after),
		...(test.alarms
			? [
					alarmCoverageText(test.alarms, messages),
					...test.alarms.silent.map(
						(id) => `  ${words.silent(wayTitle(id, messages), words.silentReasons[silentReason(test, id)])}`,
					),
				]
			: []),
		...(holds(test)
			? [words.holds(countsOf(test).refused, countsOf(test).open)]
			: [words.leaks(escaped.length, findings.length), words.toFix]),
	].join("\n");
}

/** All groups in one table, so that the columns are aligned. */
function waysTable(test: Selftest, messages: Messages): string {
	const words = messages.selftest;
	const rows = test.ways.map((way) => [
		`    ${wayTitle(way.id, messages)}`,
		`${words.outcomes[way.outcome]} ${way.detail}`.trimEnd(),
		way.outcome === "refused" ? stopsText(way, messages) : "",
	]);
	const lines = table(rows).split("\n");
	return groups
		.flatMap((group) => [`  ${words.groups[group]}`, ...lines.filter((_, index) => test.ways[index]?.group === group)])
		.join("\n");
}

/** The number of techniques by result, in one line. */
export function verdictText(test: Selftest, messages: Messages): string {
	const words = messages.wizard.trial;
	const counts = countsOf(test);
	const parts = [
		messages.fill(words.tested, counts),
		...(counts.other ? [messages.fill(words.testedOther, counts)] : []),
		...(counts.missing ? [messages.fill(words.missingLayers, counts)] : []),
	];
	return parts.join("; ");
}

/** A finding with its mark, followed by explanations. */
export function resultLines(result: RankedResult, messages: Messages): string[] {
	const words = messages.selftest;
	if (result.kind === "way") {
		const { way } = result;
		const mark = result.urgency === "act" ? "[!!]" : result.urgency === "design" ? "[--]" : "[ok]";
		return [`${mark} ${words.outcomes[way.outcome]}: ${wayTitle(way.id, messages)}`, ...wayDetails(way, messages)];
	}
	const { check } = result;
	const mark =
		result.urgency === "act" ? `[!!] ${words.missingMark}` : result.urgency === "design" ? `[--] ${words.noteMark}` : "[ok]";
	return [`${mark}${check.ok ? "" : ":"} ${words.checks[check.id]}`, ...checkDetails(check, messages)];
}

/** The meaning of an attempt's result and the remedy, one sentence per line. */
function wayDetails(way: Outcome, messages: Messages): string[] {
	const words = messages.selftest;
	switch (way.outcome) {
		case "open":
			return way.opens.map((permission) => words.openBy(permissionText(permission, messages)));
		case "escaped":
			return [
				words.means(`${words.meanings[way.group]}.`),
				words.shouldStop(stopsText(way, messages)),
				...[...new Set(way.stoppedBy.map((stop) => words.closing.stops[stop]))].map((how) => words.fix(`${how}.`)),
			];
		case "refused":
			return [words.stopped(stopsText(way, messages), way.detail)];
		default:
			return [];
	}
}

function checkDetails(check: Check, messages: Messages): string[] {
	const words = messages.selftest;
	const [means = "", close = ""] = words.closing.checks[check.id];
	const found = check.found.length ? [`  ${printable(check.found.join(", "))}`] : [];
	if (check.ok) return [];
	if (check.instead !== undefined) return [...found, `  ${words.instead[check.instead]}`];
	return [...found, words.means(means), words.fix(close)];
}

function checkRow(check: Check, messages: Messages): string[] {
	const words = messages.selftest;
	const verdict = check.ok ? words.ok : isWarning(check) ? words.noteMark : words.missingMark;
	const instead = check.instead === undefined ? [] : [words.instead[check.instead]];
	return [verdict, words.checks[check.id], [printable(check.found.join(", ")), ...instead].filter(Boolean).join(": ")];
}

export function wayTitle(id: string, messages: Messages): string {
	const titles: Readonly<Record<string, string>> = messages.selftest.techniques;
	return titles[id] ?? id;
}

function stopsText(way: Outcome, messages: Messages): string {
	return way.stoppedBy.map((stop) => messages.selftest.stops[stop]).join(", ");
}

function permissionText(permission: Permission, messages: Messages): string {
	const { permissions } = messages.selftest;
	switch (permission) {
		case "network":
		case "abstract-sockets":
		case "ports":
		case "executable-data":
		case "memfd":
		case "proc":
		case "writable-code":
			return permissions[permission];
		default:
			return permission.startsWith("weak ")
				? permissions.weak(permission.slice("weak ".length))
				: permissions.capability(permission.slice("capability ".length));
	}
}

/** As printed by `make` and `trial`; null if there was no self-test. */
export function selftestToMadeJson(summary: SelftestSummary | undefined, alarms: AlarmCoverage | undefined) {
	if (!summary) return null;
	const { escaped, findings, openByDesign, tried } = summary;
	return { escaped, openByDesign, tried, findings, alarm: alarms ? coverageToJson(alarms) : null };
}

/** A summary of a few lines, for `make` and the record. */
export function selftestLines(summary: SelftestSummary | undefined, messages: Messages): string[] {
	const words = messages.selftest;
	if (!summary) return [words.notTried];
	const { at, escaped, findings, openByDesign, tried } = summary;
	// Some titles contain a comma.
	const titles = (ids: readonly string[]) => ids.map((id) => wayTitle(id, messages)).join("; ");
	const permitted = permittedByPlan(openByDesign);
	const unsupported = openByDesign.filter((id) => !permitted.includes(id));
	return [
		words.tried(tried, at),
		...(escaped.length ? [words.escaped(titles(escaped))] : []),
		...(findings.length ? [words.missing(findings.join(", "))] : []),
		...(escaped.length || findings.length ? [] : [words.noEscape]),
		...(permitted.length ? [words.permitted(titles(permitted))] : []),
		...(unsupported.length ? [words.unsupported(titles(unsupported))] : []),
	];
}
