import { randomBytes } from "node:crypto";
import { lstat, rename } from "node:fs/promises";
import type Conf from "conf";
import * as v from "valibot";
import { Failure } from "../../base/failure.ts";
import { exists, list, openForReading } from "../../base/host/descriptor.ts";
import { failedWrite } from "../../base/host/errors.ts";
import { makeSafeFolder, refuseUnsafe } from "../../base/host/folder.ts";
import { type Lock, lockFile, lockHolder } from "../../base/host/lock.ts";
import { isLeftover } from "../../base/host/processes.ts";
import { removeTree } from "../../base/host/remove.ts";
import { readText, writeAtomic } from "../../base/host/text-files.ts";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { openState } from "../../cage/host/cages.ts";
import { discard } from "../../cage/host/generations.ts";
import { loadConf } from "../../record/host/records.ts";
import { type HeldSession, type OpenedSession, type Sessions, type StoredSession, sessionVersion } from "../ports.ts";

const asidePrefix = "damaged-";
const idPattern = /^[0-9a-f]{8}$/;
const asidePattern = /^damaged-[0-9a-f]{8}(-[0-9a-f]{4})?$/;

/**
 * Sessions below the state folder: `sessions/ID/` with a head and its parts, and `ID.lock` of the process that has it open. The
 * lock is taken before the folder is created and released after it is removed.
 */
export class StateSessions implements Sessions {
	readonly #state: Path;
	readonly #folder: Path;

	constructor(state: string) {
		this.#state = pathFromText(state);
		this.#folder = join(this.#state, pathFromText("sessions"));
	}

