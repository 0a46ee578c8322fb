import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { endProcess } from "./clean-up.ts";
import { eventually } from "./eventually.ts";

/**
 * A disk with an ext4 file system and a volatile write cache. QEMU logs its writes and flushes in order, so the disk's content after a
 * power cut at any moment can be rebuilt: everything up to the last flush, and any part of what was written after it.
 */
export interface LoggedDisk {
	/** File that can be mounted with `-o loop`. */
	readonly file: string;
	/** Number of writes and flushes so far. */
	writes(): number;
	/** Writes the disk's content after this many writes to `place`. `keeps` decides for each write after the last flush. */
	rebuild(place: string, writes: number, keeps: () => boolean): void;
	dispose(): Promise<void>;
}

const sector = 512;
const flags = { flush: 1, fua: 2, discard: 4 };

/** Fills the disk with this folder's content. Files go to `folder`. */
export async function loggedDisk(folder: string, content: string, megabytes: number): Promise<LoggedDisk> {
	const [base, disk, log, file] = ["base", "disk", "log", "file"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
		string,
	];
	for (const empty of [base, log, file]) writeFileSync(empty, "");
	truncateSync(base, megabytes * 1024 * 1024);
	// The content's own journal replay must not add writes, and later writes must not come from a lazy initialisation.
	execFileSync("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-d", content, base]);
	copy(base, disk);
	const daemon = spawn(
		"setpriv",
		[
			"--pdeathsig",
			"KILL",
			"qemu-storage-daemon",
			"--blockdev",
			`driver=file,node-name=disk,filename=${disk},discard=ignore`,
			"--blockdev",
			`driver=file,node-name=log,filename=${log}`,
			"--blockdev",
			`driver=blklogwrites,node-name=logged,file=disk,log=log,log-sector-size=${sector}`,
			"--export",
			`type=fuse,id=logged,node-name=logged,mountpoint=${file},writable=on`,
		],
		{ stdio: ["ignore", "ignore", "inherit"] },
	);
	await eventually(() => {
		if (statSync(file).size === 0) throw new Error("the disk is not there yet");
	});
	return {
		file,
		writes: () => [...entries(log)].length,
		rebuild(place, writes, keeps) {
			const done = [...entries(log)].slice(0, writes);
			const durable = done.findLastIndex((entry) => entry.flags & flags.flush);
			copy(base, place);
			const [from, to] = [openSync(log, "r"), openSync(place, "r+")];
			for (const [index, entry] of done.entries()) {
				if (entry.flags & flags.discard) continue;
				if (index <= durable || entry.flags & flags.fua || keeps()) copyPart(from, to, entry);
			}
			closeSync(from);
			closeSync(to);
		},
		async dispose() {
			await eventually(() => {
				const loops = execFileSync("losetup", ["-j", file], { encoding: "utf8" });
				if (loops) throw new Error(loops);
			});
			await endProcess(daemon);
		},
	};
}

function copy(from: string, to: string): void {
	execFileSync("cp", ["--sparse=always", "--reflink=auto", from, to]);
}

/** A logged write: where it is in the log and on the disk, in bytes. */
interface Entry {
	readonly flags: number;
	readonly at: number;
	readonly place: number;
	readonly bytes: number;
}

/** Reads the complete entries of a log in the format of the kernel's Documentation/admin-guide/device-mapper/log-writes.rst. */
function* entries(log: string): Generator<Entry> {
	const size = statSync(log).size;
	const file = openSync(log, "r");
	const head = Buffer.alloc(32);
	try {
		for (let at = sector; at + sector <= size; ) {
			readSync(file, head, 0, head.length, at);
			const [place, sectors, flag] = [0, 8, 16].map((offset) => Number(head.readBigUInt64LE(offset))) as [number, number, number];
			const bytes = flag & flags.discard ? 0 : sectors * sector;
			if (at + sector + bytes > size) return;
			yield { flags: flag, at: at + sector, place: place * sector, bytes };
			at += sector + bytes;
		}
	} finally {
		closeSync(file);
	}
}

function copyPart(from: number, to: number, { at, bytes, place }: Entry): void {
	const content = Buffer.alloc(bytes);
	readSync(from, content, 0, bytes, at);
	writeSync(to, content, 0, bytes, place);
}
