import { omitUndefined } from "../base/collections.ts";
import type { HistoryLine } from "./record.ts";

/** A record that was written to a file with its checksum, as in the cage's append-only log. */
interface WrittenRecord {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** An absolute path. */
	readonly file: string;
	readonly sha256: string;
	readonly generation: number;
	/** The fingerprint of the cage's files in the record. */
	readonly fingerprint: string;
}

export const recordedAction = "recorded";

export const verdicts = ["as-written", "changed", "unlogged", "unknown"] as const;

export interface Verification {
	/**
	 * `as-written`: the log contains this content. `changed`: the log contains the file with other content. `unlogged`: only the
	 * checksum file confirms it, which an attacker could have written too. `unknown`: nothing confirms it.
	 */
	readonly verdict: (typeof verdicts)[number];
	/** The log's entry for this content or, failing that, for this file name. */
	readonly written?: WrittenRecord;
	/** Result of comparing with the checksum file. */
	readonly beside: "same" | "differs" | "absent";
	/** Whether the cage still has the files of that record. */
	readonly current?: boolean;
}

interface FileToVerify {
	readonly file: string;
	readonly sha256: string;
	/** Content of the checksum file. */
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
	return { verdict, beside, ...omitUndefined({ written }), ...(same ? { current: same.fingerprint === fingerprint } : {}) };
}

export function isAsWritten({ beside, verdict }: Verification): boolean {
	return verdict === "as-written" && beside !== "differs";
}

/** Returns a line as sha256sum(1) writes it, which marks and escapes names with line ends. */
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
