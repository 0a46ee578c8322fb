import { Failure, type FailureCode } from "../base/failure.ts";
import { attempt } from "../base/host/errors.ts";
import { printable } from "../base/path/quote.ts";
import { languageFrom } from "../messages/messages.ts";
import { otherState, stateFolder, wantedLanguage } from "./arguments.ts";
import { write } from "./format.ts";
import { InterruptedError } from "./interrupted-error.ts";
import { loadMessagesWithState } from "./load-messages.ts";
import type { GlobalOptions } from "./options.ts";

/** Errors of the system that are no bug, with their failures and exit statuses. */
const systemErrors: Readonly<Record<string, readonly [code: FailureCode, exit: 1 | 2 | 3]>> = {
	EACCES: ["access-denied", 3],
	EPERM: ["access-denied", 3],
	EROFS: ["read-only-file-system", 3],
	ENOSPC: ["disk-full", 1],
	EDQUOT: ["disk-full", 1],
	EIO: ["disk-error", 1],
	...Object.fromEntries(
		["ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "ENXIO", "ENODEV", "ETXTBSY", "EBUSY", "EFBIG"].map((name) => [
			name,
			["path-unusable", 2] as const,
		]),
	),
};

/**
 * Without a path in the error it is the state folder, because other files are written only if the user names them. A denied
 * or impossible operation has always a path, or is a bug.
 */
function systemFailure(error: unknown, state: string): Failure | undefined {
	if (!(error instanceof Error)) return undefined;
	const { code = "", path, syscall } = error as NodeJS.ErrnoException;
	if (code === "ERR_MODULE_NOT_FOUND") return new Failure("program-replaced", {}, 3);
	if (syscall === "uv_cwd") return new Failure("current-directory-gone", {}, 2);
	if (code === "ENOENT" && path?.startsWith("/proc/sys/"))
		return new Failure("kernel-file-missing", { path: printable(path) }, 3);
	const [failure, exit] = systemErrors[code] ?? [];
	if (failure === undefined || (path === undefined && ["access-denied", "path-unusable"].includes(failure))) return undefined;
	return new Failure(failure, { path: printable(path ?? state), error: code }, exit);
}

/** Reports that stdout could not be written, usually because of a full disk. Takes the language from `args`. */
export async function reportLostOutput({ code }: NodeJS.ErrnoException, args: readonly string[]): Promise<void> {
	const lang = wantedLanguage(args) === "de" ? { lang: "de" as const } : {};
	const isFull = code === "ENOSPC" || code === "EDQUOT";
	const failure = isFull
		? new Failure("disk-full", { path: "stdout" }, 1)
		: new Failure("cannot-write", { path: "stdout", error: code ?? "" }, 1);
	report(await commandError(failure, lang));
}

/**
 * Returns the first error if the release of a resource failed, too: on a broken disk, both fail. Node.js 20 has no
 * `SuppressedError`, so its name counts.
 */
function firstError(error: unknown): unknown {
	return error instanceof Error && error.name === "SuppressedError" && "suppressed" in error
		? firstError(error.suppressed)
		: error;
}

/** How a command failed: its line without `cagewright:`, which may be empty, and its exit status. */
export interface CommandError {
	readonly text: string;
	readonly status: number;
}

/** An error that is no `Failure` is our bug (70). */
export async function commandError(thrown: unknown, options: GlobalOptions): Promise<CommandError> {
	const first = firstError(thrown);
	// Without a working directory, a relative state folder has no path.
	const state = attempt(() => stateFolder(options.state)) ?? options.state ?? "";
	const error = systemFailure(first, state) ?? first;
	const other = attempt(() => otherState(options.state));
	const messages = await loadMessagesWithState(languageFrom(process.env, options.lang), other);
	if (options.debug && first instanceof Error) process.stderr.write(`${first.stack}\n`);
	if (error instanceof Failure) return { text: messages.failure(error), status: error.exit };
	if (error instanceof InterruptedError) return { text: error.text, status: error.status };
	const detail = error instanceof Error ? error.message : String(error);
	return { text: messages.failure(new Failure("internal", { detail }, 70)), status: 70 };
}

/** Prints the line and returns the exit status. */
export function report({ status, text }: CommandError): number {
	if (text) write(process.stderr, `cagewright: ${text}\n`);
	return status;
}

/** Monitoring reads stdout, and expects 3 UNKNOWN if a check fails (Nagios plugin API). A signal's status stays. */
export function reportToMonitoring({ status, text }: CommandError): number {
	if (status > 128) return status;
	write(process.stdout, `CAGEWRIGHT UNKNOWN - ${text}\n`);
	return 3;
}
