import { Failure } from "../../base/failure.ts";
import { exists, list, listDirectory, namesOf } from "../../base/host/descriptor.ts";
import { makeSafeFolder, realPlace } from "../../base/host/folder.ts";
import { refuseMounts } from "../../base/host/mounts.ts";
import { isLeftover } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { readState, writeJson } from "../../base/host/text-files.ts";
import { isWithin, join, type Path, pathToText } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { isName } from "../../options/answers.ts";
import type { Cage } from "../cage.ts";
import type { CageContent, Removal, RemovalStore } from "../ports.ts";
import { cageFromJson, cageToJson, schemaOfCage } from "./cage-json.ts";
import { discard, generationPaths } from "./generations.ts";
import { allocatedBytes } from "./survey.ts";
import { readRemoval, removalName, writeRemoval } from "./unfinished.ts";

/**
 * Names of our own files in a state folder, and of what an ext4 file system has at its top (mklost+found(8)). Anything else means that
 * the folder belongs to somebody.
 */
const ourNames: ReadonlySet<string> = new Set([
	"lost+found",
	"cages",
	"scratch",
	"sessions",
	"templates",
	"config.json",
	"settings.json",
	"session.json",
	"features.json",
	"tools.json",
	"watched",
	"log",
]);

/**
 * Throws `output-own-place` (exit 4) if a file there would be among our own. At the top of the state folder, an administrator may add files.
 */
export function refuseOwnPlace(place: Path, state: Path): void {
	const folder = realPlace(pathToText(state) ?? "");
	if (!isWithin(place, folder)) return;
	const [top = ""] = namesOf(place.slice(folder.length) as Path);
	if (top !== "" && !top.startsWith(".") && !ourNames.has(top)) return;
	throw new Failure("output-own-place", { path: showPath(place), state: showPath(folder) }, 4);
}

/**
 * Opens the state folder and creates it if missing. Throws `unsafe-directory`, or `foreign-directory` if it contains other files
 * (`--state /usr`, a home directory; both exit 4).
 */
export async function openState(state: Path): Promise<void> {
	const folder = await makeSafeFolder(state);
	const names: readonly string[] = await list(folder);
	const foreign = names.find((name) => !ourNames.has(name) && !name.startsWith("."));
	// A folder with cages is ours, even if an administrator added files.
	if (foreign !== undefined && !names.includes("cages")) {
		throw new Failure("foreign-directory", { path: showPath(folder), name: showPath(foreign as Path) }, 4);
	}
	await makeSafeFolder(join(folder, "cages"));
}

/** The files of a cage. Throws `bad-name` (exit 2), because a name becomes part of folder and unit names. */
export function cagePaths(state: Path, name: string) {
	if (!isName(name)) throw new Failure("bad-name", { name: printable(name) }, 2);
	const directory = join(join(state, "cages"), name);
	return {
		directory,
		...generationPaths(directory),
		data: join(directory, "data"),
		traces: join(directory, "traces"),
		log: join(directory, "log"),
		alarms: join(directory, "alarms"),
		lock: join(directory, "lock"),
		description: join(directory, "cage.json"),
		adoption: join(directory, "adoption.json"),
	};
}

/** Names of all cages, sorted. Throws ENOTDIR if the state folder is none. */
export async function listCages(state: Path): Promise<string[]> {
	const names = (await listDirectory(join(state, "cages"))).flatMap((name) => pathToText(name) ?? []).filter(isName);
	const described = await Promise.all(names.map((name) => exists(cagePaths(state, name).description)));
	return names.filter((_, index) => described[index]).sort();
}

/** Creates the cage's folder (mode 0700) and writes its description. */
export async function writeCage(state: Path, cage: Cage): Promise<void> {
	const { description, directory } = cagePaths(state, cage.name);
	await makeSafeFolder(directory);
	await writeJson(description, cageToJson(cage));
}

