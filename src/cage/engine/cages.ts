import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import type { CageReader, CageStore } from "../../base/engine/store.ts";
import { Failure } from "../../base/failure.ts";
import { didYouMean } from "../../base/nearest.ts";
import { isWithin, outermost, type Path, parent } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { temporaryDirectories } from "../../confine/places.ts";
import type { TemporaryEntry } from "../../launch/launch.ts";
import type { CageLayout } from "../../launch/ports.ts";
import { uidsOf } from "../../plan/accounts.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Cage } from "../cage.ts";
import { devicesOf, type Manifest, rootsOf } from "../manifest.ts";
import type { Lock } from "../ports.ts";

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
	if (!cage) throw await cageUnknown(store, name);
	return cage;
}

/** `cage-unknown` (exit 2), with the cages whose names are similar. */
export async function cageUnknown(store: CageReader, name: string): Promise<Failure> {
	return new Failure("cage-unknown", { name, ...didYouMean(name, await store.names()) }, 2);
}

/** The cage of that name, if any. A damaged description throws `state-damaged`, or counts as absent with `replace`. */
export function readableCage(store: CageReader, name: string, replace: boolean): Promise<Cage | undefined> {
	return replace ? unlessDamaged(store.cage(name)) : store.cage(name);
}

/** The generation if its manifest can be read. A damaged manifest throws, or counts as absent with `replace`. */
export async function readableManifest(
	store: CageReader,
	name: string,
	generation: number | undefined,
	replace: boolean,
): Promise<number | undefined> {
	if (generation === undefined) return undefined;
	const reading = store.manifest(name, generation).then(() => generation);
	return replace ? unlessDamaged(reading) : reading;
}

/** Returns undefined for damaged state instead of throwing. */
export async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (isDamage(error)) return undefined;
		throw error;
	}
}

const damageCodes = [
	"state-damaged",
	"state-newer",
	"state-not-regular",
	"state-too-large",
	"manifest-damaged",
	"manifest-newer",
	"no-such-generation",
];

/** Whether a description, manifest or pointer is unreadable, or a generation has no manifest. */
export function isDamage(error: unknown): error is Failure {
	return error instanceof Failure && damageCodes.includes(error.code);
}

/** Throws `not-traced` (exit 2) if the cage has no trace. */
export async function requireTrace(store: CageStore, name: string): Promise<Trace> {
	const trace = await store.trace(name);
	if (!trace) throw new Failure("not-traced", { name }, 2);
	return trace;
}

/** Locks a cage. Returns undefined if another command has locked it. */
export async function lockUnlessBusy(store: CageStore, name: string): Promise<Lock | undefined> {
	try {
		return await store.lock(name);
	} catch (error) {
		if (error instanceof Failure && error.code === "cage-busy") return undefined;
		throw error;
	}
}

/** Host pids of a cage's processes and inits in any of its generations, except one. */
export async function runningIn(
	{ launcher, store }: Pick<Machine, "launcher" | "store">,
	name: string,
	except?: number,
): Promise<{ readonly processes: readonly number[]; readonly inits: readonly number[] }> {
	const generations = (await store.generations(name)).filter((one) => one !== except);
	const all = generations.map((one) => launcher.running(store.root(name, one)));
	return { processes: all.flatMap(({ processes }) => processes), inits: all.flatMap(({ inits }) => inits) };
}

/** Throws `cage-running` (exit 4) if a process of the cage runs. */
export async function requireStopped(machine: Pick<Machine, "launcher" | "store">, name: string): Promise<void> {
	const [pid] = (await runningIn(machine, name)).processes;
	if (pid !== undefined) throw new Failure("cage-running", { name, pid }, 4);
}

interface StoreContext {
	readonly machine: Pick<Machine, "store">;
}

/** Throws `cage-unknown`, or `cage-not-built` (exit 2) if no generation exists. */
export async function presentGeneration(
	{ machine }: StoreContext,
	name: string,
): Promise<Pick<PresentCage, "cage" | "generation">> {
	const cage = await knownCage(machine.store, name);
	const generation = await machine.store.present(name);
	if (generation === undefined) throw new Failure("cage-not-built", { name }, 2);
	return { cage, generation };
}

/** Throws what `presentGeneration` throws, and `manifest-damaged`. */
export async function presentCage(context: StoreContext, name: string): Promise<PresentCage> {
	const { store } = context.machine;
	const { cage, generation } = await presentGeneration(context, name);
	const manifest = await store.manifest(name, generation);
	if (!manifest) throw new Failure("cage-not-built", { name }, 2);
	return { cage, generation, manifest, layout: layoutOf(store, manifest, cage) };
}

/** Throws `cage-state-in-place` (exit 4) for a cage that only its service may start, because the service may run outside. */
export function requireOwnState({ name, stateInPlace: [path] = [], unit = "" }: Cage): void {
	if (path !== undefined) throw new Failure("cage-state-in-place", { name, service: unit, path: showPath(path) }, 4);
}

/** The cage as it is with this state in place, or, if undefined, with all state in its data. */
export function withStateInPlace(present: PresentCage, stateInPlace: readonly Path[] | undefined): PresentCage {
	const { stateInPlace: _, ...rest } = present.cage;
	const cage = stateInPlace ? { ...rest, stateInPlace } : rest;
	return { ...present, cage, layout: { ...present.layout, inPlace: stateInPlace ?? [] } };
}

/** The cage's folder in the form that installed units contain. */
export function cageFolder(store: CageReader, name: string): string {
	return showPath(parent(store.presentRoot(name)));
}

/** The launcher's view of a generation. */
export function layoutOf(store: CageReader, manifest: Manifest, { stateInPlace = [] }: Pick<Cage, "stateInPlace">): CageLayout {
	return {
		name: manifest.name,
		root: store.root(manifest.name, manifest.generation),
		data: store.data(manifest.name),
		inPlace: stateInPlace,
		writable: manifest.writable.map((directory) => directory.path),
		binds: manifest.binds,
		temporaryEntries: temporaryEntriesOf(manifest),
		devices: devicesOf(manifest),
		permissions: manifest.permissions,
		uids: uidsOf(manifest.accounts),
	};
}

/** Entries directly below /tmp and /var/tmp. The launcher empties both directories and binds these back. */
export function temporaryEntriesOf(manifest: Manifest): TemporaryEntry[] {
	return manifest.entries
		.filter((entry) => temporaryDirectories.includes(parent(entry.path)))
		.map((entry) => {
			const kind =
				entry.kind === "symlink" ? "symlink" : entry.kind === "file" || entry.kind === "generated" ? "file" : "directory";
			return { path: entry.path, kind, ...omitUndefined({ target: entry.target }) };
		});
}

/**
 * Throws `cage-runs-wider` (exit 4) if something runs in a generation that mounts a directory above one of `writable`. Building
 * would move that directory's state out of its reach.
 */
export async function requireNothingWider(
	{ machine: { launcher, store } }: Pick<Context, "machine">,
	name: string,
	writable: readonly Path[],
): Promise<void> {
	const roots = outermost(writable);
	for (const generation of await store.generations(name)) {
		const manifest = await unlessDamaged(store.manifest(name, generation));
		for (const above of manifest ? rootsOf(manifest) : []) {
			const path = roots.find((one) => one !== above && isWithin(one, above));
			const [pid] = path === undefined ? [] : launcher.running(store.root(name, generation)).processes;
			if (path !== undefined && pid !== undefined)
				throw new Failure("cage-runs-wider", { name, pid, above: showPath(above), path: showPath(path) }, 4);
		}
	}
}
