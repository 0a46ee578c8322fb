import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of this program: the nearest one above this module that contains the templates. Works for the bundle in dist/, for
 * the sources and for an installation.
 */
export function programFolder(from = dirname(fileURLToPath(import.meta.url))): string {
	for (let folder = from; ; folder = dirname(folder)) {
		if (existsSync(join(folder, "templates", "schema.json"))) return folder;
		if (folder === dirname(folder)) throw new Error(`no templates/schema.json above ${from}: this installation is incomplete`);
	}
}
