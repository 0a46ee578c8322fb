import type { Messages } from "../../messages/messages.ts";
import { type CageRecord, selftestOf } from "../record.ts";

/** A record in a folder with those of all cages. */
export interface WrittenRecord {
	readonly record: CageRecord;
	/** Its name in the folder. */
	readonly file: string;
	readonly sha256: string;
}

/** A cage without a record, because its description or manifest is unreadable. */
export interface DamagedCage {
	readonly name: string;
	readonly damage: string;
}

export interface RecordIndex {
	readonly host: string;
	readonly writtenAt: string;
	readonly written: readonly WrittenRecord[];
	readonly damaged: readonly DamagedCage[];
}

/** `cagewright/record-index/1`. Unknown values are null. */
export function indexToJson({ damaged, host, written, writtenAt }: RecordIndex) {
	const cages = written.map(({ file, record, sha256 }) => ({
		name: record.cage.name,
		file,
		sha256,
		generation: record.manifest.generation,
		madeAt: record.manifest.madeAt,
		template: record.cage.template ?? null,
		...summaryOf(record),
		approved: record.responsible.approved ?? null,
	}));
	return { host, writtenAt, cages, damaged };
}

export function indexMarkdown({ damaged, host, written, writtenAt }: RecordIndex, { record: { index } }: Messages): string {
	const rows = written.map(({ file, record }) => {
		const { dangers, escapes, outdated, warnings } = summaryOf(record);
		const { approved } = record.responsible;
		return [
			`[${record.cage.name}](${file})`,
			record.manifest.generation,
			record.manifest.madeAt,
			dangers ?? index.open,
			warnings ?? index.open,
			outdated === null ? index.open : outdated ? index.yes : index.no,
			escapes ?? index.open,
			approved?.generation === record.manifest.generation ? approved.by.replaceAll("|", "\\|") : index.open,
		];
	});
	const lines = [index.head, index.head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |\n`);
	const notes = damaged.map(({ damage, name }) => `\n- ${name}: ${damage}\n`);
	return `# ${index.title(host)}\n\n${writtenAt}\n\n${lines.join("")}${notes.join("")}`;
}

function summaryOf(record: CageRecord) {
	const count = (wanted: "danger" | "warning") =>
		record.check?.findings.filter(({ severity }) => severity === wanted).length ?? null;
	return {
		dangers: count("danger"),
		warnings: count("warning"),
		outdated: record.check?.outdated ?? null,
		escapes: selftestOf(record)?.escaped.length ?? null,
	};
}
