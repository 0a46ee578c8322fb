import { by } from "../base/collections.ts";
import { isWithin, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { areaOf, isSystemDirectory } from "./areas.ts";
import type { Entry } from "./plan.ts";

/** The value of the rule that lets the plan choose the places. */
export const chosenDecoys = "auto";

/** Where intruders look for credentials first. */
const usualPlaces = [
	"/.env",
	"/etc/shadow",
	"/root/.aws/credentials",
	"/root/.bash_history",
	"/root/.ssh/id_ed25519",
	"/var/backups/shadow.bak",
].map(pathFromText);

/** A worthless file that only an intruder opens. The build creates its content. */
export function isDecoy({ kind, reasons }: Pick<Entry, "kind" | "reasons">): boolean {
	return kind === "generated" && reasons.some((reason) => reason.kind === "rule" && reason.rule === "decoys");
}

interface DecoyPlaces {
	/** Sorted by path, with the rule's value. */
	readonly places: readonly { readonly path: Path; readonly value: string }[];
	/** Named by a rule, but in use or unreachable for the application's account. */
	readonly leftOut: readonly Path[];
}

/** `mayPlace` tells whether the cage has room for a file there that every account can open. */
export function planDecoys(values: readonly string[], trace: Trace, mayPlace: (path: Path) => boolean): DecoyPlaces {
	const places = new Map<Path, string>();
	const leftOut: Path[] = [];
	for (const value of values) {
		const isChosen = value === chosenDecoys;
		for (const path of isChosen ? usualPlaces : [normalise(pathFromText(value))]) {
			if (places.has(path)) continue;
			if (mayPlace(path) && !isLookedAt(path, trace)) places.set(path, value);
			else if (!isChosen) leftOut.push(path);
		}
	}
	return { places: [...places].map(([path, value]) => ({ path, value })).sort(by(({ path }) => path)), leftOut };
}

/** False for places that the launcher mounts and for directories that are emptied at each start. */
export function canHoldDecoy(path: Path): boolean {
	return path !== "/" && areaOf(path) === "files";
}

/**
 * Whether the application asked for the file, successfully or not, or lists its directory and may open what it finds. A directory
 * that is nobody else's (`/root/.ssh`) must not be used at all.
 */
function isLookedAt(path: Path, { accesses }: Trace): boolean {
	const directory = parent(path);
	if (accesses.has(path) || accesses.get(directory)?.succeeded.has("list")) return true;
	if (isSystemDirectory(directory)) return false;
	return [...accesses.keys()].some((one) => isWithin(one, directory));
}
