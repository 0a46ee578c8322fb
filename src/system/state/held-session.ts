import { readdir } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import type { HeldSession } from "../../engine/session-store.ts";
import { writeFailure } from "../files/errors.ts";
import { discard } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import type { Lock } from "./lock.ts";
import { isLeftover } from "./process.ts";
import { headFile, type SessionHead, writeHead } from "./session-head.ts";
import { isPartFile, isSmall, partFile, writePart } from "./session-parts.ts";

/** A session that this process has open. Writes come one after the other. */
export class SessionFolder implements HeldSession {
	readonly id: string;
	readonly #folder: Path;
	readonly #lock: Lock;
	/** What was written last, to tell what is another value now. */
	#written: Readonly<Record<string, unknown>> = {};
	#small: Record<string, unknown> = {};
	#parts: Record<string, string> = {};
	#number = 0;

	constructor(id: string, folder: Path, lock: Lock, head?: SessionHead) {
		this.id = id;
		this.#folder = folder;
		this.#lock = lock;
		this.#parts = { ...head?.parts };
		this.#small = { ...head?.fields };
		this.#number = Math.max(0, ...Object.values(this.#parts).map((file) => Number(/[0-9]+(?=\.jsonl$)/.exec(file)?.[0] ?? 0)));
	}

	/** Fails with `disk-full` or what else of `writeFailure` holds, and can be tried again. */
	async write(fields: Readonly<Record<string, unknown>>, late: readonly string[]): Promise<void> {
		try {
			await this.#write(fields, late);
		} catch (error) {
			throw writeFailure(error, this.#folder);
		}
	}

	async #write(fields: Readonly<Record<string, unknown>>, late: readonly string[]): Promise<void> {
		const before = this.#written;
		const changed = Object.entries(fields).filter(([name, value]) => value !== undefined && before[name] !== value);
		const isGone = (name: string) => fields[name] === undefined;
		this.#small = without(this.#small, isGone);
		this.#parts = without(this.#parts, isGone);
		await this.#writeFields(changed.filter(([name]) => !late.includes(name)));
		const waiting = changed.filter(([name]) => late.includes(name));
		await this.#writeFields(waiting);
		this.#written = fields;
		await this.#clear();
	}

	/** New parts get new names: until the head names them, the ones before are what counts. */
	async #writeFields(fields: readonly (readonly [string, unknown])[]): Promise<void> {
		for (const [name, value] of fields) {
			if (isSmall(value)) {
				delete this.#parts[name];
				this.#small[name] = value;
				continue;
			}
			const file = partFile(name, ++this.#number);
			await writePart(this.#folder, file, value);
			delete this.#small[name];
			this.#parts[name] = file;
		}
		await writeHead(this.#folder, { savedAt: Date.now(), fields: this.#small, parts: this.#parts });
	}

	/** Takes away what the head does not name any more, and what a process that is gone did not finish. */
	async #clear(): Promise<void> {
		const named = new Set(Object.values(this.#parts));
		for (const name of (await readdir(pathToBytes(this.#folder), { encoding: "buffer" })).map(pathFromBytes)) {
			const old = isPartFile(name) && !named.has(name);
			if (old || isLeftover(name) || name.startsWith(`${headFile}.tmp-`)) await removeTree(join(this.#folder, name));
		}
	}

	async remove(): Promise<void> {
		await discard(this.#folder);
		this.#lock.release();
	}

	release(): void {
		this.#lock.release();
	}
}

function without<T>(fields: Readonly<Record<string, T>>, isGone: (name: string) => boolean): Record<string, T> {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !isGone(name)));
}
