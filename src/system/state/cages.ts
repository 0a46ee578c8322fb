import { readdir } from "node:fs/promises";
import type { Cage } from "../../core/cage/cage.ts";
import { Failure } from "../../core/failure.ts";
import { join, type Path, pathFromBytes, pathToBytes, pathToText } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { isName } from "../../core/questions/answers.ts";
import { errorName } from "../files/errors.ts";
import { discard, generationPaths } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { cageFromJson, cageToJson } from "./cage-json.ts";
import { makeSafeFolder, type SafeFolder } from "./folder.ts";
import { madeAccountName } from "./made-account.ts";
import { isLeftover } from "./process.ts";
import { removalName } from "./unfinished.ts";

/** Names that are ours in a state folder; anything else says that it is somebody's own. */
const ourNames: ReadonlySet<string> = new Set([
	"cages",
	"scratch",
	"sessions",
	"templates",
	"config.json",
	"settings.json",
	"session.json",
	"features.json",
	"tools.json",
	"log",
]);

/**
 * Opens the state folder, and makes it where it is missing. Fails with `unsafe-directory` or, where it holds what is not ours
 * (`--state /usr`, somebody's home), with `foreign-directory` (both exit 4).
 */
export async function openState(state: Path): Promise<SafeFolder> {
	const folder = await makeSafeFolder(state);
	const names = await readdir(pathToBytes(folder.path), { encoding: "latin1" });
	const foreign = names.find((name) => !ourNames.has(name) && !name.startsWith("."));
	// A state that has cages is ours, whatever an administrator laid beside them.
	if (foreign !== undefined && !names.includes("cages")) {
		throw new Failure("foreign-directory", { path: showPath(folder.path), name: showPath(foreign as Path) }, 4);
	}
	await makeSafeFolder(join(folder.path, "cages"));
	return folder;
}

/** Where everything of a cage is. Fails with `bad-name` (exit 2): a name becomes a folder and a part of unit names. */
export function cagePaths(state: Path, name: string) {
	if (!isName(name)) throw new Failure("bad-name", { name: showPath(name as Path) }, 2);
	const directory = join(join(state, "cages"), name);
	return {
		directory,
		...generationPaths(directory),
		data: join(directory, "data"),
		traces: join(directory, "traces"),
		log: join(directory, "log"),
		lock: join(directory, "lock"),
		description: join(directory, "cage.json"),
		adoption: join(directory, "adoption.json"),
	};
}

/** Names of all cages, sorted. */
export async function listCages(state: Path): Promise<string[]> {
	const names = (await list(join(state, "cages"))).flatMap((name) => pathToText(name) ?? []).filter(isName);
	const described = await Promise.all(
		names.map(async (name) => (await list(join(join(state, "cages"), name))).includes("cage.json" as Path)),
	);
	return names.filter((_, index) => described[index]).sort();
}

/** Makes the cage's folder (mode 0700) and writes what it is. */
export async function writeCage(state: Path, cage: Cage): Promise<void> {
	const { description, directory } = cagePaths(state, cage.name);
	await makeSafeFolder(directory);
	await writeAtomic(description, `${JSON.stringify(cageToJson(cage))}\n`);
}

/** Undefined where there is no such cage. Fails with `state-damaged` (exit 1) where its description cannot be understood. */
export async function readCage(state: Path, name: string): Promise<Cage | undefined> {
	const { description } = cagePaths(state, name);
	let text: string;
	try {
		text = await readText(description);
	} catch (error) {
		if (errorName(error) === "ENOENT" || errorName(error) === "ENOTDIR") return undefined;
		throw error;
	}
	const cage = cageFromJson(text);
	if (cage === undefined || cage.name !== name) throw new Failure("state-damaged", { path: showPath(description) });
	return cage;
}

/** What an adopted service wrote before it was taken back to the host: it may be nowhere else. */
export const undoneData = "data.undone-";

export function staysWithData(entry: string): boolean {
	return ["data", "seeded.json", "lock", madeAccountName].includes(entry) || entry.startsWith(undoneData);
}

/** Takes away what was begun and never became a cage. `keepData` where the data was there before. The caller holds the lock. */
export async function clearUnfinished(state: Path, name: string, keepData: boolean): Promise<void> {
	const { directory } = cagePaths(state, name);
	const entries = await list(directory);
	if (entries.some((entry) => entry === "cage.json")) return;
	// An account that was made for it is known by that file alone.
	const stays = keepData ? staysWithData : (entry: string) => ["lock", madeAccountName].includes(entry);
	// Half of a removal is finished by whoever comes next, not here.
	if (entries.includes(removalName)) return;
	for (const entry of entries) if (!stays(entry)) await discard(join(directory, entry));
}

export async function hasData(state: Path, name: string): Promise<boolean> {
	return (await list(cagePaths(state, name).directory)).some((entry) => entry === "data");
}

/** Finishes what a killed `removeCage` began. */
export async function clearRemovedCages(state: Path): Promise<void> {
	const cages = join(state, "cages");
	for (const name of await list(cages)) if (isLeftover(name)) await removeTree(join(cages, name));
}

export async function list(directory: Path): Promise<Path[]> {
	try {
		return (await readdir(pathToBytes(directory), { encoding: "buffer" })).map(pathFromBytes);
	} catch (error) {
		if (errorName(error) === "ENOENT" || errorName(error) === "ENOTDIR") return [];
		throw error;
	}
}
