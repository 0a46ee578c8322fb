import type { Manifest } from "../cage/manifest.ts";
import { isWithin, outermost, type Path, pathFromText } from "../path/path.ts";
import { areaOf, isSystemDirectory } from "../plan/areas.ts";

/**
 * How far a service is on its way into its cage or back. Written before each step is taken, so that whatever a killed command left can be
 * told and finished or undone:
 * `seeding` (stopped, its state is being copied) → `starting` (drop-in written, asked whether it answers) → `adopted` →
 * `returning` (stopped, its state is being copied back; the drop-in is still there) → `returned` (drop-in taken away).
 */
export const phases = ["seeding", "starting", "adopted", "returning", "returned"] as const;
type Phase = (typeof phases)[number];

/** Units beside a service that are stopped with it, and have to run again after it. */
export interface Companions {
	/** Sockets, timers and paths that start it. */
	readonly triggers: readonly string[];
	/** Services that require it: systemd stops them with it, and starts none of them with it. */
	readonly dependents: readonly string[];
}

/** A directory of state: the host keeps its own while the cage has a copy. */
export interface AdoptedPlace {
	readonly path: Path;
	/** Of the host's directory when it was copied, to tell whether somebody wrote there since; undefined where there was none. */
	readonly host?: string;
	/** Of the cage's when it was filled. */
	readonly cage: string;
	/** While a release gives it back, from just before anything is made there; only such places are undone or finished. */
	readonly stage?: ReturnStage;
}

/**
 * The folder within a place where a release keeps one side while the other is there. Its name cannot be guessed, and with its inode it is
 * told from what somebody else put there: the application may write to the place.
 */
export interface ReturnStage {
	readonly name: Path;
	/** st_ino as decimal text; absent until it is made. */
	readonly inode?: string;
	/** Whether the host's state was as it had been copied. Moving it changes its times (ctime): after an undo it is looked at anew. */
	readonly untouched: boolean;
}

/** A place that a release is giving back. */
export type StagedPlace = AdoptedPlace & { readonly stage: ReturnStage };

export function isStaged(place: AdoptedPlace): place is StagedPlace {
	return place.stage !== undefined;
}

/** A service of the host that a cage has taken over, or is about to. */
export interface Adoption {
	/** Full name, e.g. `nginx.service`. */
	readonly service: string;
	readonly phase: Phase;
	/** ISO 8601, UTC. */
	readonly since: string;
	/** Units that ran and go down with it, or would start it meanwhile. */
	readonly companions: Companions;
	/** What was written beside the service's unit; only that is taken away again. */
	readonly dropin: string;
	readonly probes: readonly string[];
	/** Seconds for an answer after a start. */
	readonly timeout: number;
	readonly places: readonly AdoptedPlace[];
}

/** Whose state counts where both sides changed. */
export type Keep = "host" | "cage";

/** The outermost directories of state that a service takes with it. What is emptied at each boot anyway (FHS 3.15) is none. */
export function placesOf({ writable }: Pick<Manifest, "writable">): Path[] {
	const paths = writable.map(({ path }) => path).filter((path) => !isVolatile(path));
	return outermost(paths);
}

/** A directory that others keep their state in as well: it cannot be taken along, and never be put back. */
export function sharedWithOthers(places: readonly Path[]): Path | undefined {
	return places.find(isSystemDirectory);
}

const volatile = ["/run", "/var/run", "/dev/shm"].map(pathFromText);

function isVolatile(path: Path): boolean {
	return areaOf(path) === "temporary" || volatile.some((top) => isWithin(path, top));
}
