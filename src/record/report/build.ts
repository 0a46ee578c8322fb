import type { Messages } from "../../messages/messages.ts";
import { type SectionName, sectionNames } from "../checklist.ts";
import type { CageRecord } from "../record.ts";
import { accounts, confinement, devices, permissions } from "./confinement.ts";
import { application, configuration, files, leftOut, packages, updates } from "./contents.ts";
import { type Block, code, type RecordDocument, text } from "./document.ts";
import { checklist, checklistCount, responsibilities, risks, signatures } from "./responsibilities.ts";
import { coverage, history, selftest, trials } from "./trials.ts";

/** The blocks of each section. */
const parts: Readonly<Record<SectionName, (record: CageRecord, messages: Messages) => Block[]>> = {
	responsibilities,
	application,
	checklist,
	risks,
	trials,
	selftest,
	confinement,
	accounts,
	devices,
	configuration,
	permissions,
	updates,
	coverage,
	pictures: () => [
		{ kind: "picture", picture: "bytes" },
		{ kind: "picture", picture: "dependencies" },
	],
	packages,
	"left-out": leftOut,
	files,
	signatures,
	history,
};

export function recordDocument(record: CageRecord, messages: Messages): RecordDocument {
	const words = messages.record;
	return {
		title: words.title(record.cage.name),
		intro: words.intro,
		facts: [
			[words.parts.written, record.writtenAt],
			[words.generation, String(record.manifest.generation)],
			[words.parts.fingerprint, code(record.fingerprint)],
			[words.parts.evidence, [{ section: "checklist", text: checklistCount(record, messages) }]],
		],
		sections: sectionNames.map((id) => {
			const blocks = parts[id](record, messages);
			return { id, title: words.parts.sections[id], blocks: blocks.length ? blocks : [text(words.parts.none)] };
		}),
	};
}
