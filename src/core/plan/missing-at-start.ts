import type { Files } from "../machine/facts.ts";
import { normalise, type Path, pathFromText } from "../path/path.ts";
import { linkChain } from "./links.ts";
import type { Missing } from "./missing.ts";
import type { Entry, Plan } from "./plan.ts";

/**
 * Returns what was left out of the files that the kernel needs to execute the application: its program, interpreters, and links
 * to them. Without one, the launch fails before the application's first call, so that its trace shows nothing.
 */
export function findMissingAtStart({ application, entries }: Plan, files: Files): Missing[] {
	const program = normalise(pathFromText(application.command[0] ?? "/"));
	const { end, links } = linkChain(program, files);
	const needed = new Set<Path>([program, ...links.map(({ path }) => path), ...(end === undefined ? [] : [end])]);
	// A script's interpreter has an interpreter of its own.
	for (let known = 0; known < needed.size; ) {
		known = needed.size;
		for (const entry of entries) if (isInterpreterOf(entry, needed)) needed.add(entry.path);
	}
	return entries
		.filter(({ decision, path }) => decision === "declined" && needed.has(path))
		.map(({ path }) => ({ kind: "absent", path, call: "execve", error: "ENOENT", declined: true }));
}

function isInterpreterOf({ reasons }: Entry, programs: ReadonlySet<Path>): boolean {
	return reasons.some((reason) => reason.kind === "interpreter-of" && programs.has(reason.by));
}
