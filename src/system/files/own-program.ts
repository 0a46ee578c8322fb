import { accessSync, closeSync, constants, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { transientName } from "../state/process.ts";

/**
 * A descriptor of an executable of ours, which has no name any more, so that nothing of it outlives this process. `/proc/self/fd/N` executes it. It
 * is written to `folder`, or to a common place where that is mounted noexec or cannot be written. Throws `nowhere-executable` (exit 3).
 */
export function openProgram(folder: string, program: Uint8Array): number {
	for (const place of [folder, "/run", tmpdir(), "/dev/shm"]) {
		const descriptor = openUnnamed(place, program);
		if (descriptor === undefined) continue;
		try {
			accessSync(`/proc/self/fd/${descriptor}`, constants.X_OK);
			return descriptor;
		} catch {
			closeSync(descriptor);
		}
	}
	throw new Failure("nowhere-executable", { folder }, 3);
}

function openUnnamed(folder: string, content: Uint8Array): number | undefined {
	const file = join(folder, transientName("scratch"));
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		writeFileSync(file, content, { flag: "wx", mode: 0o700 });
	} catch {
		return undefined;
	}
	try {
		return openSync(file, "r");
	} finally {
		unlinkSync(file);
	}
}
