import { type Application, launchEnvironment } from "../application/application.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { normalise, type Path, pathFromText } from "../path/path.ts";
import type { EntryCollector } from "./entries.ts";
import { placeOf } from "./links.ts";
import type { Offer } from "./plan.ts";

/** The C library is needed by everything: of the files that need one, so many are named. */
const mostNamed = 2;

/**
 * What the kernel and the loader read and no trace shows: interpreters and libraries of all that the collector holds. Libraries that files say they may
 * load by themselves (dlopen notes) go in where they are `required`. Gives the `recommended` ones that no trace saw, as offers.
 */
export function addLibraries(collector: EntryCollector, application: Application, files: Files): Offer[] {
	const add = (path: Path, kind: "interpreter-of" | "needed-by", by: Iterable<Path>) => {
		for (const one of [...by].slice(0, mostNamed)) collector.add(path, { kind, by: placeOf(one, files) });
	};
	const { interpreters, needed, optional } = libraryClosure(
		collector.programs().map((entry) => entry.path),
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
	return optional.flatMap(({ needs, path, priority }) => {
		if (priority !== "recommended" || inPlan.has(placeOf(path, files))) return [];
		const places = [path, ...needs].map((each) => placeOf(each, files)).filter((place) => !inPlan.has(place));
		const bytes = places.reduce((sum, place) => sum + (files.status(place)?.size ?? 0), 0);
		return [{ kind: "library", path, files: places.length, bytes } satisfies Offer];
	});
}
