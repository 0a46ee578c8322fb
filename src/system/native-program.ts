import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { withAppended } from "../core/native-program.ts";
import { programFolder } from "./program-folder.ts";

/** The programs of native/, by the names of their sources. */
export type NativeProgram =
	| "accept"
	| "confine"
	| "environment"
	| "file-flags"
	| "init"
	| "landlock"
	| "log-reader"
	| "network"
	| "pipes"
	| "probe-entry"
	| "sockets";

const folder = () => join(programFolder(), "dist", "native", process.arch);

/** Whether this installation has programs for this processor. */
export function supportsProcessor(): boolean {
	return existsSync(folder());
}

/**
 * Returns a static program of native/ for this processor, with the data that it reads from its own memory. Throws `processor-unsupported`
 * (exit 3) if this installation has none for it.
 */
export function nativeProgram(name: NativeProgram, data?: Uint8Array): Buffer {
	try {
		return withAppended(readFileSync(join(folder(), name)), data);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	}
}

/** Those that have no data. */
type HostProgram = "audit" | "connect" | "decoys" | "escape" | "failures" | "failures.bpf" | "observe";

/** Returns the path of a program. Throws `processor-unsupported` (exit 3). */
export function nativeProgramFile(name: HostProgram): string {
	const file = join(folder(), name);
	if (!existsSync(file)) throw new Failure("processor-unsupported", { processor: process.arch }, 3);
	return file;
}
