import type { Cage } from "../core/cage/cage.ts";
import { devicesOf, type Manifest } from "../core/cage/manifest.ts";
import { type TemporaryEntry, temporaryDirectories } from "../core/confinement/launch.ts";
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

/** The cage of that name, if any. A damaged description throws `state-damaged`, or counts as absent with `replace`. */
export async function readableCage(store: CageReader, name: string, replace: boolean): Promise<Cage | undefined> {
	try {
		return await store.cage(name);
	} catch (error) {
		if (replace && isDamage(error)) return undefined;
		throw error;
	}
}

/** The generation if its manifest can be read. A damaged manifest throws, or counts as absent with `replace`. */
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

/** Whether a description, manifest or pointer is unreadable, or a generation has no manifest. */
export function isDamage(error: unknown): error is Failure {
	return error instanceof Failure && ["state-damaged", "manifest-damaged", "no-such-generation"].includes(error.code);
}

interface Looking {
	readonly machine: Pick<Context["machine"], "store">;
}

/** Throws `cage-unknown`, or `cage-not-built` (exit 2) if no generation exists. */
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

/** The cage's folder in the form that installed units contain. */
export function cageFolder(store: CageReader, name: string): string {
	return showPath(parent(store.presentRoot(name)));
}

/** The launcher's view of a generation, from its manifest alone. */
export function layoutOf(store: CageReader, manifest: Manifest): CageLayout {
	return {
		name: manifest.name,
		root: store.root(manifest.name, manifest.generation),
		data: store.data(manifest.name),
		writable: manifest.writable.map((directory) => directory.path),
		binds: manifest.binds,
		temporaryEntries: temporaryEntriesOf(manifest),
		devices: devicesOf(manifest),
		permissions: manifest.permissions,
	};
}

/** Entries directly below /tmp and /var/tmp. The launcher empties both directories and binds these back. */
export function temporaryEntriesOf(manifest: Manifest): TemporaryEntry[] {
	return manifest.entries
		.filter((entry) => temporaryDirectories.includes(parent(entry.path)))
		.map((entry) => {
			const kind =
				entry.kind === "symlink" ? "symlink" : entry.kind === "file" || entry.kind === "generated" ? "file" : "directory";
			return { path: entry.path, kind, ...(entry.target === undefined ? {} : { target: entry.target }) };
		});
}
