import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import { systemFiles } from "../files/files.ts";

/**
 * What an executable needs to start anywhere: its loader, and its libraries. setpriv is brought into a cage with them, because it
 * must start inside, where the filter may already forbid chroot and mount. Found by reading, never by running `ldd`.
 */
export function loaderAndLibraries(executable: string): [Path, ...Path[]] {
	const { interpreters, needed } = libraryClosure([pathFromText(executable)], systemFiles());
	const [loader] = interpreters.keys();
	if (!loader) throw new Failure("executable-unreadable", { path: executable }, 3);
	return [loader, ...[...needed.keys()].filter((library) => library !== loader)];
}
