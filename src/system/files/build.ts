import { chmod, rename } from "node:fs/promises";
import { comparePlanWithManifest, isSame } from "../../core/cage/difference.ts";
import { cageEntries, type Owner } from "../../core/cage/layout.ts";
import { bindsOf, entriesByPath, type Manifest, type ManifestEntry } from "../../core/cage/manifest.ts";
import { baseName, join, type Path, pathToBytes, pathToText } from "../../core/path/path.ts";
import { markRules } from "../../core/plan/marks.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { makeSafeFolder } from "../state/folder.ts";
import { transientName } from "../state/process-identity.ts";
import { runIn } from "../tools.ts";
import type { BuildRequest, Previous } from "./copy-files.ts";
import { makeDirectory, openDirectory, syncDirectory } from "./descriptor.ts";
import { writeFailure } from "./errors.ts";
import { fillStaging } from "./fill.ts";
import { currentGeneration, generationPaths, nextGeneration, removeGeneration, writeManifest } from "./generations.ts";
import { removeTree } from "./remove.ts";
import { isUntouched, survey } from "./survey.ts";

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
		...(owner && { owner }),
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
