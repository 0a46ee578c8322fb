import { type Application, launchEnvironment } from "../application/application.ts";
import { append } from "../collections.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { Files } from "../machine/facts.ts";
import { baseName, normalise, type Path, pathFromText } from "../path/path.ts";
import { placeOf } from "../plan/links.ts";

/** Number of bytes of a settings file that are read. */
const settingsSize = 64 * 1024;

/**
 * Returns settings files with the modules that they load by name: `LoadModule x modules/mod_x.so`, `extension=x`. Without such a
 * module an application may start and log an error each time, or it does not start and the trial is a waste.
 */
export function extensionsOf(
	settings: readonly Path[],
	paths: readonly Path[],
	files: Pick<Files, "read">,
): Map<Path, Set<Path>> {
	const named = new Map<string, Path[]>();
	for (const path of paths) {
		if (path.endsWith(".so")) append(named, baseName(path), path);
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

/** Returns what each file cannot be used without, by real path: its libraries, its loader, a script's interpreter. */
export function needsOf(paths: readonly Path[], application: Application, files: Files): Map<Path, Set<Path>> {
	const { interpreters, needed } = libraryClosure(paths, files, {
		environment: launchEnvironment(application),
		directory: normalise(pathFromText(application.cwd)),
	});
	const needs = new Map<Path, Set<Path>>();
	// glibc loads it when a thread ends or is cancelled, and aborts without it (pthread_exit(3)).
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
