import { chmod } from "node:fs/promises";
import { type Manifest, rootsOf } from "../../core/cage/manifest.ts";
import { emptyName, initName, openInitName } from "../../core/confinement/launch.ts";
import { confineName } from "../../core/confinement/programs/confine.ts";
import { initData } from "../../core/confinement/programs/init.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import type { GenerationStore } from "../../engine/store.ts";
import { bringBackMissing } from "../files/arrange.ts";
import { buildGeneration, isUpToDate } from "../files/build.ts";
import { saveEdit } from "../files/edits.ts";
import { readManifest, removeGeneration, switchBack, switchGeneration } from "../files/generations.ts";
import { sha256 } from "../files/hash.ts";
import { removeTree } from "../files/remove.ts";
import { seedData } from "../files/seed.ts";
import { readBytes } from "../files/text-files.ts";
import { partialTrees } from "../files/trees.ts";
import { nativeProgram, supportsProcessor } from "../native-program.ts";
import { writeAtomic } from "./atomic.ts";
import { cagePaths, writeCage } from "./cages.ts";
import { makeSafeFolder } from "./folder.ts";
import { moveState } from "./move-state.ts";
import { transientName } from "./process-identity.ts";

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
						...(onPhase ? { onPhase } : {}),
						...(previous ? { previous } : {}),
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
	const there = await readBytes(place).catch(() => undefined);
	if (!there?.equals(program)) await writeAtomic(place, program, 0o755);
}
