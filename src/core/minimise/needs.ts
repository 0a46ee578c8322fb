import type { Application } from "../application/application.ts";
import { launchEnvironment } from "../application/application.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { normalise, type Path, pathFromText } from "../path/path.ts";
import { placeOf } from "../plan/links.ts";

/** What each of these files cannot be used without, by real places: its libraries, its loader, the interpreter of a script. */
export function needsOf(paths: readonly Path[], application: Application, files: Files): Map<Path, Set<Path>> {
	const { interpreters, needed } = libraryClosure(paths, files, {
		environment: launchEnvironment(application),
		directory: normalise(pathFromText(application.cwd)),
	});
	const needs = new Map<Path, Set<Path>>();
	for (const [wanted, by] of [...needed, ...interpreters]) {
		const real = placeOf(wanted, files);
		for (const one of by) {
			const place = placeOf(one, files);
			needs.set(place, (needs.get(place) ?? new Set()).add(real));
		}
	}
	return needs;
}
