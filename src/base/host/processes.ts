import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { environmentName, initName } from "../../confine/places.ts";
import { append } from "../collections.ts";
import { type Path, pathToBytes } from "../path/path.ts";
import { allPids, fileIdentity, linkTarget, namesIn, statusText, textOf } from "./proc.ts";

interface ProcessStatus {
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
	const text = statusText(pid);
	if (text === undefined) return undefined;
	const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
	return {
		name: field("Name"),
		parent: Number(field("PPid")),
		uid: Number(field("Uid").split(/\s+/)[0]),
		namespacePids: field("NSpid").split(/\s+/).filter(Boolean).map(Number),
		caught: BigInt(`0x${field("SigCgt") || "0"}`),
	};
}

export function children(pid: number): number[] {
	return namesIn(`/proc/${pid}/task`).flatMap((task) =>
		(textOf(`/proc/${pid}/task/${task}/children`) ?? "").split(" ").filter(Boolean).map(Number),
	);
}

/** Start time in clock ticks since boot. Together with the pid it identifies a process permanently. */
function startTime(pid: number): string | undefined {
	return statFields(pid)[19];
}

/** The fields of `/proc/PID/stat` from the third on. The second is the name, which may contain spaces and parentheses. */
export function statFields(pid: number): string[] {
	const stat = textOf(`/proc/${pid}/stat`);
	return stat === undefined ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Also true if it has ended. The states are those of proc_pid_stat(5). */
export function isSuspended(pid: number): boolean {
	const [state = "X"] = statFields(pid);
	return "TtZX".includes(state);
}

/** Milliseconds since 1970. */
export function startedAt(pid: number): number | undefined {
	const ticks = Number(startTime(pid) ?? Number.NaN);
	const uptime = Number((textOf("/proc/uptime") ?? "").split(" ")[0]);
	const since = uptime - ticks / ticksOfSecond;
	return Number.isFinite(since) ? Date.now() - since * 1000 : undefined;
}

/** USER_HZ, the clock ticks per second in /proc, equal on all platforms of Node. */
const ticksOfSecond = 100;

/** CPU seconds of a process and its descendants, including ended ones that were waited for (proc_pid_stat(5)). */
export function cpuSeconds(pid: number): number {
	return descendants(pid).reduce((sum, one) => sum + ownTicks(one), 0) / ticksOfSecond;
}

/** The process itself comes first. */
export function descendants(pid: number): number[] {
	return [pid, ...children(pid).flatMap(descendants)];
}

/** utime, stime, cutime and cstime: fields 14 to 17. */
function ownTicks(pid: number): number {
	return statFields(pid)
		.slice(11, 15)
		.reduce((sum, field) => sum + Number(field), 0);
}

/** Programs that only start the application. */
const launcherPrograms = new Set([initName, environmentName]);

/** The first process of the PID namespace below `ancestor`, once it is our init. */
export function findInit(ancestor: number): number | undefined {
	for (const child of children(ancestor)) {
		const status = processStatus(child);
		// A launch without a PID namespace has an init too.
		if (status?.name === initName) return child;
		const isTracer = status?.name === "strace";
		if (
			status &&
			!isTracer &&
			status.namespacePids.length > 1 &&
			status.namespacePids.at(-1) === 1 &&
			ownsNamespace(child, ancestor)
		) {
			return undefined;
		}
		const below = findInit(child);
		// The init's first process has its name until it becomes another program, and the child may just have become the init.
		if (below) return processStatus(child)?.name === initName ? child : below;
	}
	return undefined;
}

function ownsNamespace(pid: number, ancestor: number): boolean {
	const [own, outer] = [linkTarget(pid, "ns/pid"), linkTarget(ancestor, "ns/pid")];
	return own !== undefined && outer !== undefined && own !== outer;
}

/** The application's main process: the init's first child, once our own programs have started it. */
export function mainProcess(init: number): number | undefined {
	const main = children(init)[0];
	if (main === undefined) return undefined;
	const status = processStatus(main);
	if (!status || launcherPrograms.has(status.name)) return undefined;
	return main;
}

/** Whether the init runs commands of the service beside the application: they begin as the init's own children. */
export function runsCommands(init: number): boolean {
	return children(init).some((child) => processStatus(child)?.name === initName);
}

/** Whether every process that the init must signal has the account it was started as. */
export function keepsAccount(init: number): boolean {
	const uid = processStatus(init)?.uid;
	const started = children(init).flatMap((child) => processStatus(child) ?? []);
	return started.length > 0 && started.every((status) => status.uid === uid);
}

export function isSignal(name: string): boolean {
	return name in constants.signals;
}

export function handledSignals(pid: number): string[] {
	const caught = processStatus(pid)?.caught ?? 0n;
	return Object.entries(constants.signals)
		.filter(([, number]) => (caught >> BigInt(number - 1)) & 1n)
		.map(([name]) => name);
}

/** The processes of this machine with their roots, read once for several cages. */
class ProcessRoots {
	readonly #pids = allPids();
	readonly #byRoot = grouped(this.#pids, rootIdentity);
	#byNamespace: ReadonlyMap<Path | undefined, readonly number[]> | undefined;

	/**
	 * Pids of the processes whose root directory is `root`, or a directory below it that they chose by chroot(2). Compared by
	 * device and inode, because the link /proc/PID/root is relative to the mount namespace (measured).
	 */
	in(root: Path): number[] {
		const wanted = fileIdentity(pathToBytes(root));
		if (wanted === "") return [];
		const inside = this.#byRoot.get(wanted) ?? [];
		const guides = new Map(inside.map((pid) => [mountNamespace(pid), pid]));
		guides.delete(undefined);
		if (!guides.size) return inside;
		this.#byNamespace ??= grouped(this.#pids, mountNamespace);
		const deeper = [...guides].flatMap(([namespace, guide]) =>
			(this.#byNamespace?.get(namespace) ?? []).filter((pid) => !inside.includes(pid) && isRootBelow(pid, guide)),
		);
		return [...inside, ...deeper];
	}
}

function grouped<K>(pids: readonly number[], keyOf: (pid: number) => K): Map<K, number[]> {
	const groups = new Map<K, number[]>();
	for (const pid of pids) append(groups, keyOf(pid), pid);
	return groups;
}

/** "" if it has ended, or we may not read it. */
const rootIdentity = (pid: number) => fileIdentity(`/proc/${pid}/root/.`);

const mountNamespace = (pid: number) => linkTarget(pid, "ns/mnt");

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
		return rootIdentity(pid) !== "" && rootIdentity(pid) === fileIdentity(place);
	} catch {
		return false;
	}
}

