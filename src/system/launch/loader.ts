import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import { systemFiles } from "../files/files.ts";
import { fileState, readCached, writeCached } from "./cache.ts";

/**
 * The loader and libraries that an executable needs anywhere. setpriv goes into a cage with them, because it must start inside,
 * where the filter may already forbid chroot and mount. Found by parsing, never by running `ldd`.
 */
export function loaderAndLibraries(executable: string): [Path, ...Path[]] {
	const { interpreters, needed } = libraryClosure([pathFromText(executable)], systemFiles());
	const [loader] = interpreters.keys();
	if (!loader) throw new Failure("executable-unreadable", { path: executable }, 3);
	return [loader, ...[...needed.keys()].filter((library) => library !== loader)];
}

const file = "tools.json";

/** The same, cached in the state folder until one of these files or a file that the loader reads changes (ld.so(8)). */
export function knownLoaderAndLibraries(executable: string, state: string): [Path, ...Path[]] {
	const keyOf = (files: readonly string[]) =>
		[executable, "/etc/ld.so.cache", "/etc/ld.so.preload", ...files].map(fileState).join("\n");
	const before = readCached<[Path, ...Path[]]>(state, file, keyOf);
	if (before) return before;
	const found = loaderAndLibraries(executable);
	writeCached(state, file, found, keyOf);
	return found;
}
