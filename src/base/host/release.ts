import { accessSync, constants, existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../failure.ts";
import { withAppended } from "../native-program.ts";
import { errorName } from "./errors.ts";

/**
 * The folder of this program: the nearest one above this module that contains the templates. Works for the bundle in dist/, for
 * the sources and for an installation.
 */
export function programFolder(from = dirname(fileURLToPath(import.meta.url))): string {
	for (let folder = from; ; folder = dirname(folder)) {
		if (existsSync(join(folder, "templates", "schema.json"))) return folder;
		if (folder === dirname(folder)) throw new Error(`no templates/schema.json above ${from}: this installation is incomplete`);
	}
}

/** Starts this program: Node.js and the script. */
export function programCommand(): [string, string] {
	return [process.execPath, realpathSync(process.argv[1] ?? "")];
}

let version: string | undefined;

/** The program's own version. */
export function programVersion(): string {
	version ??= String(JSON.parse(readFileSync(join(programFolder(), "package.json"), "utf8")).version);
	return version;
}

/** Whether a version such as `0.10.1` is newer than another one. */
export function isNewer(version: string, than: string): boolean {
	const [parts, others] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
	for (let index = 0; index < Math.max(parts?.length ?? 0, others?.length ?? 0); index++) {
		const difference = (parts?.[index] ?? 0) - (others?.[index] ?? 0);
		if (difference !== 0) return difference > 0;
	}
	return false;
}

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

/** Another version may replace the files while this program runs, and its programs may read other data. */
const loaded = new Map<NativeProgram, Buffer>();

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
		const program = loaded.get(name) ?? readFileSync(join(folder(), name));
		loaded.set(name, program);
		return withAppended(program, data);
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
