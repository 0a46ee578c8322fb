import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import { systemFiles } from "../files/files.ts";

/**
 * setpriv with its loader and libraries, to be brought into a cage for the launch: it must start inside, so that the filter may
 * already forbid chroot and mount. Found by reading the executable, never by running `ldd`.
 */
export function setprivTools(setpriv: string): { setpriv: Path; tools: [Path, ...Path[]] } {
	const path = pathFromText(setpriv);
	const { interpreters, needed } = libraryClosure([path], systemFiles());
	const [loader] = interpreters.keys();
	if (!loader) throw new Failure("setpriv-unreadable", { path: setpriv }, 3);
	return { setpriv: path, tools: [loader, ...[...needed.keys()].filter((library) => library !== loader)] };
}
