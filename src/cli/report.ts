import { Failure } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";
import { loadMessages } from "../messages/load.ts";
import { languageFrom } from "../messages/messages.ts";
import { wantedLanguage } from "./arguments.ts";
import type { GlobalOptions } from "./options.ts";
import { write } from "./output.ts";

/** A signal ended the command after its work was undone. The exit status is 128 + the signal's number. */
export class Interrupted extends Error {
	readonly status: number;

	constructor(signal: NodeJS.Signals) {
		super(signal);
		this.name = "Interrupted";
		this.status = signal === "SIGHUP" ? 129 : signal === "SIGINT" ? 130 : 143;
	}
}

/** Returns the path that this user may not access, usually root's state folder. */
function deniedPath(error: unknown): string | undefined {
	const { code, path } = error as NodeJS.ErrnoException;
	return error instanceof Error && (code === "EACCES" || code === "EPERM") ? path : undefined;
}

/** Without a path in the error it is the state folder: other files are written only if the user names them. */
function readOnlyPath(error: unknown, state: string): string | undefined {
	const { code, path } = error as NodeJS.ErrnoException;
	return error instanceof Error && code === "EROFS" ? (path ?? state) : undefined;
}

/** Without a path in the error it is the state folder, as for `readOnlyPath`. */
function fullPlace(error: unknown, state: string): string | undefined {
	const { code, path } = error as NodeJS.ErrnoException;
	return error instanceof Error && (code === "ENOSPC" || code === "EDQUOT") ? (path ?? state) : undefined;
}

/** Without a path in the error it is the state folder, as for `readOnlyPath`. */
function brokenPlace(error: unknown, state: string): string | undefined {
	const { code, path } = error as NodeJS.ErrnoException;
	return error instanceof Error && code === "EIO" ? (path ?? state) : undefined;
}

/** Reports that stdout could not be written, usually because of a full disk. Takes the language from `args`. */
export async function reportLostOutput({ code }: NodeJS.ErrnoException, args: readonly string[]): Promise<void> {
	const lang = wantedLanguage(args) === "de" ? { lang: "de" as const } : {};
	const isFull = code === "ENOSPC" || code === "EDQUOT";
	const failure = isFull
		? new Failure("disk-full", { path: "stdout" }, 1)
		: new Failure("cannot-write", { path: "stdout", error: code ?? "" }, 1);
	await report(failure, lang, "");
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

/** Prints one line and returns the exit status. An error that is no `Failure` is our bug (70). `state` is the state folder. */
export async function report(thrown: unknown, options: GlobalOptions, state: string): Promise<number> {
	const error = firstError(thrown);
	const messages = await loadMessages(languageFrom(process.env, options.lang));
	if (options.debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
	if (error instanceof Failure) {
		write(process.stderr, `cagewright: ${messages.failure(error)}\n`);
		return error.exit;
	}
	if (error instanceof Interrupted) return error.status;
	const full = fullPlace(error, state);
	if (full !== undefined) return report(new Failure("disk-full", { path: printable(full) }, 1), options, state);
	const broken = brokenPlace(error, state);
	if (broken !== undefined) return report(new Failure("disk-error", { path: printable(broken) }, 1), options, state);
	const readOnly = readOnlyPath(error, state);
	if (readOnly !== undefined)
		return report(new Failure("read-only-file-system", { path: printable(readOnly) }, 3), options, state);
	const denied = deniedPath(error);
	if (denied !== undefined) return report(new Failure("access-denied", { path: printable(denied) }, 3), options, state);
	write(
		process.stderr,
		`cagewright: ${messages.failure(new Failure("internal", { detail: error instanceof Error ? error.message : String(error) }, 70))}\n`,
	);
	return 70;
}
