import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { withAppended } from "../core/native-program.ts";
import { errorName } from "./files/errors.ts";
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
		throw errorName(error) === "ENOENT" ? unsupported() : error;
	}
}

function unsupported(): Failure {
	return new Failure("processor-unsupported", { processor: process.arch }, 3);
}

/** Those that have no data, and run from this installation. */
type HostProgram = "audit" | "connect" | "decoys" | "escape" | "failures" | "observe";

/** Returns the path of a program. Throws `processor-unsupported`, or `own-program-not-executable`, e.g. on a noexec file system (exit 3). */
export function nativeProgramFile(name: HostProgram): string {
	const path = join(folder(), name);
	try {
		accessSync(path, constants.X_OK);
		return path;
	} catch (error) {
		throw errorName(error) === "ENOENT" ? unsupported() : new Failure("own-program-not-executable", { path }, 3);
	}
}

/** Returns the path of the code that `failures` loads into the kernel. Undefined if this build had no compiler for it. */
export function failureProbe(): string | undefined {
	const path = join(folder(), "failures.bpf");
	return existsSync(path) ? path : undefined;
}
