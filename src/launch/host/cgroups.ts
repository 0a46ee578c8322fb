import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import { textOf } from "../../base/host/proc.ts";
import { isLeftover, pidNamespace, transientName } from "../../base/host/processes.ts";
import { requireTool } from "../../base/host/tools.ts";
import type { Identity } from "../../base/machine/facts.ts";
import { parseMountinfo } from "../../base/machine/mountinfo.ts";
import { type CgroupLimit, type HeldLimit, type LimitKind, limitsSet, ownProcesses } from "../../confine/limits.ts";
import type { Limits } from "../../service/application.ts";

/**
 * Creates the possible cgroups; resource limits hold the rest. Throws `limit-not-held` (exit 3) if neither can: nothing starts
 * without a requested limit.
 */
export async function prepareLimits(limits: Limits, identity: Identity): Promise<CgroupLimit[]> {
	const groups = makeCgroups(limits);
	const left = limitsSet(limits).filter(({ kind }) => !groups.some((group) => group.kind === kind));
	try {
		refuseUnheld(limits, identity, groups);
		if (left.length) requireTool("prlimit");
	} catch (error) {
		await removeCgroups(groups);
		throw error;
	}
	return groups;
}

/** RLIMIT_NPROC does not apply to real user 0 (setrlimit(2)). */
export function refuseUnheld({ processes }: Limits, { uid }: Identity, groups: readonly CgroupLimit[]): void {
	if (processes === undefined || uid !== 0 || groups.some(({ kind }) => kind === "processes")) return;
	throw new Failure("limit-not-held", { value: processes }, 3);
}

const resourceNames = { memory: "Max address space", processes: "Max processes", files: "Max open files" } as const;

/** The limits of a process according to the kernel. */
export function heldLimits(pid: number, limits: Limits): HeldLimit[] {
	const resources = readFileSync(`/proc/${pid}/limits`, "latin1");
	return limitsSet(limits).flatMap(({ kind }): HeldLimit[] => {
		const group = kind === "files" ? undefined : cgroupLimit(pid, kind);
		if (group !== undefined) return [{ kind, value: group, by: "cgroup" }];
		const value = resourceLimit(resources, kind);
		return value === undefined ? [] : [{ kind, value, by: "rlimit" }];
	});
}

function resourceLimit(text: string, kind: LimitKind): number | undefined {
	const [, hard] = new RegExp(`^${resourceNames[kind]} +\\S+ +(\\d+)`, "m").exec(text) ?? [];
	return hard === undefined ? undefined : Number(hard);
}

/** Limits for a runaway application in the sandbox, far above what a service needs. */

const mostProcesses = 4096;
/** Share of the machine's memory. */
const memoryShare = 0.75;

/**
 * Cgroups for the sandbox, if available. `limits` is for setrlimit(2), which does not limit root's processes, and limits memory
 * only by addresses, of which runtimes reserve far more than they use.
 */
export function limitSandbox({ uid }: Identity): { groups: CgroupLimit[]; limits: Limits } {
	const groups = makeCgroups({ memory: Math.floor(totalmem() * memoryShare), processes: mostProcesses });
	return { groups, limits: uid === 0 ? {} : { processes: mostProcesses } };
}

const lookEvery = 200;
const leastFree = 2 ** 30;
const leastShare = 0.05;

/** Calls `isFull` once when the file system of `folder` is almost full. Returns a function that ends the watch. */
export function watchDisk(folder: string, isFull: () => void): () => void {
	const { bavail, blocks, bsize, ffree } = statfsSync(folder);
	// Half of the free space if there is little from the beginning.
	const blocksKept = Math.min(leastFree / bsize, blocks * leastShare, bavail / 2);
	const filesKept = ffree * leastShare;
	const timer = setInterval(() => {
		const now = statfsSync(folder);
		if (now.bavail >= blocksKept && now.ffree >= filesKept) return;
		clearInterval(timer);
		isFull();
	}, lookEvery);
	timer.unref();
	return () => clearInterval(timer);
}

/**
 * Creates cgroups (cgroups(7), both versions) for one launch each, next to existing ones and without changing them. If no
 * controller is available this way, nothing is created and resource limits must do.
 */

type Controller = "memory" | "pids";
const controllerOf = { memory: "memory", processes: "pids" } as const satisfies Record<CgroupLimit["kind"], Controller>;

interface Place {
	readonly version: 1 | 2;
	/** An existing group below which groups with the controller can be created. */
	readonly folder: string;
}

/** Creates as many of these limits as possible. Remove the result with `removeCgroups`. */
function makeCgroups(limits: Limits): CgroupLimit[] {
	const made: CgroupLimit[] = [];
	const name = `cagewright${transientName("scratch")}${ourSuffix()}`;
	for (const kind of ["memory", "processes"] as const) {
		const value = limits[kind];
		const place = value === undefined ? undefined : placeOf(controllerOf[kind]);
		if (value === undefined || place === undefined) continue;
		const folder = join(place.folder, name);
		try {
			if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
			setLimit(folder, place.version, kind, value);
			made.push({ kind, folder });
		} catch {
			// Read-only or not ours, as in a container without its own group.
			if (!made.some((one) => one.folder === folder) && existsSync(folder)) rmdirSync(folder);
		}
	}
	return made;
}

