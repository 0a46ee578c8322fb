import { accessSync, constants, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { attempt } from "../files/errors.ts";
import { shellLinePath } from "../shell-line.ts";

/** Why a command's program cannot be started. */
type LookupError =
	/** No file of that name in the path, or none at that place. */
	| { readonly code: "program-not-found"; readonly name: string; readonly searched: readonly string[] }
	| { readonly code: "program-not-a-file"; readonly path: string }
	| { readonly code: "program-not-executable"; readonly path: string };

/** Directories of administration programs, which an ordinary account's PATH omits. */
const administration = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * The absolute path of a program, found like execvp(3) does; links stay as they are named. A name with a slash is relative to
 * `cwd`. Empty and relative parts of the path are skipped, because root could be in any directory. A file that cannot be executed
 * is reported only if no better one follows, as in shells.
 */
export function lookUpProgram(
	name: string,
	{ path = shellLinePath(), cwd = process.cwd() }: { path?: string; cwd?: string } = {},
): { readonly path: string } | { readonly error: LookupError } {
	if (name.includes("/")) {
		const absolute = resolve(cwd, name);
		const error = problem(absolute);
		return error === undefined ? { path: absolute } : { error };
	}
	const directories = [...new Set([...path.split(":").filter((directory) => directory.startsWith("/")), ...administration])];
	let better: LookupError | undefined;
	for (const directory of name === "" || name === "." || name === ".." ? [] : directories) {
		const candidate = join(directory, name);
		const error = problem(candidate);
		if (error === undefined) return { path: candidate };
		if (error.code !== "program-not-found") better ??= error;
	}
	return { error: better ?? { code: "program-not-found", name, searched: directories } };
}

function problem(path: string): LookupError | undefined {
	const status = attempt(() => statSync(path));
	if (!status) return { code: "program-not-found", name: path, searched: [] };
	if (!status.isFile()) return { code: "program-not-a-file", path };
	try {
		// For root, access(2) succeeds if anybody may execute it.
		accessSync(path, constants.X_OK);
		return undefined;
	} catch {
		return { code: "program-not-executable", path };
	}
}
