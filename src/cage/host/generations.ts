import { lstat, readlink, rename } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { list, syncDirectory } from "../../base/host/descriptor.ts";
import { errorName, isMissing } from "../../base/host/errors.ts";
import { refuseMounts } from "../../base/host/mounts.ts";
import { isLeftover, transientName } from "../../base/host/processes.ts";
import { isNewer, programVersion } from "../../base/host/release.ts";
import { removeTree } from "../../base/host/remove.ts";
import { linkAtomic, readTextIfAny, writeJson } from "../../base/host/text-files.ts";
import { baseName, join, type Path, parent, pathFromText, pathToBytes } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { type Manifest, manifestFromJson, manifestToJson } from "../manifest.ts";

/** The files of a cage's generations (the contract's "On disk"). */
export function generationPaths(cage: Path) {
	const generations = join(cage, "generations");
	const manifests = join(cage, "manifests");
	return {
		generations,
		manifests,
		/** A link to the present generation. Systemd units use it, so that the next start is of the generation that is present then. */
		current: join(cage, "current"),
		/** Numbers of the generations that have been published. */
		tried: join(cage, "tried.json"),
		root: (generation: number) => join(generations, String(generation)),
		manifest: (generation: number) => join(manifests, `${generation}.json`),
	};
}

/** Complete generations with root and manifest, oldest first. */
export async function listGenerations(cage: Path): Promise<number[]> {
	const { generations, manifests } = generationPaths(cage);
	const described = new Set(numbers(await list(manifests), /^(\d+)\.json$/));
	return numbers(await list(generations), /^(\d+)$/).filter((number) => described.has(number));
}

/** A number that no generation has had. */
export async function nextGeneration(cage: Path): Promise<number> {
	const { generations, manifests } = generationPaths(cage);
	const used = [...numbers(await list(generations), /^(\d+)$/), ...numbers(await list(manifests), /^(\d+)\.json$/)];
	return Math.max(0, ...used) + 1;
}

/** The present generation. Undefined before the first. Throws `state-damaged` if the pointer is invalid. */
export async function currentGeneration(cage: Path): Promise<number | undefined> {
	const { current } = generationPaths(cage);
	const target = await readPointer(current);
	if (target === undefined) return undefined;
	const [, number] = /^generations\/([1-9]\d{0,8})$/.exec(target) ?? [];
	if (number === undefined) throw new Failure("state-damaged", { path: showPath(current) });
	return Number(number);
}

/** Makes another generation the present one with one rename. A running application stays in its generation. */
export async function switchGeneration(cage: Path, generation: number): Promise<void> {
	const whole = await listGenerations(cage);
	if (!whole.includes(generation)) throw new Failure("no-such-generation", { name: showPath(baseName(cage)), generation }, 2);
	const tried = (await triedGenerations(cage)).filter((one) => whole.includes(one) && one !== generation);
	await writeJson(generationPaths(cage).tried, [...tried, generation]);
	await linkAtomic(generationPaths(cage).current, pathFromText(`generations/${generation}`));
}

/**
 * Restores the previous generation after a failed publication. Only a link changes, for which a full disk has room. Undefined:
 * there was none.
 */
export async function switchBack(cage: Path, generation: number | undefined): Promise<void> {
	const { current } = generationPaths(cage);
	if (generation === undefined) await removeTree(current);
	else await linkAtomic(current, pathFromText(`generations/${generation}`));
}

/** Generations that were published. Nobody returns to a candidate that never was. */
async function triedGenerations(cage: Path): Promise<number[]> {
	try {
		const known: unknown = JSON.parse((await readTextIfAny(generationPaths(cage).tried)) ?? "[]");
		return Array.isArray(known) ? known.filter((one) => Number.isSafeInteger(one)) : [];
	} catch {
		return [];
	}
}

export async function writeManifest(cage: Path, manifest: Manifest): Promise<void> {
	// The first field, so that a package's script finds it in a large file.
	const json = { builtBy: programVersion(), ...Object(manifestToJson(manifest)) };
	await writeJson(generationPaths(cage).manifest(manifest.generation), json);
}

