import { lstat } from "node:fs/promises";
import type Conf from "conf";
import * as v from "valibot";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { sessionVersion } from "../../core/session/session.ts";
import { openForReading } from "../files/descriptor.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { loadConf } from "./conf.ts";

/** The head of a session: its small fields, and the names of the files that hold the large ones. conf replaces it as a whole. */
export interface SessionHead {
	readonly version: number;
	readonly savedAt: number;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly parts: Readonly<Record<string, string>>;
}

const headName = "session";
export const headFile = pathFromText(`${headName}.json`);

/** A head is some kilobytes. */
const mostHeadBytes = 1024 * 1024;
/** Far above the trace of the largest application. */
const mostPartBytes = 256 * 1024 * 1024;

const headSchema = v.looseObject({
	version: v.pipe(v.number(), v.integer(), v.minValue(1)),
	savedAt: v.number(),
	fields: v.record(v.string(), v.unknown()),
	parts: v.record(v.string(), v.string()),
});

/** `damaged` where it is cut off, too large, somebody else's, a link, or says something else; `newer` where a later version wrote it. */
export async function readHead(folder: Path): Promise<SessionHead | "damaged" | "newer" | "missing"> {
	try {
		if (!(await exists(join(folder, headFile)))) return "missing";
		if (!(await isOurs(join(folder, headFile), mostHeadBytes))) return "damaged";
		const { store } = await openHead(folder);
		// The number is the only certain thing of a newer version.
		if (Number.isInteger(store.version) && (store.version as number) > sessionVersion) return "newer";
		return v.parse(headSchema, store);
	} catch {
		return "damaged";
	}
}

async function exists(path: Path): Promise<boolean> {
	return (await lstat(pathToBytes(path)).catch(() => undefined)) !== undefined;
}

/** Synchronous, as conf is: a few milliseconds, as long as the head is small. */
export async function writeHead(folder: Path, head: Omit<SessionHead, "version">): Promise<void> {
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

/** The large fields each have a file of their own: `workTrace-3.json` is the third part that the session wrote. */
export function partFile(field: string, number: number): string {
	return `${field}-${number}.json`;
}

/** Also of version 1, which had lines of JSON. */
export function isPartFile(name: string): boolean {
	return /^[A-Za-z]+-[0-9]+\.jsonl?$/.test(name);
}

export async function writePart(folder: Path, file: string, json: string): Promise<void> {
	await writeAtomic(join(folder, pathFromText(file)), json);
}

/** Undefined where it is missing, cut off, too large, somebody else's or a link. */
export async function readPart(folder: Path, file: string): Promise<unknown> {
	const path = join(folder, pathFromText(file));
	try {
		return isPartFile(file) && (await isOurs(path, mostPartBytes)) ? JSON.parse(await readText(path)) : undefined;
	} catch {
		return undefined;
	}
}

/** A plain file of root or of us, that nobody else may write to, no larger than this; the last part of its path is no link. */
async function isOurs(path: Path, mostBytes: number): Promise<boolean> {
	const file = await openForReading(path).catch(() => undefined);
	try {
		const stats = await file?.stat();
		return stats?.isFile() === true && isOwn(stats) && stats.nlink === 1 && stats.size <= mostBytes;
	} finally {
		await file?.close();
	}
}

/** Of root or of us, and for nobody else to write to. */
export function isOwn({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
	return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}
