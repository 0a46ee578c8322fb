import { chmod, rename } from "node:fs/promises";
import { omitUndefined } from "../../base/collections.ts";
import { makeDirectory, openDirectory, syncDirectory } from "../../base/host/descriptor.ts";
import { writeFailure } from "../../base/host/errors.ts";
import { makeSafeFolder } from "../../base/host/folder.ts";
import { sha256 } from "../../base/host/hash.ts";
import { keyedName } from "../../base/host/keyed-name.ts";
import { transientName } from "../../base/host/processes.ts";
import { nativeProgram, supportsProcessor } from "../../base/host/release.ts";
import { removeTree } from "../../base/host/remove.ts";
import { writeAtomic, writeUnlessEqual } from "../../base/host/text-files.ts";
import { runIn } from "../../base/host/tools.ts";
import { partialTrees } from "../../base/host/trees.ts";
import { baseName, join, type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { confineName } from "../../confine/confiner.ts";
import { emptyName, initName, openInitName } from "../../confine/places.ts";
import { initData } from "../../launch/programs/init.ts";
import { markRules } from "../../plan/marks.ts";
import type { Plan } from "../../plan/plan.ts";
import { comparePlanWithManifest, isSame } from "../difference.ts";
import { cageEntries, type Owner } from "../layout.ts";
import { bindsOf, entriesByPath, type Manifest, type ManifestEntry, rootsOf } from "../manifest.ts";
import type { GenerationStore } from "../ports.ts";
import { bringBackMissing } from "./arrange.ts";
import { cagePaths, writeCage } from "./cages.ts";
import { saveEdit } from "./edits.ts";
import { type BuildRequest, fillStaging, type Previous } from "./fill.ts";
import {
	currentGeneration,
	generationPaths,
	nextGeneration,
	readManifest,
	removeGeneration,
	switchBack,
	switchGeneration,
	writeManifest,
} from "./generations.ts";
import { seedData } from "./seed.ts";
import { isUntouched, survey } from "./survey.ts";
import { moveState } from "./unfinished.ts";

export function building(state: Path): GenerationStore {
	const paths = (name: string) => cagePaths(state, name);
	const rootOf = ({ generation, name }: Manifest) => paths(name).root(generation);
	const bringBackState = (manifest: Manifest) => bringBackMissing(paths(manifest.name).data, rootsOf(manifest));
	return {
		async build({ name, onFile, onPhase, plan, previous: from, signal }) {
			const { directory, root } = paths(name);
			const previous = from === undefined ? undefined : { manifest: await readManifest(directory, from), root: root(from) };
			const unchanged = previous !== undefined && (await isUpToDate(plan, previous));
			const manifest = unchanged
				? previous.manifest
				: await buildGeneration({
						plan,
						cage: directory,
						now: new Date(),
						signal,
						onFile,
						...omitUndefined({ onPhase, previous }),
					});
			const { generation } = manifest;
			try {
				onPhase?.("seeding");
				await bringBackState(manifest);
				const { unstable } = await seedData({ plan, cage: directory, signal, onFile });
				await placeInit(directory);
				return { generation, unchanged, manifest, unstable };
			} catch (error) {
				// Drop a candidate whose state could not be copied, and report the first error.
				if (!unchanged) await removeGeneration(directory, generation).catch(() => {});
				throw error;
			}
		},
		saveEdit: (name, generation, edit) => saveEdit(paths(name).directory, generation, paths(name).root(generation), edit),
		bringBackState,
		async publish(name, generation) {
			const { directory } = paths(name);
			await moveState(directory, generation, () => switchGeneration(directory, generation));
		},
		async restore(name, generation, cage) {
			const { description, directory } = paths(name);
			if (generation === undefined) await switchBack(directory, undefined);
			else await moveState(directory, generation, () => switchBack(directory, generation));
			if (cage === undefined) await removeTree(description);
			else await writeCage(state, cage);
		},
		async partialTrees(manifest, signal) {
			const folder = join(join(state, "scratch"), transientName("scratch"));
			await makeSafeFolder(folder);
			try {
				return await partialTrees(rootOf(manifest), manifest.entries, folder, signal);
			} catch (error) {
				await removeTree(folder);
				throw error;
			}
		},
		discard: (name, generation) => removeGeneration(paths(name).directory, generation),
		published: (name) => publishedFolder(paths(name).directory),
		async placeScript(name, script) {
			const folder = publishedFolder(paths(name).directory);
			await makeSafeFolder(folder);
			const bytes = Buffer.from(script);
			const file = join(folder, pathFromText(`publish-${sha256(bytes).slice(0, 12)}.sh`));
			await writeAtomic(file, bytes, 0o600);
			return file;
		},
		async placeEnvironment(name, text) {
			const folder = await makeSafeFolder(join(paths(name).directory, pathFromText("environment")));
			const bytes = Buffer.from(text);
			const file = join(folder, await keyedName(folder, [bytes]));
			await writeUnlessEqual(file, bytes, 0o600);
			return file;
		},
		launcher: (name) => launcherFolder(paths(name).directory),
		async placeConfiner(name, program) {
			const { directory } = paths(name);
			const file = `${confineName}-${sha256(program).slice(0, 12)}`;
			await placeProgram(directory, file, program);
			// The unit needs an init of the same release.
			await placeInit(directory);
			return file;
		},
	};
}

function publishedFolder(cage: Path): Path {
	return join(cage, pathFromText("published"));
}

function launcherFolder(cage: Path): Path {
	return join(cage, "launcher");
}

/** Writes this release's init where a unit can bind it into the cage. */
export async function placeInit(cage: Path): Promise<void> {
	if (!supportsProcessor()) return;
	for (const [file, closes] of [
		[initName, true],
		[openInitName, false],
	] as const) {
		await placeProgram(cage, file, nativeProgram("init", initData({ closes })));
	}
}

async function placeProgram(cage: Path, file: string, program: Uint8Array): Promise<void> {
	const folder = launcherFolder(cage);
	// A unit mounts both into the cage, where the account must enter them. On the host, the folders above are private.
	for (const directory of [folder, join(folder, emptyName)]) {
		await makeSafeFolder(directory);
		await chmod(pathToBytes(directory), 0o755);
	}
	const place = join(folder, pathFromText(file));
	await writeUnlessEqual(place, program, 0o755);
}

/**
 * Builds a new generation of a cage, which `switchGeneration` makes the present one.
 * It grows in a hidden folder that only root can enter, is synced, renamed and recorded, in this order. A kill at any
 * moment leaves the old or the new generation, and leftovers are recognised by their name. A failure or an abort removes the
 * folder.
 * Throws what `copyRegularFile`, `cageEntries`, `requireSafeFolder` and `runIn` throw, and `mounted-below`.
 */
export async function buildGeneration(request: BuildRequest): Promise<Manifest> {
	const { plan, signal } = request;
	signal?.throwIfAborted();
	const owner = ownerWithoutRoot();
	const entries = cageEntries(plan, owner);
	const cage = await makeSafeFolder(request.cage);
	const paths = generationPaths(cage);
	await makeSafeFolder(paths.generations);
	await makeSafeFolder(paths.manifests);
	const files = await survey(entries, paths.generations, request.previous?.root, signal);
	const generation = await nextGeneration(cage);
	const staging = join(paths.generations, transientName("staging"));
	let mayBeInPlace = false;
	try {
		await makeDirectory(staging);
		request.onPhase?.("copying");
		const made = await fillStaging({ ...request, entries, files, staging, isRoot: owner === undefined });
		request.onPhase?.("syncing");
		// The sync after the rename may fail, too.
		mayBeInPlace = true;
		await putInPlace(staging, paths.root(generation), signal);
		const manifest = describe(plan, { name: baseName(cage), generation, now: request.now, entries: made, owner });
		await writeManifest(cage, manifest);
		return manifest;
	} catch (error) {
		try {
			await removeTree(staging);
			// A full disk may have room for everything except the manifest.
			if (mayBeInPlace && (await currentGeneration(cage)) !== generation) await removeGeneration(cage, generation);
		} catch {
			// Report the first error. The next command removes what a broken disk keeps.
		}
		throw writeFailure(error, staging);
	}
}

/**
 * Returns true if a build would repeat the previous generation: the plan is equal, and neither a host file nor a copy was touched
 * since. Reads no content.
 */
export function isUpToDate(plan: Plan, { manifest, root }: Previous): boolean {
	if (!isSame(comparePlanWithManifest(plan, manifest))) return false;
	// Edited files were already compared by content and need no new generation.
	const edited = new Set(plan.entries.flatMap((entry) => (entry.edited === undefined ? [] : [entry.path])));
	for (const entry of entriesByPath(manifest).values()) {
		if (entry.kind === "file" && !edited.has(entry.path) && !isUntouched(entry, root)) return false;
	}
	return true;
}

/** Syncs everything before it gets its name, so that after a power cut a generation is complete or absent. */
async function putInPlace(staging: Path, root: Path, signal: AbortSignal | undefined): Promise<void> {
	await using directory = await openDirectory(staging);
	await runIn(directory, "sync", ["-f", "."], signal);
	await directory.sync();
	signal?.throwIfAborted();
	await chmod(pathToBytes(staging), 0o755);
	await rename(pathToBytes(staging), pathToBytes(root));
	await syncDirectory(root);
	await syncDirectory(join(root, "..") as Path);
}

function ownerWithoutRoot(): Owner | undefined {
	const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
	return uid === 0 ? undefined : { uid, gid };
}

interface BuiltGeneration {
	readonly name: Path;
	readonly generation: number;
	readonly now: Date;
	readonly entries: readonly ManifestEntry[];
	readonly owner: Owner | undefined;
}

function describe(plan: Plan, { entries, generation, name, now, owner }: BuiltGeneration): Manifest {
	const { accounts, application, identity, permissions, writable } = plan;
	return {
		schema: "cagewright/manifest/1",
		generation,
		name: pathToText(name) ?? "",
		command: application.command,
		madeAt: now.toISOString(),
		marksBy: markRules(),
		...omitUndefined({ owner }),
		entries,
		writable,
		binds: bindsOf(plan),
		offeredSockets: plan.offeredSockets,
		...(plan.pidFiles?.length ? { pidFiles: plan.pidFiles } : {}),
		accounts,
		permissions,
		identity,
	};
}