/** Undefined if there is no such cage. Throws `state-damaged` or `state-newer` (exit 1) if its description is unreadable. */
export async function readCage(state: Path, name: string): Promise<Cage | undefined> {
	const { description } = cagePaths(state, name);
	const decode = (content: Buffer) => {
		const cage = cageFromJson(String(content));
		return cage?.name === name ? cage : undefined;
	};
	return readState(description, decode, { schema: schemaOfCage });
}

/** The host account that was created for a cage. It has its own file, because it must outlive the description and stay with the data. */
export const madeAccountName = "account.json" as Path;

/** Data of an adopted service from before it returned to the host; possibly the only copy. */
export const undoneData = "data.undone-";

function staysWithData(entry: string): boolean {
	return ["data", "seeded.json", "lock", madeAccountName].includes(entry) || entry.startsWith(undoneData);
}

/** Deletes what never became a cage; with `keepData`, except data that existed before. The caller holds the lock. */
export async function clearUnfinished(state: Path, name: string, keepData: boolean): Promise<void> {
	const { directory } = cagePaths(state, name);
	const entries = await list(directory);
	if (entries.some((entry) => entry === "cage.json")) return;
	// Only this file names the account that was created for it.
	const stays = keepData ? staysWithData : (entry: string) => ["lock", madeAccountName].includes(entry);
	// The next command finishes an interrupted removal.
	if (entries.includes(removalName)) return;
	for (const entry of entries) if (!stays(entry)) await discard(join(directory, entry));
}

export async function hasData(state: Path, name: string): Promise<boolean> {
	return exists(cagePaths(state, name).data);
}

/** Finishes interrupted removals. */
export async function clearRemovedCages(state: Path): Promise<void> {
	const withAccount = await interruptedImports(state);
	for (const place of await leftoversIn(state)) if (!withAccount.includes(place)) await removeTree(place);
}

/** Imports that were killed after they stored which account they create. Only their folder names it. */
export async function interruptedImports(state: Path): Promise<Path[]> {
	const places = await leftoversIn(state);
	const withAccount = await Promise.all(places.map((place) => exists(join(place, madeAccountName))));
	return places.filter((_, index) => withAccount[index]);
}

async function leftoversIn(state: Path): Promise<Path[]> {
	const cages = join(state, "cages");
	return (await list(cages)).filter(isLeftover).map((name) => join(cages, name));
}

/** Removes a cage's folder in steps that the next command can continue. The holder removes the lock last. */
export function removing(state: Path): RemovalStore {
	const directory = (name: string) => cagePaths(state, name).directory;
	return {
		contents: (name) => cageContents(state, name),
		begin: (name, removal) => beginRemoval(directory(name), removal),
		begun: (name) => readRemoval(directory(name)),
		removeContents: (name, removal) => removeContents(directory(name), removal),
		end: (name, removal) => endRemoval(directory(name), removal),
	};
}

async function cageContents(state: Path, name: string): Promise<CageContent[]> {
	const { directory } = cagePaths(state, name);
	const entries = (await list(directory)).filter((entry) => entry !== "lock" && !entry.startsWith(".")).sort();
	return entries.map((entry) => {
		const path = join(directory, entry);
		return { path, bytes: allocatedBytes(path), isData: staysWithData(entry) };
	});
}

/** Deletes the description first, because nothing may start in a partially removed cage. */
export async function beginRemoval(cage: Path, removal: Removal): Promise<void> {
	await refuseMounts(cage);
	await writeRemoval(cage, removal);
	await removeTree(join(cage, "cage.json" as Path));
}

export async function removeContents(cage: Path, { keepData }: Removal): Promise<void> {
	await refuseMounts(cage);
	for (const entry of await list(cage)) {
		const stays = keepData ? staysWithData(entry) : ["lock", madeAccountName].includes(entry);
		if (!stays && entry !== removalName) await discard(join(cage, entry));
	}
}

export async function endRemoval(cage: Path, { keepData }: Removal): Promise<void> {
	if (!keepData) await removeTree(join(cage, madeAccountName));
	await removeTree(join(cage, removalName));
}
