import { rename, symlink } from "node:fs/promises";
import { type Manifest, manifestToJson } from "../../../core/cage/manifest.ts";
import { Failure } from "../../../core/failure.ts";
import { join, type Path, parent, pathToBytes } from "../../../core/path/path.ts";
import type { ImportRequest, InterruptedImport, ReceivedCage } from "../../../engine/archive-store.ts";
import { openDirectory, syncDirectory } from "../../files/descriptor.ts";
import { errorName, isMissing, writeFailure } from "../../files/errors.ts";
import { generationPaths } from "../../files/generations.ts";
import { observe } from "../../files/observe.ts";
import { removeTree } from "../../files/remove.ts";
import { seedData } from "../../files/seed.ts";
import { requireSpace } from "../../files/survey.ts";
import { runIn } from "../../tools.ts";
import { writeAtomic, writeJson } from "../atomic.ts";
import { cageToJson } from "../cage-json.ts";
import { cagePaths, clearRemovedCages, interruptedImports, openState } from "../cages.ts";
import { makeSafeFolder } from "../folder.ts";
import { readMadeAccount, writeMadeAccount } from "../made-account.ts";
import { transientName } from "../process-identity.ts";
import { foreignTraceFrom, writeTrace } from "../traces.ts";
import { unpackArchive } from "./unpack.ts";

/**
 * Unpacks an inspected and confirmed archive next to the cages, under a hidden name in a folder that only root can enter. The
 * caller verifies it and then calls `publish` or `discard`. Throws `disk-full` (exit 1) before anything is written.
 */
export async function receiveCage(
	state: Path,
	{ cage, inspected, local, manifest }: ImportRequest,
	signal: AbortSignal,
): Promise<ReceivedCage> {
	const { name } = cage;
	const { head, parts } = inspected;
	await openState(state);
	const cages = join(state, "cages");
	await clearRemovedCages(state);
	await requireSpace(cages, inspected.bytes);
	const target = cagePaths(state, name).directory;
	const staging = join(cages, transientName("staging"));
	await makeSafeFolder(staging);
	const discard = async () => void (await removeTree(staging));
	try {
		await unpackArchive({ archive: inspected.path, head, local, manifest, staging, signal });
		const paths = generationPaths(staging);
		await makeSafeFolder(paths.manifests);
		await makeSafeFolder(join(staging, "traces"));
		// Use the inspected bytes, because the file may have changed since.
		for (const [part, bytes] of parts) {
			const [, name] = /^traces\/(.+)\.json\.gz$/.exec(part) ?? [];
			const trace = name === undefined ? undefined : await foreignTraceFrom(Buffer.from(bytes));
			if (name !== undefined && trace) await writeTrace(join(staging, "traces"), name, local.trace(trace));
			else await writeAtomic(join(staging, part), bytes);
		}
		const root = paths.root(head.generation);
		return {
			manifest,
			root,
			data: join(staging, "data"),
			discard,
			saveAccount: (account) => writeMadeAccount(staging, account),
			publish: async () => {
				const received = { ...manifest, entries: restamped(manifest, root) };
				await writeJson(paths.manifest(head.generation), manifestToJson(received));
				await writeJson(join(staging, "cage.json"), cageToJson(cage));
				await symlink(`generations/${head.generation}`, pathToBytes(paths.current));
				// Without exported data it starts empty: this machine's files at those places belong to another application.
				const writable = manifest.writable.map((one) => ({ ...one, seeds: [] }));
				await seedData({ plan: { writable }, cage: staging, signal });
				await using directory = await openDirectory(staging);
				await runIn(directory, "sync", ["-f", "."], signal);
				try {
					// rename(2) replaces an empty folder and nothing else.
					await rename(pathToBytes(staging), pathToBytes(target));
				} catch (error) {
					throw errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST"
						? new Failure("import-there", { name }, 4)
						: writeFailure(error, target);
				}
				await syncDirectory(cages);
			},
		};
	} catch (error) {
		await discard();
		throw error;
	}
}

/** Renames what they left to a name of this process first. */
export async function takeInterrupted(state: Path): Promise<InterruptedImport[]> {
	const taken: InterruptedImport[] = [];
	for (const left of await interruptedImports(state)) {
		const place = join(parent(left), transientName("removed"));
		try {
			await rename(pathToBytes(left), pathToBytes(place));
		} catch (error) {
			// Another command was faster.
			if (isMissing(error)) continue;
			throw writeFailure(error, left);
		}
		const account = await readMadeAccount(place);
		if (account) taken.push({ account, discard: async () => void (await removeTree(place)) });
	}
	return taken;
}

/** Records the new copies' stamps, whose content was just verified. The original sources are on another machine. */
function restamped(manifest: Manifest, root: Path): Manifest["entries"] {
	return manifest.entries.map(({ copy: _, source: __, ...entry }) => {
		const stamp = entry.kind === "file" ? observe(`${root}${entry.path}` as Path, entry.path)?.stamp : undefined;
		return stamp === undefined ? entry : { ...entry, copy: stamp };
	});
}
