import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseKernelRecord } from "../../core/detection/denial.ts";
import { Failure } from "../../core/failure.ts";
import type { FollowRequest } from "../../engine/detection-ports.ts";
import { errorName } from "../files/errors.ts";

/** Milliseconds between two looks. An idle look is one system call. */
const interval = 100;
const auditFile = "/var/log/audit/audit.log";

/** While auditd runs, the kernel hands its records to it and they do not appear in the kernel log. */
export async function followKernelLog({ onRecord, signal, since }: FollowRequest): Promise<void> {
	const kernel = new KernelLog(since);
	const audit = new AuditFile(since !== undefined);
	try {
		while (!signal.aborted) {
			for (const text of [...kernel.read(), ...audit.read()]) onRecord(text);
			await sleep(interval, undefined, { signal }).catch(() => undefined);
		}
	} finally {
		kernel.close();
		audit.close();
	}
}

class KernelLog {
	readonly #file: number;
	/** Longest record that the kernel makes (CONSOLE_EXT_LOG_MAX). */
	readonly #buffer = Buffer.alloc(8192);

	constructor(since: number | undefined) {
		try {
			this.#file = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
			if (since === undefined) for (const _ of this.read());
		} catch (error) {
			throw new Failure("kernel-log-unreadable", { detail: errorName(error) ?? "" }, 3);
		}
	}

	/** Everything that is there now. */
	*read(): Generator<string> {
		for (;;) {
			let length: number;
			try {
				length = readSync(this.#file, this.#buffer);
			} catch (error) {
				// The kernel overwrote records that nobody had read; the next read continues with the oldest that is left.
				if (errorName(error) === "EPIPE") continue;
				if (errorName(error) === "EAGAIN") return;
				throw error;
			}
			const record = parseKernelRecord(this.#buffer.toString("latin1", 0, length));
			if (record) yield record.text;
		}
	}

	close(): void {
		closeSync(this.#file);
	}
}

/** auditd's file, over its rotation. It may not exist, and may come later. */
class AuditFile {
	#file: number | undefined;
	#rest = "";
	#fromStart: boolean;

	constructor(fromStart: boolean) {
		this.#fromStart = fromStart;
		this.#open();
		this.#fromStart = true;
	}

	*read(): Generator<string> {
		yield* this.#lines();
		if (this.#isReplaced()) {
			this.close();
			this.#open();
			yield* this.#lines();
		}
	}

	*#lines(): Generator<string> {
		if (this.#file === undefined) return;
		const buffer = Buffer.alloc(65_536);
		for (let length = readSync(this.#file, buffer); length > 0; length = readSync(this.#file, buffer)) {
			const lines = (this.#rest + buffer.toString("latin1", 0, length)).split("\n");
			this.#rest = lines.pop() ?? "";
			yield* lines;
		}
	}

	#open(): void {
		try {
			this.#file = openSync(auditFile, constants.O_RDONLY | constants.O_NOFOLLOW);
			this.#rest = "";
			if (!this.#fromStart) for (const _ of this.#lines());
		} catch {
			this.#file = undefined;
		}
	}

	#isReplaced(): boolean {
		const now = statSync(auditFile, { throwIfNoEntry: false });
		return now !== undefined && (this.#file === undefined || fstatSync(this.#file).ino !== now.ino);
	}

	close(): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}
}