/** Throws `no-such-generation` (exit 2), `manifest-newer` or `manifest-damaged` (exit 1). */
export async function readManifest(cage: Path, generation: number): Promise<Manifest> {
	const path = generationPaths(cage).manifest(generation);
	const name = showPath(baseName(cage));
	const damaged = (error: unknown) => new Failure("manifest-damaged", { name, path: showPath(path) }, 1, error);
	const text = await readTextIfAny(path).catch((error: unknown) => {
		throw error instanceof Failure ? damaged(error) : error;
	});
	if (text === undefined) throw new Failure("no-such-generation", { name, generation }, 2);
	let json: unknown;
	try {
		json = JSON.parse(text);
		return manifestFromJson(json);
	} catch (error) {
		if (!(error instanceof SyntaxError) && !(error instanceof Failure)) throw error;
		const version = builderOf(json);
		if (version !== undefined && isNewer(version, programVersion()))
			throw new Failure("manifest-newer", { name, path: showPath(path), version: printable(version) }, 1, error);
		throw damaged(error);
	}
}

/** The version that built a generation. Undefined before 0.2.0, or if the file is no manifest. */
function builderOf(json: unknown): string | undefined {
	const { builtBy } = Object(json);
	return typeof builtBy === "string" ? builtBy : undefined;
}

/** Removes a generation that is not the present one, and its manifest. Throws `generation-in-use` (exit 4) or `mounted-below`. */
export async function removeGeneration(cage: Path, generation: number): Promise<void> {
	if ((await currentGeneration(cage)) === generation) {
		throw new Failure("generation-in-use", { name: showPath(baseName(cage)), generation }, 4);
	}
	const { root, manifest } = generationPaths(cage);
	await discard(root(generation));
	await removeTree(manifest(generation));
}

/**
 * Removes a file or directory by renaming it first, so that a kill in the middle leaves something hidden, which `clearLeftovers`
 * finds, and never half of it.
 */
export async function discard(directory: Path): Promise<void> {
	await refuseMounts(directory);
	const aside = join(parent(directory), transientName("removed"));
	try {
		await rename(pathToBytes(directory), pathToBytes(aside));
	} catch (error) {
		if (isMissing(error)) return;
		throw error;
	}
	await removeTree(aside);
}

/**
 * Deletes what killed commands left: staging folders and temporary files whose process is gone, generations without a manifest or
 * a completed trial, and manifests without a generation. The caller holds the cage's lock. Returns the deleted paths.
 */
export async function clearLeftovers(cage: Path): Promise<Path[]> {
	const { generations, manifests } = generationPaths(cage);
	const removed: Path[] = [];
	const remove = async (path: Path) => {
		if (await removeTree(path)) removed.push(path);
	};
	for (const directory of [cage, generations, manifests, join(cage, "traces")]) {
		for (const name of await list(directory)) if (isLeftover(name)) await remove(join(directory, name));
	}
	const whole = await listGenerations(cage);
	const current = await currentGeneration(cage);
	const tried = await triedGenerations(cage);
	for (const number of numbers(await list(generations), /^(\d+)$/)) {
		// A newer generation that was never published is a candidate whose trial was interrupted.
		const isCandidate = number > (current ?? 0) && !tried.includes(number);
		if (number === current || (whole.includes(number) && !isCandidate)) continue;
		await discard(join(generations, String(number)));
		removed.push(join(generations, String(number)));
	}
	// An interrupted removal deleted the files first, so these manifests describe nothing.
	const there = new Set(numbers(await list(generations), /^(\d+)$/));
	for (const number of numbers(await list(manifests), /^(\d+)\.json$/)) {
		if (!there.has(number)) await remove(join(manifests, `${number}.json` as Path));
	}
	if (removed.length > 0 && (await lstat(pathToBytes(generations)).catch(() => undefined))) await syncDirectory(generations);
	return removed;
}

function numbers(from: readonly string[], pattern: RegExp): number[] {
	return from
		.flatMap((name) => pattern.exec(name)?.[1] ?? [])
		.map(Number)
		.sort((a, b) => a - b);
}

/** The link's target, if any. Earlier releases had a file with the number instead. */
async function readPointer(path: Path): Promise<string | undefined> {
	try {
		return await readlink(pathToBytes(path), "latin1");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		if (errorName(error) === "EINVAL") return `generations/${(await readTextIfAny(path))?.trimEnd()}`;
		throw error;
	}
}
