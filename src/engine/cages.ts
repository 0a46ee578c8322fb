import type { Cage } from "../core/cage/cage.ts";
import { devicesOf, type Manifest } from "../core/cage/manifest.ts";
import { type KeptInTemporary, temporaryDirectories } from "../core/confinement/launch.ts";
import { Failure } from "../core/failure.ts";
import { parent } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { Context } from "./context.ts";
import type { CageLayout } from "./ports.ts";
import type { CageReader } from "./store.ts";

/** A cage with its present generation. */
export interface PresentCage {
	readonly cage: Cage;
	readonly generation: number;
	readonly manifest: Manifest;
	readonly layout: CageLayout;
}

/** Throws `cage-unknown` (exit 2). */
export async function knownCage(store: CageReader, name: string): Promise<Cage> {
	const cage = await store.cage(name);
	if (!cage) throw new Failure("cage-unknown", { name }, 2);
	return cage;
}

/** A cage of that name if there is one. One whose description is damaged is none where it is to be replaced; else throws `state-damaged`. */
export async function readableCage(store: CageReader, name: string, replace: boolean): Promise<Cage | undefined> {
	try {
		return await store.cage(name);
	} catch (error) {
		if (replace && isDamage(error)) return undefined;
		throw error;
	}
}

/** A generation if its manifest can be read. Where it is to be replaced, nothing is taken over from a damaged one; else throws. */
export async function readableManifest(
	store: CageReader,
	name: string,
	generation: number | undefined,
	replace: boolean,
): Promise<number | undefined> {
	if (generation === undefined) return undefined;
	try {
		await store.manifest(name, generation);
		return generation;
	} catch (error) {
		if (replace && isDamage(error)) return undefined;
		throw error;
	}
}

/** A description, a manifest or a pointer that cannot be understood, or a generation that lost its manifest. */
export function isDamage(error: unknown): error is Failure {
	return error instanceof Failure && ["state-damaged", "manifest-damaged", "no-such-generation"].includes(error.code);
}

interface Looking {
	readonly machine: Pick<Context["machine"], "store">;
}

/** Throws `cage-unknown`, or `cage-not-built` (exit 2) where only earlier steps were done. */
export async function presentGeneration({ machine }: Looking, name: string): Promise<Pick<PresentCage, "cage" | "generation">> {
	const cage = await knownCage(machine.store, name);
	const generation = await machine.store.present(name);
	if (generation === undefined) throw new Failure("cage-not-built", { name }, 2);
	return { cage, generation };
}

/** Throws what `presentGeneration` throws, and `manifest-damaged`. */
export async function presentCage(context: Looking, name: string): Promise<PresentCage> {
	const { store } = context.machine;
	const { cage, generation } = await presentGeneration(context, name);
	const manifest = await store.manifest(name, generation);
	if (!manifest) throw new Failure("cage-not-built", { name }, 2);
	return { cage, generation, manifest, layout: layoutOf(store, manifest) };
}

/** The folder of a cage, as units that were installed for it say. */
export function cageFolder(store: CageReader, name: string): string {
	return showPath(parent(store.presentRoot(name)));
}

/** What the launcher needs of a generation, from its manifest alone. */
export function layoutOf(store: CageReader, manifest: Manifest): CageLayout {
	return {
		name: manifest.name,
		root: store.root(manifest.name, manifest.generation),
		data: store.data(manifest.name),
		writable: manifest.writable.map((directory) => directory.path),
		binds: manifest.binds,
		kept: keptInTemporary(manifest),
		devices: devicesOf(manifest),
		permissions: manifest.permissions,
	};
}

/** What a generation has directly below /tmp and /var/tmp: the launcher, which empties both, binds it back. */
export function keptInTemporary(manifest: Manifest): KeptInTemporary[] {
	return manifest.entries
		.filter((entry) => temporaryDirectories.includes(parent(entry.path)))
		.map((entry) => {
			const kind =
				entry.kind === "symlink" ? "symlink" : entry.kind === "file" || entry.kind === "generated" ? "file" : "directory";
			return { path: entry.path, kind, ...(entry.target === undefined ? {} : { target: entry.target }) };
		});
}
