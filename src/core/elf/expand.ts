import { isAbsolute, type Path, pathFromText, resolvePath, root } from "../path/path.ts";
import { machineOf } from "./machine.ts";
import type { LoadedObject } from "./search.ts";

/** The names in LD_PRELOAD and in its file. */
export function splitNames(list: string): Path[] {
	return list.split(/[\s:]+/).filter((name) => name !== "") as Path[];
}

/** Semicolons separate too in LD_LIBRARY_PATH, unlike in DT_RPATH and DT_RUNPATH. */
export function splitLibraryPath(value: string | undefined): string[] {
	return value === undefined || value === "" ? [] : pathFromText(value).split(/[:;]/);
}

/** undefined where a part of it is not known, or the result is relative to nowhere. */
export function expandDirectory(
	element: string,
	object: LoadedObject,
	tuple: string | undefined,
	directory?: Path,
): Path | undefined {
	const expanded = substitute(element, object, tuple);
	if (expanded === undefined) return undefined;
	if (isAbsolute(expanded)) return resolvePath(root, expanded);
	return directory === undefined ? undefined : resolvePath(directory, expanded);
}

/** `$ORIGIN`, `$LIB` and `$PLATFORM`, with or without braces. undefined where one of them is not known. */
export function substitute(text: string, object: LoadedObject, tuple: string | undefined): Path | undefined {
	const machine = machineOf(object.elf);
	const values: Record<string, string | undefined> = {
		ORIGIN: object.origin,
		LIB: tuple === undefined ? machine.directories[0] : `lib/${tuple}`,
		PLATFORM: machine.platform,
	};
	let isKnown = true;
	const expanded = text.replace(/\$(?:(ORIGIN|LIB|PLATFORM)(?!\w)|\{(ORIGIN|LIB|PLATFORM)\})/g, (_, plain, braced) => {
		const value = values[plain ?? braced];
		if (value === undefined) isKnown = false;
		return value ?? "";
	}) as Path;
	return isKnown ? expanded : undefined;
}
