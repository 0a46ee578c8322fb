import { type ChecklistItem, checklistOf, type ItemId } from "../../core/record/checklist.ts";
import type { CageRecord } from "../../core/record/record.ts";
import { residualRisks } from "../../core/record/residual-risks.ts";
import { isApproved } from "../../core/record/responsible.ts";
import type { Messages } from "../../messages/messages.ts";
import { requirement, safeguard, safeguardInGerman } from "../../messages/safeguard.ts";
import { type Block, type Cell, facts, heading, type Inline, table, text } from "./document.ts";

/** Sections for responsible persons: their names, the safeguard's requirements, and the remaining risks. */

export function responsibilities({ evidence, manifest, responsible }: CageRecord, messages: Messages): Block[] {
	const { parts, who } = messages.record;
	const { approved } = responsible;
	const said = (name: string | undefined): Inline => name ?? { state: "person", text: parts.open };
	const approval = (): Inline => {
		if (!approved) return said(undefined);
		const values = { who: approved.by, at: approved.at, generation: approved.generation };
		if (isApproved(responsible, manifest.generation)) return messages.fill(parts.approvedFor, values);
		return { state: "person", text: messages.fill(parts.otherApproval, values) };
	};
	return [
		facts([
			[parts.purpose, said(responsible.purpose)],
			[parts.initiatedBy, said(responsible.initiatedBy)],
			[parts.implementedBy, said(responsible.implementedBy)],
			[parts.approvedBy, approval()],
			[who, evidence?.who ?? { state: "open", text: parts.noEvidence }],
		]),
	];
}

export function checklist(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record.checklist;
	const items = checklistOf(record);
	const rows = (source: string) =>
		items
			.filter(({ id }) => id.startsWith(source))
			.map((item): Cell[] => [
				number(item.id),
				sentence(item.id, messages),
				{ state: item.state, text: words.states[item.state] },
				evidenceText(item, record, messages),
				item.sections.flatMap((section, index): Inline[] => [
					...(index ? [", "] : []),
					{ section, text: messages.record.parts.sections[section] },
				]),
			]);
	return [
		text(words.intro),
		text(checklistCount(record, messages)),
		...(["s", "r", "q"] as const).flatMap((source) => [
			heading(words.sources[source]),
			...table(`checklist-${source}`, words.head, rows(source)),
		]),
	];
}

/** Counts of items by state. The open ones include those that only a person can answer. */
export function checklistCount(record: CageRecord, messages: Messages): string {
	const items = checklistOf(record);
	const count = (state: ChecklistItem["state"]) => items.filter((item) => item.state === state).length;
	const [shown, failed, person] = [count("shown"), count("failed"), count("person")];
	const open = count("open") + person;
	return messages.fill(messages.record.checklist.count, { of: items.length - count("explains"), shown, failed, open, person });
}

function number(id: ItemId): string {
	return id.startsWith("r") ? `A10-${id.slice(1)}` : id.startsWith("q") ? `Q${id.slice(1)}` : id.slice(1);
}

/** A literal quotation gets quotation marks. */
function sentence(id: ItemId, messages: Messages): Cell {
	const { language } = messages;
	const quote = (words: string) => (language === "de" ? `„${words}“` : `“${words}”`);
	const own: Readonly<Record<string, string>> = safeguardInGerman;
	const english: Readonly<Record<string, string>> = safeguard;
	const published: Readonly<Record<string, string>> = requirement[language];
	const questions: Readonly<Record<string, string>> = messages.record.checklist.questions;
	const cited = english[id];
	if (cited !== undefined) return language === "de" ? [`“${cited}”`, ` – ${own[id] ?? ""}`] : quote(cited);
	return published[id] === undefined ? (questions[id] ?? "") : quote(published[id]);
}

function evidenceText(
	{ id, state, values }: ChecklistItem,
	{ check, manifest, responsible }: CageRecord,
	messages: Messages,
): string {
	const { evidence, failed, missing } = messages.record.checklist;
	if (state === "failed") return messages.fill(failed[id] ?? evidence[id], values);
	if (state === "open") return id === "q6" && check ? messages.fill(missing.updates, values) : missing.open;
	if (state !== "person") return messages.fill(evidence[id], values);
	const { approved } = responsible;
	if (id === "q9" && approved && !isApproved(responsible, manifest.generation)) {
		return messages.fill(missing.approval, { who: approved.by, generation: approved.generation });
	}
	if (id === "r3") return values.isOff ? missing.profiles : missing.profile;
	// Evidence is shown even if a person has to add the rest.
	if (id !== "s14") return missing.person;
	const found = values.raised ? missing.unwatched : values.watches ? missing.unproven : missing.detection;
	return messages.fill(found, values);
}

export function risks(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record.risks;
	return [
		text(words.intro),
		...table(
			"risks",
			words.head,
			residualRisks(record).map(({ code, severity, values }): Cell[] => [
				{
					state: severity === "high" ? "failed" : severity === "medium" ? "person" : "explains",
					text: words.severities[severity],
				},
				messages.fill(words.what[code], values),
				words.remedy[code],
			]),
		),
	];
}

export function signatures({ manifest, responsible }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const approver = isApproved(responsible, manifest.generation) ? responsible.approved?.by : undefined;
	return table("signatures", parts.signHead, [
		[parts.initiatedBy, responsible.initiatedBy ?? "", "", ""],
		[parts.implementedBy, responsible.implementedBy ?? "", "", ""],
		[parts.approvedBy, approver ?? "", "", ""],
	]);
}
