import { type Application, launchEnvironment } from "../application/application.ts";
import { libraryClosure, type OptionalLibrary } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { normalise, type Path, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { Plan } from "./plan.ts";

/** The C library is needed by everything: of the files that need one, so many are named. */
const mostNamed = 2;

/**
 * What the kernel and the loader read and no trace shows: interpreters and libraries of all that the collector holds. Libraries that files say they may
 * load by themselves (dlopen notes) go in where they are `required`; of the `recommended` ones that no trace saw, a note tells.
 */
export function addLibraries(collector: EntryCollector, application: Application, files: Files): Plan["notes"] {
	const add = (path: Path, kind: "interpreter-of" | "needed-by", by: Iterable<Path>) => {
		for (const one of [...by].slice(0, mostNamed)) collector.add(path, { kind, by: placeOf(one, files) });
	};
	const { interpreters, needed, optional } = libraryClosure(
		collector.files().map((entry) => entry.path),
		files,
		{ environment: launchEnvironment(application), directory: normalise(pathFromText(application.cwd)) },
	);
	for (const [path, by] of interpreters) add(path, "interpreter-of", by);
	for (const [path, by] of needed) add(path, "needed-by", by);
	for (const { by, needs, path, priority } of optional) {
		if (priority !== "required") continue;
		add(path, "needed-by", by);
		for (const each of needs) add(each, "needed-by", [path]);
	}
	const inPlan = new Set(collector.files().map((entry) => entry.path));
	const names = optional
		.filter(({ path, priority }) => priority === "recommended" && !inPlan.has(placeOf(path, files)))
		.map(describe);
	return names.length > 0 ? [{ code: "may-load", values: { names: names.join(", ") } }] : [];
}

/** The feature comes from a file that anybody may have made, so it is shown like a name. */
function describe({ feature, path }: OptionalLibrary): string {
	return feature === undefined ? showPath(path) : `${showPath(path)} (${showPath(pathFromText(feature))})`;
}
