import { lstat } from "node:fs/promises";
import type Conf from "conf";
import * as v from "valibot";
import { join, type Path, pathFromText, pathToBytes, pathToText } from "../../core/path/path.ts";
import { migrated, sessionVersion } from "../../core/session/session.ts";
import { loadConf } from "./conf.ts";
import { isOurs } from "./session-file.ts";

/** The head of a session: its small fields, and in which files the large ones are. Kept by conf, which replaces it as a whole. */
export interface SessionHead {
	readonly version: number;
	readonly savedAt: number;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly parts: Readonly<Record<string, string>>;
}

const headName = "session";
export const headFile = pathFromText(`${headName}.json`);

/** A head is some kilobytes. */
const mostBytes = 1024 * 1024;

const headSchema = v.looseObject({
	version: v.number(),
	savedAt: v.number(),
	fields: v.record(v.string(), v.unknown()),
	parts: v.record(v.string(), v.string()),
});

/** `damaged` where it is cut off, too large, somebody else's, a link, or says something else; `newer` where a later version wrote it. */
export async function readHead(folder: Path): Promise<SessionHead | "damaged" | "newer" | "missing"> {
	try {
		if (!(await exists(join(folder, headFile)))) return "missing";
		if (!(await isOurs(join(folder, headFile), mostBytes))) return "damaged";
		const { store } = await openHead(folder);
		// Of a newer one nothing is certain but the number.
		if (migrated(store.version, {}) === "newer") return "newer";
		const head = v.parse(headSchema, store);
		const fields = migrated(head.version, head.fields);
		return typeof fields === "string" ? "damaged" : { ...head, fields };
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
