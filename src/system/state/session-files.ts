import type Conf from "conf";
import * as v from "valibot";
import { join, type Path, pathFromText, pathToText } from "../../core/path/path.ts";
import { sessionVersion } from "../../engine/session-store.ts";
import { exists, openForReading } from "../files/descriptor.ts";
import { readText } from "../files/text-files.ts";
import { writeAtomic } from "./atomic.ts";
import { loadConf } from "./records.ts";

/** The head of a session: its small fields, and the files of the large ones. conf replaces it atomically. */
export interface SessionHead {
	readonly version: number;
	readonly savedAt: number;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly parts: Readonly<Record<string, string>>;
}

const headName = "session";
export const headFile = pathFromText(`${headName}.json`);

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
export async function readHead(folder: Path): Promise<SessionHead | "damaged" | "newer" | "missing"> {
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

/** Each large field has its own file: `workTrace-3.json` is the third part that the session wrote. */
export function partFile(field: string, number: number): string {
	return `${field}-${number}.json`;
}

/** Includes version 1, which wrote JSON lines. */
export function isPartFile(name: string): boolean {
	return /^[A-Za-z]+-[0-9]+\.jsonl?$/.test(name);
}

export async function writePart(folder: Path, file: string, json: string): Promise<void> {
	await writeAtomic(join(folder, pathFromText(file)), json);
}

/** Undefined if it is missing, truncated, too large, a link or somebody else's. */
export async function readPart(folder: Path, file: string): Promise<unknown> {
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
export function isOwn({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
	return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}
