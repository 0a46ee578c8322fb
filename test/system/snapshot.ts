import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a machine has: its files, and optionally its mounts and processes. Two snapshots show whether a command changed anything. */

export interface Scope {
	/** Prefix of the machine's paths, such as `/proc/PID/root`. Empty for this machine. */
	readonly root?: string;
	/** Files, or directories that are walked without entering other file systems. A missing one is recorded as nothing. */
	readonly places: readonly string[];
	/** Paths that are skipped with everything below them. */
	readonly without?: readonly string[];
	/**
	 * `identity` notices each file that was touched or replaced, even by the same content, and a changed extended attribute. `content`
	 * compares what restored copies have in common.
	 */
	readonly by?: "identity" | "content";
	/** A process whose mounts count, and all processes of the /proc that it sees. */
	readonly pid?: number;
}

/** Descriptions by path, by `mount PATH`, and by `process PID`. Paths are latin1, because names may contain any byte. */
export type Snapshot = ReadonlyMap<string, string>;

export function snapshot({ by = "identity", pid, places, root = "", without = [] }: Scope): Snapshot {
	const found = new Map<string, string>();
	const skipped = new Set(without.map((path) => Buffer.from(path).toString("latin1")));
	const visit = (path: string, device?: bigint) => {
		if (skipped.has(path)) return;
		const status = statusOf(bytes(root, path));
		if (!status || (device !== undefined && status.dev !== device)) return;
		found.set(path, describe(bytes(root, path), status, by));
		if (!status.isDirectory()) return;
		for (const name of namesIn(bytes(root, path))) visit(`${path === "/" ? "" : path}/${name}`, status.dev);
	};
	for (const place of places) visit(Buffer.from(place).toString("latin1"));
	return pid === undefined ? found : new Map([...found, ...mountsOf(pid), ...processesOf(pid)]);
}

/** Returns one line for each thing that is new, gone or changed. */
export function differences(before: Snapshot, after: Snapshot): string[] {
	const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `gone: ${key}`);
	const other = [...after].flatMap(([key, now]) => {
		const earlier = before.get(key);
		if (earlier === undefined) return [`new: ${key} (${now})`];
		return earlier === now ? [] : [`changed: ${key} (${earlier} -> ${now})`];
	});
	return [...gone, ...other].sort();
}

const bytes = (root: string, path: string) => Buffer.concat([Buffer.from(root), Buffer.from(path, "latin1")]);

/** Times of a device change when it is used, and times and size of a directory when something in it appears or vanishes. */
function describe(path: Buffer, status: BigIntStats, by: "identity" | "content"): string {
	const { ctimeNs, gid, ino, mode, mtimeNs, rdev, size, uid } = status;
	const common = [typeOf(status), (mode & 0o7777n).toString(8), `${uid}:${gid}`];
	const identity = by === "identity" ? [`inode ${ino}`] : [];
	if (status.isDirectory()) return [...common, ...identity].join(" ");
	if (status.isSymbolicLink()) return [...common, ...identity, readlinkSync(path, "latin1")].join(" ");
	if (!status.isFile()) return [...common, ...identity, `rdev ${rdev}`].join(" ");
	const contained = by === "identity" ? [`mtime ${mtimeNs}`, `ctime ${ctimeNs}`] : [sumOf(path)];
	return [...common, ...identity, `size ${size}`, ...contained].join(" ");
}

function typeOf(status: BigIntStats): string {
	if (status.isFile()) return "file";
	if (status.isDirectory()) return "directory";
	if (status.isSymbolicLink()) return "link";
	if (status.isFIFO()) return "fifo";
	if (status.isSocket()) return "socket";
	return status.isBlockDevice() ? "block" : "character";
}

/** Files may vanish while a running system is walked. */
function statusOf(path: Buffer): BigIntStats | undefined {
	return orNothing(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

function namesIn(path: Buffer): string[] {
	return orNothing(() => readdirSync(path, "latin1"))?.sort() ?? [];
}

function sumOf(path: Buffer): string {
	return orNothing(() => createHash("sha256").update(readFileSync(path)).digest("hex")) ?? "vanished";
}

function mountsOf(pid: number): [string, string][] {
	const lines = readFileSync(`/proc/${pid}/mountinfo`, "latin1").trim().split("\n");
	return lines.map((line) => [`mount ${line.split(" ")[4]} ${line.split(" ")[0]}`, line]);
}

/** Without processes that ended and wait for their parent. */
function processesOf(pid: number): [string, string][] {
	const proc = `/proc/${pid}/root/proc`;
	const pids = namesIn(Buffer.from(proc)).filter((name) => /^\d+$/.test(name));
	return pids.flatMap((one): [string, string][] => {
		const read = (file: string) => orNothing(() => readFileSync(`${proc}/${one}/${file}`, "latin1")) ?? "";
		const [, state, start] = /^.*\) (\S)(?: \S+){18} (\d+) /s.exec(read("stat")) ?? [];
		if (state === undefined || state === "Z") return [];
		return [[`process ${one}`, `${start} ${read("cmdline").replaceAll("\0", " ").trim()}`]];
	});
}

/** Returns nothing if the file or process has just vanished. */
function orNothing<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (["ENOENT", "ESRCH", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
		throw error;
	}
}
