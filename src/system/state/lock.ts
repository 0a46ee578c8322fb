import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { Failure } from "../../core/failure.ts";
import { join, type Path, parent, pathToBytes } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { errorName, writeFailure } from "../files/errors.ts";
import { isGone, type ProcessIdentity, thisProcess, transientName } from "./process.ts";

export interface Lock {
	release(): void;
}

interface Holder extends ProcessIdentity {
	/** Tells this taking of the lock from every other. */
	readonly token: string;
}

const holderSchema = v.object({
	pid: v.number(),
	start: v.string(),
	boot: v.string(),
	namespace: v.string(),
	token: v.pipe(v.string(), v.hexadecimal()),
});

/** Takes the lock that keeps two commands from working on one cage. Fails at once with `cage-busy` (exit 1) and the holder's pid. */
export function lockCage(lock: Path, name: string): Lock {
	return lockFile(lock, (pid) => new Failure("cage-busy", { name, pid }));
}

/**
 * Takes a lock, or fails at once with what `busy` says of the process that has it. The lock of a process that is gone is taken over; a file that
 * is no lock of ours fails with `lock-unreadable`.
 */
export function lockFile(lock: Path, busy: (pid: number) => Failure): Lock {
	const holder: Holder = { ...thisProcess(), token: randomBytes(8).toString("hex") };
	try {
		const other = take(lock, holder);
		if (other !== undefined) throw busy(other.pid);
	} catch (error) {
		throw writeFailure(error, lock);
	}
	return {
		release() {
			if (read(lock)?.token === holder.token) unlinkSync(pathToBytes(lock));
		},
	};
}

/** The process that has a lock at this moment; undefined where none has it, or where it is no lock of ours. */
export function lockHolder(lock: Path): number | undefined {
	try {
		const holder = read(lock);
		return holder === undefined || isGone(holder) ? undefined : holder.pid;
	} catch {
		return undefined;
	}
}

/** True for a lock that a killed command left. */
export function isAbandoned(lock: Path): boolean {
	try {
		const holder = read(lock);
		return holder !== undefined && isGone(holder);
	} catch {
		return false;
	}
}

/** Runs `work` while holding the lock. */
export async function withLock<Result>(lock: Path, name: string, work: () => Promise<Result>): Promise<Result> {
	const held = lockCage(lock, name);
	try {
		return await work();
	} finally {
		held.release();
	}
}

/** Undefined when the lock is ours, else whoever has it. */
function take(lock: Path, holder: Holder): Holder | undefined {
	for (;;) {
		const other = create(lock, holder);
		if (other === "created") return undefined;
		if (other === "vanished") continue;
		if (!isGone(other)) return other;
		// Two processes may find the same dead holder. Only one may replace it, and only while it is still there: the second would
		// take the lock away from the first. That right is a lock of its own, named for the dead holder.
		const right = `${lock}.${other.token}` as Path;
		const rival = take(right, holder);
		if (rival !== undefined) return rival;
		try {
			if (read(lock)?.token === other.token) {
				renameSync(pathToBytes(written(lock, holder)), pathToBytes(lock));
				return undefined;
			}
		} finally {
			unlinkSync(pathToBytes(right));
		}
	}
}

/** link(2) makes the lock with its content at once: nobody can read a half written one. */
function create(lock: Path, holder: Holder): "created" | "vanished" | Holder {
	const temporary = written(lock, holder);
	try {
		linkSync(pathToBytes(temporary), pathToBytes(lock));
		return "created";
	} catch (error) {
		if (errorName(error) !== "EEXIST") throw error;
		return read(lock) ?? "vanished";
	} finally {
		unlinkSync(pathToBytes(temporary));
	}
}

function written(lock: Path, holder: Holder): Path {
	const temporary = join(parent(lock), transientName("tmp"));
	try {
		writeFileSync(pathToBytes(temporary), JSON.stringify(holder), { flag: "wx", mode: 0o600 });
	} catch (error) {
		// On a disk that is full the file is made, and stays empty.
		rmSync(pathToBytes(temporary), { force: true });
		throw error;
	}
	return temporary;
}

function read(lock: Path): Holder | undefined {
	let text: string;
	try {
		text = readFileSync(pathToBytes(lock), "utf8");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		throw error;
	}
	try {
		return v.parse(holderSchema, JSON.parse(text));
	} catch {
		throw new Failure("lock-unreadable", { path: showPath(lock) });
	}
}
