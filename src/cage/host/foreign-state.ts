import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { requireSafeFolder } from "../../base/host/folder.ts";
import { directoriesTo } from "../../base/machine/facts.ts";
import { baseName, join, normalise, type Path, pathToBytes, resolvePath, root } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";

/**
 * True for root in a state folder that somebody else can change, where root only reads. Throws `foreign-link` (exit 4) if a link
 * in its path or layout could redirect root.
 */
export function isForeign(state: Path): boolean {
	if (process.geteuid?.() !== 0) return false;
	try {
		for (const place of [state, join(state, "cages" as Path)]) requireSafeFolder(place);
		return false;
	} catch (error) {
		if (!(error instanceof Failure) || error.code === "no-such-directory") return false;
		requireNoLinks(state);
		return true;
	}
}

function requireNoLinks(state: Path): void {
	for (const place of directoriesTo(normalise(resolvePath(root, state)))) {
		if (kindOf(place) === "link" && lstatSync(pathToBytes(place)).uid !== 0) throw linkFailure(place);
	}
	for (const entry of entriesOf(state)) {
		if (baseName(entry) !== "cages") continue;
		for (const cage of entriesOf(entry)) {
			for (const part of entriesOf(cage)) {
				// The audit examines an application's data without following links.
				if (baseName(part) !== "data") entriesOf(part);
			}
		}
	}
}

/**
 * The content of a directory. The only links allowed are those that are just read: locks, a started removal, and the pointer to a
 * generation.
 */
function entriesOf(directory: Path): Path[] {
	if (kindOf(directory) !== "directory") return [];
	const entries = readdirSync(pathToBytes(directory), { encoding: "latin1" }).map((name) => join(directory, name as Path));
	for (const entry of entries) if (kindOf(entry) === "link" && !isPointer(entry)) throw linkFailure(entry);
	return entries;
}

function kindOf(path: Path): "directory" | "link" | "other" | undefined {
	const stats = attempt(() => lstatSync(pathToBytes(path)));
	return stats && (stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other");
}

function isPointer(link: Path): boolean {
	if (["lock", "removal"].includes(baseName(link))) return true;
	return baseName(link) === "current" && /^generations\/\d+$/.test(readlinkSync(pathToBytes(link), "latin1"));
}

function linkFailure(path: Path): Failure {
	return new Failure("foreign-link", { path: showPath(path) }, 4);
}
