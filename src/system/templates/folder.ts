import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder that holds this program: the nearest one above this module that has the templates. So it is found from the bundle in
 * dist/, from the sources, and where `install` has put it.
 */
export function programFolder(from = dirname(fileURLToPath(import.meta.url))): string {
	for (let folder = from; ; folder = dirname(folder)) {
		if (existsSync(join(folder, "templates", "schema.json"))) return folder;
		if (folder === dirname(folder)) throw new Error(`no templates/schema.json above ${from}: this installation is incomplete`);
	}
}