	async list(): Promise<StoredSession[]> {
		const ids = (await this.#names()).filter((name) => idPattern.test(name) || asidePattern.test(name));
		const all = await Promise.all(ids.map((id) => this.#look(id)));
		return all.flatMap((one) => one ?? []).sort((a, b) => b.savedAt - a.savedAt);
	}

	async create(): Promise<HeldSession> {
		await openState(this.#state);
		await makeSafeFolder(this.#folder);
		await this.#clear();
		const id = randomBytes(4).toString("hex");
		const lock = this.#lock(id);
		await makeSafeFolder(this.#place(id));
		return new SessionFolder(id, this.#place(id), lock);
	}

	async open(id: string): Promise<OpenedSession> {
		await this.#require(id);
		const lock = this.#lock(id);
		try {
			const folder = this.#place(id);
			const head = (await this.#isFolder(id)) ? await readHead(folder) : "damaged";
			if (head === "newer") throw new Failure("session-newer", { id }, 2);
			if (typeof head === "string") throw new Failure("session-damaged", { id, path: await this.#rename(id) }, 1);
			const parts = await Promise.all(
				Object.entries(head.parts).map(async ([name, file]) => [name, await readPart(folder, file)] as const),
			);
			const fields = { ...head.fields, ...Object.fromEntries(parts.filter(([, value]) => value !== undefined)) };
			return { held: new SessionFolder(id, folder, lock, head), savedAt: head.savedAt, fields };
		} catch (error) {
			lock.release();
			throw error;
		}
	}

	async quarantine(id: string): Promise<string> {
		await this.#require(id);
		using _lock = this.#lock(id);
		return await this.#rename(id);
	}

	async remove(id: string): Promise<void> {
		await this.#require(id);
		using _lock = this.#lock(id);
		// Anything else with the name of a session, such as a link, is removed itself.
		if (await this.#isFolder(id)) await discard(this.#place(id));
		else await removeTree(this.#place(id));
	}

	/** Undefined if nothing was written yet. */
	async #look(id: string): Promise<StoredSession | undefined> {
		const path = this.#place(id);
		const stats = await lstat(pathToBytes(path)).catch(() => undefined);
		const known = { id, path: showPath(path), savedAt: stats?.mtimeMs ?? 0, fields: {} };
		if (asidePattern.test(id)) return { ...known, problem: "aside" };
		const pid = lockHolder(this.#lockPath(id));
		const held = pid === undefined ? known : { ...known, holder: pid };
		const head = (await this.#isFolder(id)) ? await readHead(path) : "damaged";
		if (head === "missing") return undefined;
		return typeof head === "string" ? { ...held, problem: head } : { ...held, savedAt: head.savedAt, fields: head.fields };
	}

	async #rename(id: string): Promise<string> {
		const taken = (await this.#names()).includes(`${asidePrefix}${id}`);
		const aside = this.#place(`${asidePrefix}${id}${taken ? `-${randomBytes(2).toString("hex")}` : ""}`);
		await rename(pathToBytes(this.#place(id)), pathToBytes(aside));
		return showPath(aside);
	}

	/** Throws `session-unknown` if there is no such session. */
	async #require(id: string): Promise<void> {
		refuseUnsafe(this.#folder);
		const isId = idPattern.test(id) || asidePattern.test(id);
		if (!isId || !(await this.#names()).includes(id)) throw new Failure("session-unknown", { name: id }, 2);
	}

	/** Whether it is a folder that nobody else could have changed. */
	async #isFolder(id: string): Promise<boolean> {
		const stats = await lstat(pathToBytes(this.#place(id))).catch(() => undefined);
		return stats?.isDirectory() === true && isOwn(stats);
	}

	#lock(id: string): Lock {
		return lockFile(this.#lockPath(id), (pid) => new Failure("session-open", { id, pid }, 1));
	}

	#lockPath(id: string): Path {
		return this.#place(`${id}.lock`);
	}

	#place(name: string): Path {
		return join(this.#folder, pathFromText(name));
	}

	/** Deletes what killed processes left: started removals, empty sessions, abandoned locks. */
	async #clear(): Promise<void> {
		const names = await this.#names();
		for (const name of names) if (isLeftover(name)) await removeTree(this.#place(name));
		const ids = new Set(names.map((name) => name.replace(/\.lock$/, "")).filter((name) => idPattern.test(name)));
		for (const id of ids) {
			if (lockHolder(this.#lockPath(id)) !== undefined) continue;
			const isUnwritten = !names.includes(id) || ((await this.#isFolder(id)) && (await readHead(this.#place(id))) === "missing");
			if (!isUnwritten) continue;
			const lock = this.#lock(id);
			await removeTree(this.#place(id));
			lock.release();
		}
	}

	#names(): Promise<string[]> {
		return list(this.#folder);
	}
}

/** Maximum JSON length of fields stored in the head. */
const smallField = 4096;

/** A session that this process has open. The caller must not write concurrently. */
class SessionFolder implements HeldSession {
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
		await this.#write(fields).catch(failedWrite(this.#folder));
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
		for (const name of await list(this.#folder)) {
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

/** The head of a session: its small fields, and the files of the large ones. conf replaces it atomically. */
interface SessionHead {
	readonly version: number;
	readonly savedAt: number;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly parts: Readonly<Record<string, string>>;
}

const headName = "session";
const headFile = pathFromText(`${headName}.json`);

/** Bytes; a head needs a few kilobytes. */
const mostHeadBytes = 1024 * 1024;
/** Bytes; far more than the largest application's trace. */
const mostPartBytes = 256 * 1024 * 1024;

const headSchema = v.looseObject({
	version: v.pipe(v.number(), v.integer(), v.minValue(1)),
	savedAt: v.number(),
	fields: v.record(v.string(), v.unknown()),
	parts: v.record(v.string(), v.string()),
});

/** `damaged` if it is truncated, too large, invalid, a link or somebody else's; `newer` if a later version wrote it. */
async function readHead(folder: Path): Promise<SessionHead | "damaged" | "newer" | "missing"> {
	try {
		if (!(await exists(join(folder, headFile)))) return "missing";
		if (!(await isOurs(join(folder, headFile), mostHeadBytes))) return "damaged";
		const { store } = await openHead(folder);
		// Only the version number is certain in a newer version's file.
		if (Number.isInteger(store.version) && (store.version as number) > sessionVersion) return "newer";
		return v.parse(headSchema, store);
	} catch {
		return "damaged";
	}
}

/** Synchronous like conf, which takes a few milliseconds for a small head. */
async function writeHead(folder: Path, head: Omit<SessionHead, "version">): Promise<void> {
	(await openHead(folder)).store = { version: sessionVersion, ...head };
}

async function openHead(folder: Path): Promise<Conf<Record<string, unknown>>> {
	const Store = await loadConf();
	return new Store({
		cwd: pathToText(folder) ?? "",
		configName: headName,
		configFileMode: 0o600,
		clearInvalidConfig: false,
		accessPropertiesByDotNotation: false,
		serialize: (value) => `${JSON.stringify(value)}\n`,
	});
}

/** Each large field has its own file: `workTrace-3.json` is the third part that the session wrote. */
function partFile(field: string, number: number): string {
	return `${field}-${number}.json`;
}

/** Includes version 1, which wrote JSON lines. */
function isPartFile(name: string): boolean {
	return /^[A-Za-z]+-[0-9]+\.jsonl?$/.test(name);
}

async function writePart(folder: Path, file: string, json: string): Promise<void> {
	await writeAtomic(join(folder, pathFromText(file)), json);
}

/** Undefined if it is missing, truncated, too large, a link or somebody else's. */
async function readPart(folder: Path, file: string): Promise<unknown> {
	const path = join(folder, pathFromText(file));
	try {
		return isPartFile(file) && (await isOurs(path, mostPartBytes)) ? JSON.parse(await readText(path)) : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Whether it is a regular file of root or the current user, writable by nobody else and not too large. Follows no link at the end
 * of the path.
 */
async function isOurs(path: Path, mostBytes: number): Promise<boolean> {
	await using file = await openForReading(path).catch(() => undefined);
	const stats = await file?.stat();
	return stats?.isFile() === true && isOwn(stats) && stats.nlink === 1 && stats.size <= mostBytes;
}

/** Owned by root or the current user, and writable by nobody else. */
function isOwn({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
	return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}
