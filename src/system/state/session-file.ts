import type { Path } from "../../core/path/path.ts";
import { openForReading } from "../files/descriptor.ts";

/** A plain file of root or of us, that nobody else may write to, no larger than this; the last part of its path is no link. */
export async function isOurs(path: Path, mostBytes: number): Promise<boolean> {
	const file = await openForReading(path).catch(() => undefined);
	try {
		const stats = await file?.stat();
		return stats?.isFile() === true && isOwn(stats) && stats.nlink === 1 && stats.size <= mostBytes;
	} finally {
		await file?.close();
	}
}

/** Of root or of us, and for nobody else to write to. */
export function isOwn({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
	return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}