/** The processes in a root, and the first of each PID namespace: our init, or the application under systemd. */
export function running(root: Path): { processes: number[]; inits: readonly number[] } {
	return runningOf(new ProcessRoots(), root);
}

/** The same for several roots, in their order. */
export function runningInEach(roots: readonly Path[]): { processes: number[]; inits: readonly number[] }[] {
	const all = new ProcessRoots();
	return roots.map((root) => runningOf(all, root));
}

function runningOf(all: ProcessRoots, root: Path): { processes: number[]; inits: readonly number[] } {
	const processes = all.in(root);
	return { processes, inits: initsOf(processes) };
}

function initsOf(inside: readonly number[]): readonly number[] {
	const firsts = inside.filter(
		(pid) => processStatus(pid)?.namespacePids.at(-1) === 1 && (processStatus(pid)?.namespacePids.length ?? 0) > 1,
	);
	// Without its own PID namespace (an older systemd), the application is the process with a parent outside.
	return firsts.length ? firsts : inside.filter((pid) => !inside.includes(processStatus(pid)?.parent ?? 0));
}

/** A permanent identification of a process, because pids are reused soon. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Clock ticks since boot (proc_pid_stat(5)). */
	readonly start: string;
	/** The boot and the PID namespace in which the pid counts. */
	readonly boot: string;
	readonly namespace: string;
}

export function thisProcess(): ProcessIdentity {
	return { pid: process.pid, start: startTime(process.pid) ?? "", boot: bootId(), namespace: pidNamespace() };
}

/**
 * Whether a process has certainly ended. Unknown for another PID namespace (a container that shares our state), which counts as
 * running.
 */
export function isGone({ pid, start, boot, namespace }: ProcessIdentity): boolean {
	if (boot !== bootId()) return true;
	if (namespace !== pidNamespace()) return false;
	return startTime(pid) !== start || isZombie(pid);
}

/** Also true if it has ended. */
function isZombie(pid: number): boolean {
	const [state = ""] = statFields(pid);
	return "ZX".includes(state);
}

function bootId(): string {
	return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}

/** `pid:[NUMBER]` (namespaces(7)). */
export function pidNamespace(): string {
	return readlinkSync("/proc/self/ns/pid");
}

/** Kinds of temporary files, which outlive their process only after a kill. */
type Transient = "staging" | "removed" | "seed" | "scratch" | "tmp";

/** A unique hidden name with its process: `.staging-PID-START-RANDOM`. Not secret. */
export function transientName(kind: Transient): string {
	const random = Math.floor(Math.random() * 2 ** 48);
	return `.${kind}-${process.pid}-${startTime(process.pid) ?? 0}-${random.toString(16).padStart(12, "0")}`;
}

/** Whether the process of a transient name has ended, as far as this PID namespace shows. */
export function isLeftover(name: string): boolean {
	const [, pid, start] = /^\.(?:staging|removed|seed|scratch|tmp)-(\d+)-(\d+)-[0-9a-f]{12}$/.exec(name) ?? [];
	return pid !== undefined && (startTime(Number(pid)) !== start || isZombie(Number(pid)));
}
