import { Failure } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";
import { languageFrom, messagesFor } from "../messages/messages.ts";
import { Interrupted } from "./interrupted.ts";
import type { GlobalOptions } from "./options.ts";

/** Where this user may not go: a state of root's, as a rule. */
function deniedPath(error: unknown): string | undefined {
	const { code, path } = error as NodeJS.ErrnoException;
	return error instanceof Error && (code === "EACCES" || code === "EPERM") ? path : undefined;
}

/** One line for a foreseen failure; anything else is a bug of ours (70). */
export function report(error: unknown, options: GlobalOptions): number {
	const messages = messagesFor(languageFrom(process.env, options.lang));
	if (options.debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
	if (error instanceof Failure) {
		process.stderr.write(`cagewright: ${messages.failure(error)}\n`);
		return error.exit;
	}
	if (error instanceof Interrupted) return error.status;
	const denied = deniedPath(error);
	if (denied !== undefined) {
		process.stderr.write(`cagewright: ${messages.failure(new Failure("access-denied", { path: printable(denied) }, 3))}\n`);
		return 3;
	}
	process.stderr.write(
		`cagewright: ${messages.failure(new Failure("internal", { detail: error instanceof Error ? error.message : String(error) }, 70))}\n`,
	);
	return 70;
}
