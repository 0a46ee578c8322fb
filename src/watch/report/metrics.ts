import { reportedFinding } from "../../check/acknowledgement.ts";
import { type CheckedCage, type CheckedFinding, isOutdated } from "../../check/checked-cage.ts";
import { printableLines } from "../../cli/format.ts";
import { recentOnes } from "../alarm.ts";
import type { MeasuredCage } from "../engine/metrics.ts";

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [value: number, labels?: Labels];

/**
 * All metrics in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats). `now` is in milliseconds since
 * 1970. A value that is unknown, such as the result of a self-test that did not run, has no sample.
 */
export function metricsText(cages: readonly MeasuredCage[], version: string, now: number): string {
	const each = (samples: (one: MeasuredCage) => readonly Sample[]) =>
		cages.flatMap((one) => samples(one).map(([value, labels = {}]): Sample => [value, { cage: one.checked.name, ...labels }]));
	const since1970 = (time: string | undefined): readonly Sample[] => (time === undefined ? [] : [[Date.parse(time) / 1000]]);
	return [
		gauge("cagewright_build_info", "Version of Cagewright.", [[1, { version }]]),
		gauge("cagewright_last_check_timestamp_seconds", "Time of this check.", [[now / 1000]]),
		gauge("cagewright_cages", "Number of built cages.", [[cages.length]]),
		gauge(
			"cagewright_cage_info",
			"Present generation of the cage, and the template and unit that it was made from.",
			each(({ cage, checked: { generation } }) => [
				[1, { generation: generation ?? "", template: cage?.template ?? "", unit: cage?.unit ?? "" }],
			]),
		),
		gauge(
			"cagewright_cage_damaged",
			"1 if the description or manifest of the cage is unreadable.",
			each(({ checked: { damage } }) => [[damage ? 1 : 0]]),
		),
		gauge(
			"cagewright_cage_generation_timestamp_seconds",
			"Time when the present generation was built.",
			each(({ checked: { madeAt } }) => since1970(madeAt)),
		),
		gauge(
			"cagewright_cage_findings",
			"Findings of the audit. The state is open, or accepted by an administrator or in the record.",
			each(({ checked: { acknowledged, findings } }) =>
				["danger", "warning"].flatMap((severity) =>
					["open", "accepted"].map((state): Sample => {
						const isCounted = (one: (typeof findings)[number]) =>
							one.severity === severity && isAccepted(one, acknowledged) === (state === "accepted");
						return [findings.filter(isCounted).length, { severity, state }];
					}),
				),
			),
		),
		gauge(
			"cagewright_cage_outdated",
			"1 if an update would change the cage.",
			each(({ checked }) => [[isOutdated(checked) ? 1 : 0]]),
		),
		gauge(
			"cagewright_cage_outdated_files",
			"Files of the cage that changed on the host since they were copied.",
			each(({ checked: { drift } }) => [[drift.reduce((sum, { files }) => sum + files.length, 0)]]),
		),
		gauge(
			"cagewright_cage_security_updates",
			"Packages with a security update that the host has and the cage does not.",
			each(({ checked: { drift } }) => [[drift.filter(({ security }) => security).length]]),
		),
		gauge(
			"cagewright_cage_outdated_processes",
			"Applications that still run in an older generation.",
			each(({ checked: { behind } }) => [[behind.length]]),
		),
		gauge(
			"cagewright_cage_selftest_timestamp_seconds",
			"Time of the last self-test.",
			each(({ cage }) => since1970(cage?.selftest?.at)),
		),
		gauge(
			"cagewright_cage_selftest_techniques",
			"Escape techniques that the last self-test tried.",
			each(({ cage }) => (cage?.selftest ? [[cage.selftest.tried]] : [])),
		),
		gauge(
			"cagewright_cage_selftest_escapes",
			"Escape techniques that succeeded in the last self-test.",
			each(({ cage }) => (cage?.selftest ? [[cage.selftest.escaped.length]] : [])),
		),
		gauge(
			"cagewright_cage_recent_alarms",
			"Alarms of the last 24 hours.",
			each(({ alarms }) =>
				["high", "medium"].map((severity) => [
					countOf(recentOnes(alarms, now).filter((alarm) => alarm.severity === severity)),
					{ severity },
				]),
			),
		),
		gauge(
			"cagewright_cage_recent_denials",
			"System calls and files that the kernel refused the application in the last 24 hours, as far as they raised an alarm.",
			each(({ alarms }) => [
				[countOf(recentOnes(alarms, now).filter(({ result }) => result === "refused" || result === "killed"))],
			]),
		),
	].join("");
}

function isAccepted(finding: CheckedFinding, acknowledged: CheckedCage["acknowledged"]): boolean {
	return finding.accepted || finding.known || acknowledged.has(reportedFinding(finding).id);
}

const countOf = (alarms: readonly { readonly count: number }[]) => alarms.reduce((sum, { count }) => sum + count, 0);

/** Empty if nothing was measured. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
	if (!samples.length) return "";
	const lines = samples.map(([value, labels]) => `${name}${labelsText(labels)} ${value}\n`);
	return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function labelsText(labels: Labels = {}): string {
	// The text may be printed to a terminal. The format itself has an escape for line breaks.
	const escaped = (value: string | number) =>
		printableLines(String(value)).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
	return pairs.length ? `{${pairs.join(",")}}` : "";
}
