import { Failure } from "../../core/failure.ts";
import { type Path, root } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { mayBeBound } from "../../core/plan/areas.ts";
import { isNoDirectory } from "../files/descriptor.ts";
import { identityOf, openSource } from "../files/mounts.ts";

/**
 * Device and inode (`stat -c %d:%i`) of a host directory, reached from `/` without links. Throws `bind-refused`, `bind-unsafe`
 * and `bind-gone` (exit 4).
 */
export function bindIdentity(bind: Path): string {
	return identityOf(openBind(bind));
}

/** Opens the directory to copy from it. Throws the same. */
export function openBind(bind: Path): number {
	if (!mayBeBound(bind)) throw new Failure("bind-refused", { path: showPath(bind) }, 4);
	return openSource(root, bind, ({ error, path }) => {
		const values = { path: showPath(path), bind: showPath(bind) };
		return new Failure(isNoDirectory(error) ? "bind-unsafe" : "bind-gone", values, 4);
	});
}
