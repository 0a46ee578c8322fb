import type { Application } from "../application/application.ts";
import { directoriesTo, type Files, rightsFor } from "../machine/facts.ts";
import { type Path, parent, pathFromText, pathToText } from "../path/path.ts";
import type { Access, Operation, Trace } from "../trace/trace.ts";
import { isMountedByLauncher } from "./areas.ts";
import type { Identity } from "./plan.ts";

/** What an account may not do with a place that the start of an application needs. */
export interface UnusablePlace {
	readonly path: Path;
	readonly use: "enter" | "execute" | "read";
}

const rights = { enter: 1, execute: 1, read: 4 } as const;

/**
 * Returns the places that explain why an application ended at its start: its working directory, its program, the files that its
 * command names, and what the trace saw refused (EACCES) and its output names. Without output, the last refused one counts. Modes
 * are only asked about what the trace cannot show, because the application did not even begin. Access control lists and root's
 * capabilities may permit more, so this only explains a failure.
 */
export function unusablePlaces(
	{ command, cwd }: Pick<Application, "command" | "cwd">,
	account: Pick<Identity, "uid" | "gid" | "groups">,
	{ output, trace }: { readonly output: string; readonly trace: Pick<Trace, "accesses"> },
	files: Files,
): UnusablePlace[] {
	const refused = [...trace.accesses.values()].filter(isRefused);
	const words = command.slice(1).flatMap((word) => /(?:^|=)(\/.*)$/s.exec(word)?.[1] ?? []);
	const named = refused.filter(
		({ path }) => words.includes(pathToText(path) ?? path) || output.includes(pathToText(path) ?? path),
	);
	const explained = named.length || output.trim() !== "" ? named : refused.slice(-1);
	const found = explained.map(({ failed, path }) => ({ path, use: useOf(failed.get("EACCES")) }));
	const hasBegun = [...trace.accesses.values()].some(({ succeeded }) => succeeded.size > 0);
	if (hasBegun || account.uid === 0) return found;
	const [program = ""] = command;
	const needed: UnusablePlace[] = [
		{ path: pathFromText(cwd), use: "enter" },
		...(program.startsWith("/") ? [{ path: pathFromText(program), use: "execute" } as const] : []),
		...words.map((word) => ({ path: pathFromText(word), use: "read" }) as const),
	];
	return needed.filter(({ path, use }) => !mayUse(path, rights[use], account, files));
}

function isRefused({ failed, path, succeeded }: Access): boolean {
	const operations = failed.get("EACCES");
	return (
		operations !== undefined &&
		!succeeded.size &&
		!isMountedByLauncher(path) &&
		[...operations].some((one) => readingOperations.has(one))
	);
}

const readingOperations: ReadonlySet<Operation> = new Set<Operation>(["read", "look", "list", "enter", "execute"]);

function useOf(operations: ReadonlySet<Operation> = new Set()): UnusablePlace["use"] {
	if (operations.has("enter")) return "enter";
	return operations.has("execute") && !operations.has("read") ? "execute" : "read";
}

/** True if the modes permit it, or if the place is missing, which is another problem. */
function mayUse(path: Path, right: number, account: Pick<Identity, "uid" | "gid" | "groups">, files: Files): boolean {
	const real = files.resolve(path) ?? path;
	const may = (place: Path, wanted: number) => {
		const status = files.status(place);
		return status === undefined || (rightsFor(status, account) & wanted) === wanted;
	};
	return directoriesTo(parent(real)).every((directory) => may(directory, rights.enter)) && may(real, right);
}
