import type { HistoryLine } from "./record.ts";

/** A record as it was written to a file with its checksum; kept in the cage's log, to which is only added. */
interface WrittenRecord {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** Absolute. */
	readonly file: string;
	readonly sha256: string;
	readonly generation: number;
	/** Of the cage's files, as the record has it. */
	readonly fingerprint: string;
}

export const recordedAction = "recorded";

export interface Verification {
	/**
	 * `as-written`: the log knows this very content. `changed`: it knows the file, with another content. `unlogged`: only the checksum beside it speaks for
	 * it, which whoever changed it could have written. `unknown`: nothing does.
	 */
	readonly verdict: "as-written" | "changed" | "unlogged" | "unknown";
	/** Where the log knows it, or what it knew under the name of the file. */
	readonly written?: WrittenRecord;
	/** What the checksum beside the file says of it. */
	readonly beside: "same" | "differs" | "absent";
	/** Whether the cage has the same files today as in that record. */
	readonly current?: boolean;
}

interface FileToVerify {
	readonly file: string;
	readonly sha256: string;
	/** The text of the file with its checksum. */
	readonly checksum?: string;
}

export function verifyRecord(
	{ checksum, file, sha256 }: FileToVerify,
	history: readonly HistoryLine[],
	fingerprint: string,
): Verification {
	const lines = history.flatMap(writtenRecord);
	const expected = checksum === undefined ? undefined : readChecksum(checksum);
	const beside = checksum === undefined ? "absent" : expected === sha256 ? "same" : "differs";
	const same = lines.findLast((one) => one.sha256 === sha256);
	const other = lines.findLast((one) => one.file === file);
	const written = same ?? other;
	const verdict = same ? "as-written" : other ? "changed" : beside === "same" ? "unlogged" : "unknown";
	return { verdict, beside, ...(written ? { written } : {}), ...(same ? { current: same.fingerprint === fingerprint } : {}) };
}

export function isAsWritten({ beside, verdict }: Verification): boolean {
	return verdict === "as-written" && beside !== "differs";
}

/** A line of sha256sum(1), which marks a name with a line end in it and escapes that. */
export function checksumLine(sha256: string, name: string): string {
	const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
	return `${escaped === name ? "" : "\\"}${sha256}  ${escaped}\n`;
}

function readChecksum(text: string): string | undefined {
	return /^\\?([0-9a-f]{64}) [ *]/.exec(text)?.[1];
}

function writtenRecord({ action, details, time }: HistoryLine): WrittenRecord[] {
	if (action !== recordedAction) return [];
	const { file, fingerprint, generation, sha256 } = JSON.parse(details) as Partial<WrittenRecord>;
	if (typeof file !== "string" || typeof sha256 !== "string") return [];
	return [{ at: time, file, sha256, generation: Number(generation), fingerprint: String(fingerprint) }];
}
