import { readdir } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import type { HeldSession } from "../../engine/session-store.ts";
import { writeFailure } from "../files/errors.ts";
import { discard } from "../files/generations.ts";
import { removeTree } from "../files/remove.ts";
import type { Lock } from "./lock.ts";
import { isLeftover } from "./process.ts";
import { headFile, isPartFile, partFile, type SessionHead, writeHead, writePart } from "./session-files.ts";

/** Maximum JSON length of fields stored in the head. */
const smallField = 4096;

/** A session that this process has open. The caller must not write concurrently. */
export class SessionFolder implements HeldSession {
	readonly id: string;
	readonly #folder: Path;
	readonly #lock: Lock;
	/** The last written values, to detect changes. */
	#written: Readonly<Record<string, unknown>> = {};
	#parts: Record<string, string> = {};
	#number = 0;

	constructor(id: string, folder: Path, lock: Lock, head?: SessionHead) {
		this.id = id;
		this.#folder = folder;
		this.#lock = lock;
		this.#parts = { ...head?.parts };
		this.#number = Math.max(0, ...Object.values(this.#parts).map((file) => Number(/[0-9]+(?=\.jsonl?$)/.exec(file)?.[0] ?? 0)));
	}

	/** Throws `disk-full` or another failure of `writeFailure`. Can be retried. */
	async write(fields: Readonly<Record<string, unknown>>): Promise<void> {
		try {
			await this.#write(fields);
		} catch (error) {
			throw writeFailure(error, this.#folder);
		}
	}

	/** New parts get new names, so the previous ones stay valid until the head changes. */
	async #write(fields: Readonly<Record<string, unknown>>): Promise<void> {
		const small: Record<string, unknown> = {};
		const parts: Record<string, string> = {};
		for (const [name, value] of Object.entries(fields)) {
			const before = this.#parts[name];
			const json = value === this.#written[name] && before !== undefined ? undefined : JSON.stringify(value);
			if (before !== undefined && json === undefined && value !== undefined) parts[name] = before;
			else if (json !== undefined && json.length > smallField) {
				const file = partFile(name, ++this.#number);
				await writePart(this.#folder, file, json);
				parts[name] = file;
			} else if (json !== undefined) small[name] = value;
		}
		await writeHead(this.#folder, { savedAt: Date.now(), fields: small, parts });
		this.#parts = parts;
		this.#written = fields;
		await this.#clear();
	}

	/** Deletes parts that the head does not name, and leftovers of killed processes. */
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
