import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Notices go to stderr, because stdout belongs to the program that is started afterwards. */
export function say(text) {
	process.stderr.write(`cagewright: ${text}\n`);
}

export function readJson(name) {
	return JSON.parse(readFileSync(join(root, name), "utf8"));
}
