import { accessSync, constants, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** Why a command's program cannot be started. */
type LookupError =
	/** Nothing of that name in any directory of the path, or nothing at that place. */
	| { readonly code: "program-not-found"; readonly name: string; readonly searched: readonly string[] }
	| { readonly code: "program-not-a-file"; readonly path: string }
	| { readonly code: "program-not-executable"; readonly path: string };

/** Administration programs that an ordinary account's PATH leaves out. */
const administration = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * The absolute path of a program as execvp(3) would find it; links stay as they are named. A name with a slash is seen from `cwd`.
 * Parts of the path that are empty or relative are passed over: for root they would be whatever directory it happens to be in.
 * What is found first but cannot be executed is passed over, and named only if nothing better follows, as shells do.
 */
export function lookUpProgram(
	name: string,
	{ path = process.env.PATH ?? "", cwd = process.cwd() }: { path?: string; cwd?: string } = {},
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
	let status: ReturnType<typeof statSync>;
	try {
		status = statSync(path);
	} catch {
		return { code: "program-not-found", name: path, searched: [] };
	}
	if (!status?.isFile()) return { code: "program-not-a-file", path };
	try {
		// For root access(2) says yes as soon as anybody may execute it.
		accessSync(path, constants.X_OK);
		return undefined;
	} catch {
		return { code: "program-not-executable", path };
	}
}
