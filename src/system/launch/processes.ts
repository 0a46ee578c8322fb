import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { constants } from "node:os";
import { environmentName } from "../../core/confinement/environment.ts";
import { initName } from "../../core/confinement/launch.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";

/** Reads /proc (proc(5)). A process may end at any moment, so unreadable values are absent. */

export interface ProcessStatus {
	readonly name: string;
	readonly parent: number;
	/** The pid in each PID namespace, ours first. */
	readonly namespacePids: readonly number[];
	/** The real user id. */
	readonly uid: number;
	/** Bit n-1 is set if signal n has a handler. */
	readonly caught: bigint;
}

export function processStatus(pid: number): ProcessStatus | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/status`, "latin1");
		const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
		return {
			name: field("Name"),
			parent: Number(field("PPid")),
			uid: Number(field("Uid").split(/\s+/)[0]),
			namespacePids: field("NSpid").split(/\s+/).filter(Boolean).map(Number),
			caught: BigInt(`0x${field("SigCgt") || "0"}`),
		};
	} catch {
		return undefined;
	}
}

export function children(pid: number): number[] {
	try {
		return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
			readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").split(" ").filter(Boolean).map(Number),
		);
	} catch {
		return [];
	}
}

/** Start time in clock ticks since boot. Together with the pid it identifies a process permanently. */
export function startTime(pid: number): string | undefined {
	return statFields(pid)[19];
}

/** The fields of `/proc/PID/stat` from the third on. The second is the name, which may contain spaces and parentheses. */
function statFields(pid: number): string[] {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	} catch {
		return [];
	}
}

/** USER_HZ, the clock ticks per second in /proc, equal on all platforms of Node. */
const ticksOfSecond = 100;

/** CPU seconds of a process and its descendants, including ended ones that were waited for (proc_pid_stat(5)). */
export function cpuSeconds(pid: number): number {
	return descendants(pid).reduce((sum, one) => sum + ownTicks(one), 0) / ticksOfSecond;
}

function descendants(pid: number): number[] {
	return [pid, ...children(pid).flatMap(descendants)];
}

/** utime, stime, cutime and cstime: fields 14 to 17. */
function ownTicks(pid: number): number {
	return statFields(pid)
		.slice(11, 15)
		.reduce((sum, field) => sum + Number(field), 0);
}

/** Programs that only start the application. */
const launcherPrograms = new Set(["setpriv", "ld-linux", environmentName]);

/** The first process of the PID namespace below `ancestor`, once it is our init. */
export function findInit(ancestor: number): number | undefined {
	for (const child of children(ancestor)) {
		const status = processStatus(child);
		// A launch without a PID namespace has an init too.
		if (status?.name === initName) return child;
		if (status && status.namespacePids.length > 1 && status.namespacePids.at(-1) === 1 && ownsNamespace(child, ancestor)) {
			return undefined;
		}
		const below = findInit(child);
		if (below) return below;
	}
	return undefined;
}

function ownsNamespace(pid: number, ancestor: number): boolean {
	try {
		return readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync(`/proc/${ancestor}/ns/pid`);
	} catch {
		return false;
	}
}

/** The application's main process: the init's first child, once our own programs have started it. */
export function mainProcess(init: number): number | undefined {
	const main = children(init)[0];
	if (main === undefined) return undefined;
	const status = processStatus(main);
	if (!status || launcherPrograms.has(status.name.replace(/-x86-64.*|-aarch64.*/, "")) || status.name === initName)
		return undefined;
	return main;
}

/** Whether every process that the init must signal has the account it was started as. */
export function keepsAccount(init: number): boolean {
	const uid = processStatus(init)?.uid;
	const started = children(init).flatMap((child) => processStatus(child) ?? []);
	return started.length > 0 && started.every((status) => status.uid === uid);
}

export function handledSignals(pid: number): string[] {
	const caught = processStatus(pid)?.caught ?? 0n;
	return Object.entries(constants.signals)
		.filter(([, number]) => (caught >> BigInt(number - 1)) & 1n)
		.map(([name]) => name);
}

/**
 * Pids of the processes whose root directory is `root`, or a directory below it that they chose by chroot(2). Compared by
 * device and inode, because the link /proc/PID/root is relative to the mount namespace (measured).
 */
export function processesIn(root: Path): number[] {
	const wanted = statSync(pathToBytes(root), { bigint: true, throwIfNoEntry: false });
	if (!wanted) return [];
	const pids = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
	const inside = pids.filter((pid) => isSame(rootOf(pid), wanted));
	const guides = new Map(inside.map((pid) => [mountNamespace(pid), pid]));
	guides.delete(undefined);
	const deeper = pids.filter((pid) => {
		const guide = guides.size ? guides.get(mountNamespace(pid)) : undefined;
		return guide !== undefined && !inside.includes(pid) && isRootBelow(pid, guide);
	});
	return [...inside, ...deeper];
}

type Directory = ReturnType<typeof rootOf>;

function rootOf(pid: number): { readonly dev: bigint; readonly ino: bigint } | undefined {
	try {
		return statSync(`/proc/${pid}/root/.`, { bigint: true });
	} catch {
		return undefined; // It has ended, or we may not read it.
	}
}

const isSame = (one: Directory, other: Directory) =>
	one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;

function mountNamespace(pid: number): string | undefined {
	try {
		return readlinkSync(`/proc/${pid}/ns/mnt`);
	} catch {
		return undefined;
	}
}

/**
 * True if a process's root is a directory below the root of `guide` in the same mount namespace, as after its own chroot(2).
 * A symbolic link on the way counts as outside, because it could lead to the host when read from here.
 */
export function isRootBelow(pid: number, guide: number): boolean {
	const namespace = mountNamespace(pid);
	if (namespace === undefined || namespace !== mountNamespace(guide)) return false;
	try {
		let place = `/proc/${guide}/root/.`;
		for (const name of readlinkSync(`/proc/${pid}/root`).split("/").filter(Boolean)) {
			place += `/${name}`;
			if (name === ".." || !lstatSync(place).isDirectory()) return false;
		}
		return isSame(rootOf(pid), statSync(place, { bigint: true }));
	} catch {
		return false;
	}
}

/** The first process of each PID namespace in which a cage with this root runs: our init, or the application under systemd. */
export function initsIn(root: Path): number[] {
	const inside = processesIn(root);
	const firsts = inside.filter(
		(pid) => processStatus(pid)?.namespacePids.at(-1) === 1 && (processStatus(pid)?.namespacePids.length ?? 0) > 1,
	);
	// Without its own PID namespace (an older systemd), the application is the process with a parent outside.
	return firsts.length ? firsts : inside.filter((pid) => !inside.includes(processStatus(pid)?.parent ?? 0));
}
