import type { Application } from "../application/application.ts";
import { launchEnvironment } from "../application/application.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { baseName, normalise, type Path, pathFromText } from "../path/path.ts";
import { placeOf } from "../plan/links.ts";

/** Bytes of a file of settings that are looked at. */
const settingsSize = 64 * 1024;

/**
 * Files of settings with the extensions that they load by name: `LoadModule x modules/mod_x.so`, `extension=x`. An application may start without such an
 * extension and complain of it each time; and where it does not start, nobody has to try.
 */
export function extensionsOf(
	settings: readonly Path[],
	paths: readonly Path[],
	files: Pick<Files, "read">,
): Map<Path, Set<Path>> {
	const named = new Map<string, Path[]>();
	for (const path of paths) {
		if (path.endsWith(".so")) named.set(baseName(path), [...(named.get(baseName(path)) ?? []), path]);
	}
	const found = new Map<Path, Set<Path>>();
	for (const path of settings) {
		const text = named.size ? (files.read(path, settingsSize)?.toString("latin1") ?? "") : "";
		const lines = text.split("\n").filter((line) => !/^\s*[#;]/.test(line));
		const names = lines.flatMap((line) => [
			...(line.match(/[\w.+-]+\.so\b/g) ?? []),
			...(/^\s*(?:zend_)?extension\s*=\s*"?([\w-]+)"?\s*$/
				.exec(line)
				?.slice(1)
				.map((name) => `${name}.so`) ?? []),
		]);
		const wanted = names.flatMap((name) => named.get(name) ?? []);
		if (wanted.length) found.set(path, new Set(wanted));
	}
	return found;
}

/** What each of these files cannot be used without, by real places: its libraries, its loader, the interpreter of a script. */
export function needsOf(paths: readonly Path[], application: Application, files: Files): Map<Path, Set<Path>> {
	const { interpreters, needed } = libraryClosure(paths, files, {
		environment: launchEnvironment(application),
		directory: normalise(pathFromText(application.cwd)),
	});
	const needs = new Map<Path, Set<Path>>();
	// Loaded when a thread ends or is cancelled, and without it the process aborts (pthread_exit(3) of glibc).
	const unwinder = paths.filter((path) => baseName(path) === "libgcc_s.so.1");
	for (const path of paths) if (baseName(path) === "libc.so.6") needs.set(path, new Set(unwinder));
	for (const [wanted, by] of [...needed, ...interpreters]) {
		const real = placeOf(wanted, files);
		for (const one of by) {
			const place = placeOf(one, files);
			needs.set(place, (needs.get(place) ?? new Set<Path>()).add(real));
		}
	}
	return needs;
}
