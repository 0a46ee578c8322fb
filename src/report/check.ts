import { pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { CheckedCage } from "../engine/check.ts";
import type { Messages } from "../messages/messages.ts";

/** What a check found, one line a finding: which, where, what it means, and how to close it. */
export function checkedText({ damage, findings, name }: CheckedCage, messages: Messages): string {
	const words = messages.cli.check;
	if (damage) return `${name}: ${words.damaged}: ${messages.failure(damage)}`;
	if (!findings.length) return `${name}: ${words.clean}`;
	return findings
		.map((finding) => {
			const { accepted, code, known, path, severity } = finding;
			const { close, what } = messages.finding(finding);
			const state = accepted ? words.accepted : known ? words.known : words[severity];
			return `${name}: ${state} ${code} ${showPath(path)}: ${what}. ${close}`;
		})
		.join("\n");
}

export function checkedToJson({ damage, findings, generation, name }: CheckedCage, messages: Messages): object {
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
			...messages.finding(finding),
		})),
	};
}
