import { randomBytes } from "node:crypto";
import { readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { Failure } from "../failure.ts";
import { join, type Path, parent, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { attempt, errorName, writeFailure } from "./errors.ts";
import { isGone, type ProcessIdentity, thisProcess, transientName } from "./processes.ts";

export interface Lock extends Disposable {
	release(): void;
}

interface Holder extends ProcessIdentity {
	/** Distinguishes this lock from all others. */
	readonly token: string;
}

/**
 * A lock is a dangling link whose target names the holder. symlink(2) creates it with its content, so nobody can read half of it.
 * Targets up to 59 bytes are stored in the inode (ext4), hence the short form: even a full disk has room for it, so that
 * deletions still work.
 */
function holderToLink({ boot, namespace, pid, start, token }: Holder): string {
	const bootBytes = Buffer.from(boot.replaceAll("-", ""), "hex").toString("base64url");
	const numbers = [pid, start, namespace.replace(/\D/g, "")].map((one) => Number(one).toString(36));
	return [...numbers, bootBytes, token].join(".");
}

function holderFromLink(target: string): Holder | undefined {
	const [, pid, start, namespace, bootBytes, token] = /^(\w+)\.(\w+)\.(\w+)\.([\w-]{22})\.([0-9a-f]+)$/.exec(target) ?? [];
	if (pid === undefined || start === undefined || namespace === undefined || !bootBytes || !token) return undefined;
	const [number, ticks, space] = [pid, start, namespace].map((one) => Number.parseInt(one, 36));
	const boot = Buffer.from(bootBytes, "base64url")
		.toString("hex")
		.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
	return { pid: number ?? 0, start: String(ticks), boot, namespace: `pid:[${space}]`, token };
}

/** Locks a cage against other commands. Throws `cage-busy` (exit 1) with the holder's pid at once. */
export function lockCage(lock: Path, name: string): Lock {
	return lockFile(lock, (pid) => new Failure("cage-busy", { name, pid }));
}

/**
 * Takes a lock, or throws the result of `busy` at once. Takes over the lock of an ended process. Throws `lock-unreadable` if the
 * file is not one of our locks.
 */
export function lockFile(lock: Path, busy: (pid: number) => Failure): Lock {
	const holder: Holder = { ...thisProcess(), token: randomBytes(5).toString("hex") };
	try {
		const other = take(lock, holder);
		if (other !== undefined) throw busy(other.pid);
	} catch (error) {
		throw writeFailure(error, lock);
	}
	const release = () => {
		if (read(lock)?.token === holder.token) unlinkSync(pathToBytes(lock));
	};
	return { release, [Symbol.dispose]: release };
}

/** The process that holds a lock now. Undefined if none does, or if it is not one of our locks. */
export function lockHolder(lock: Path): number | undefined {
	const holder = attempt(() => read(lock));
	return holder === undefined || isGone(holder) ? undefined : holder.pid;
}

/** Whether a killed command left this lock. */
export function isAbandoned(lock: Path): boolean {
	const holder = attempt(() => read(lock));
	return holder !== undefined && isGone(holder);
}

/** Returns undefined if the lock is ours, otherwise its holder. */
function take(lock: Path, holder: Holder): Holder | undefined {
	for (;;) {
		const other = create(lock, holder);
		if (other === "created") return undefined;
		if (other === "vanished") continue;
		if (!isGone(other)) return other;
		// Two processes may find the same dead holder. Only one may replace it, and only while it is still there; otherwise the
		// second would take the lock from the first. So replacing needs another lock, named after the dead holder.
		const right = `${lock}.${other.token}` as Path;
		const rival = take(right, holder);
		if (rival !== undefined) return rival;
		try {
			if (read(lock)?.token === other.token) {
				replace(lock, holder);
				return undefined;
			}
		} finally {
			unlinkSync(pathToBytes(right));
		}
	}
}

function create(lock: Path, holder: Holder): "created" | "vanished" | Holder {
	try {
		symlinkSync(holderToLink(holder), pathToBytes(lock));
		return "created";
	} catch (error) {
		if (errorName(error) !== "EEXIST") throw error;
		return read(lock) ?? "vanished";
	}
}

function replace(lock: Path, holder: Holder): void {
	const temporary = pathToBytes(join(parent(lock), transientName("tmp")));
	symlinkSync(holderToLink(holder), temporary);
	renameSync(temporary, pathToBytes(lock));
}

function read(lock: Path): Holder | undefined {
	let target = "";
	try {
		target = readlinkSync(pathToBytes(lock), "latin1");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		// Not a link.
		if (errorName(error) !== "EINVAL") throw error;
	}
	const holder = holderFromLink(target);
	if (holder === undefined) throw new Failure("lock-unreadable", { path: showPath(lock) });
	return holder;
}