function setLimit(folder: string, version: 1 | 2, kind: CgroupLimit["kind"], value: number): void {
	if (kind === "processes") writeFileSync(join(folder, "pids.max"), String(value + ownProcesses));
	else if (version === 1) {
		writeFileSync(join(folder, "memory.limit_in_bytes"), String(value));
		writeWhereThere(join(folder, "memory.memsw.limit_in_bytes"), String(value));
	} else {
		writeFileSync(join(folder, "memory.max"), String(value));
		// Otherwise the excess would go to swap.
		writeWhereThere(join(folder, "memory.swap.max"), "0");
	}
}

function writeWhereThere(file: string, text: string): void {
	if (existsSync(file)) writeFileSync(file, text);
}

/** Waits until the last process is gone, which the kernel notices with a delay. */
export async function removeCgroups(groups: readonly CgroupLimit[]): Promise<void> {
	for (const folder of new Set(groups.map((group) => group.folder))) {
		for (let attempt = 0; attempt < 100 && !remove(folder); attempt++) await sleep(20);
	}
}

/**
 * Containers may share the host's cgroups, and each has its own pids: nobody can tell here whether processes of another PID
 * namespace still run.
 */
function ourSuffix(): string {
	return `.${pidNamespace().replace(/\D/g, "")}`;
}

/** Removes the cgroups of killed commands. Groups with processes stay. */
export function clearAbandonedCgroups(): void {
	const suffix = ourSuffix();
	const parents = new Set((["memory", "pids"] as const).flatMap((controller) => placeOf(controller)?.folder ?? []));
	for (const parent of parents) {
		for (const name of readdirSync(parent)) {
			const isOurs = name.startsWith("cagewright.") && name.endsWith(suffix);
			if (isOurs && isLeftover(name.slice("cagewright".length, -suffix.length))) remove(join(parent, name));
		}
	}
}

/** rmdir(2) suffices, because the files of a group cannot be removed. */
function remove(folder: string): boolean {
	try {
		rmdirSync(folder);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ENOENT";
	}
}

/** The limit of a process's group if we created it. */
function cgroupLimit(pid: number, kind: CgroupLimit["kind"]): number | undefined {
	try {
		const group = groupsOf(pid, controllerOf[kind]).find(({ folder }) => basename(folder).startsWith("cagewright."));
		if (!group) return undefined;
		const file = kind === "processes" ? "pids.max" : group.version === 1 ? "memory.limit_in_bytes" : "memory.max";
		const value = Number(readFileSync(join(group.folder, file), "latin1"));
		if (!Number.isFinite(value)) return undefined;
		return kind === "processes" ? value - ownProcesses : value;
	} catch {
		return undefined;
	}
}

/**
 * Where a group with this controller can be created: for version 1 below our own group; for version 2 below the nearest ancestor
 * that delegates it, because a group with processes cannot.
 */
function placeOf(controller: Controller): Place | undefined {
	for (const group of groupsOf("self", controller)) {
		if (group.version === 1) return group;
		for (let folder = group.folder; folder.startsWith(group.mount); folder = dirname(folder)) {
			if (wordsOf(join(folder, "cgroup.subtree_control")).includes(controller)) return { version: 2, folder };
		}
	}
	return undefined;
}

function wordsOf(file: string): string[] {
	return textOf(file)?.trim().split(/\s+/) ?? [];
}

/** The groups of a process for this controller, version 1 before version 2 (proc_pid_cgroup(5)). */
function groupsOf(pid: number | "self", controller: Controller): (Place & { readonly mount: string })[] {
	const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
	const mounts = cgroupMounts();
	return ([1, 2] as const).flatMap((version) => {
		const path = groups
			.map((line) => /^(\d+):([^:]*):(.*)$/.exec(line))
			.find((found) => (version === 2 ? found?.[1] === "0" : found?.[2]?.split(",").includes(controller)))?.[3];
		const mount = mounts.find((one) => one.version === version && (version === 2 || one.options.includes(controller)));
		if (path === undefined || mount === undefined) return [];
		// In a container the mount may start below the hierarchy's root, and the path with it.
		const below = mount.root !== "/" && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
		const folder = join(mount.place, below);
		return existsSync(folder) ? [{ version, folder, mount: mount.place }] : [];
	});
}

/** Mounts of cgroup hierarchies. */
export function cgroupMounts() {
	// As text, like the names of the groups.
	return parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8")).flatMap(({ path, root, superOptions, type }) => {
		const version = type === "cgroup2" ? 2 : type === "cgroup" ? 1 : undefined;
		return version === undefined ? [] : [{ version, root, place: String(path), options: superOptions } as const];
	});
}
