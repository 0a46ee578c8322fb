import { printable, showPath } from "../../core/path/quote.ts";
import type { FileRow } from "../../core/wizard/files.ts";
import type { Messages } from "../../messages/messages.ts";
import { showReason } from "../../report/reasons.ts";

/** Everything that is known about an entry of the plan. */
export function whyFileRow(row: FileRow, messages: Messages): string[] {
	return [showPath(row.path), "", ...facts(row, messages)];
}

function facts(row: FileRow, messages: Messages): string[] {
	const words = messages.wizard.files;
	if (row.kind === "state") {
		const { gid, mode, reasons, seeds, uid } = row.directory;
		return [
			...reasons.map((reason) => `- ${showReason(reason, messages)}`),
			messages.fill(words.whyMode, { mode: mode.toString(8), uid, gid }),
			...seeds.map((seed) => `- ${showPath(seed.path)} ${messages.bytes(seed.bytes)}`),
		];
	}
	const { decision, gid, mode, reasons, risks, target, uid } = row.entry;
	const owner = row.entry.package;
	return [
		...reasons.map((reason) => `- ${showReason(reason, messages)}`),
		...risks.map((risk) => `! ${messages.risk(risk)}`),
		...(target === undefined ? [] : [`-> ${showPath(target)}`]),
		...(owner ? [messages.fill(words.fromPackage, { name: printable(owner.name), version: printable(owner.version) })] : []),
		messages.fill(words.whyMode, { mode: mode.toString(8), uid, gid }),
		decision === "include" ? words.goesIn : words.leftOut,
	];
}
