import * as v from "valibot";

/**
 * A file name on Linux is any bytes but NUL and '/' (path_resolution(7)), so text would lose some of them. A `Path` is a latin1
 * string with one character a byte: it compares, sorts and keys a Map like the bytes.
 */
declare const brand: unique symbol;
export type Path = string & { readonly [brand]: "Path" };

/** A path in JSON: its text if it is valid UTF-8, otherwise its bytes in base64. */
export type PathJson = string | { base64: string };

/** A value whose paths are in JSON. */
export type Json<T> = T extends Path
	? PathJson
	: T extends readonly (infer Item)[]
		? readonly Json<Item>[]
		: T extends object
			? { readonly [Key in keyof T]: Json<T[Key]> }
			: T;

export const root = "/" as Path;
/** The configuration of a system. */
export const etc = "/etc" as Path;

/** Most paths are ASCII, which is the same in both encodings. */
function isAscii(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
	return /^[\x00-\x7f]*$/.test(text);
}

export function pathFromBytes(bytes: Uint8Array): Path {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") as Path;
}

export function pathFromText(text: string): Path {
	if (isAscii(text)) return text as Path;
	return Buffer.from(text, "utf8").toString("latin1") as Path;
}

export function pathToBytes(path: Path): Buffer {
	return Buffer.from(path, "latin1");
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Returns the text of a path, or undefined if its bytes are not valid UTF-8. */
export function pathToText(path: Path): string | undefined {
	if (isAscii(path)) return path;
	try {
		return strictUtf8.decode(pathToBytes(path));
	} catch {
		return undefined;
	}
}

export function pathToJson(path: Path): PathJson {
	return pathToText(path) ?? { base64: pathToBytes(path).toString("base64") };
}

export function pathFromJson(json: PathJson): Path {
	return typeof json === "string" ? pathFromText(json) : pathFromBytes(Buffer.from(json.base64, "base64"));
}

export function isAbsolute(path: string): boolean {
	return path.startsWith("/");
}

/** Resolves `name`. Removes `//`, `.` and a trailing slash, but keeps `..`, because a link may precede it. */
export function resolvePath(directory: Path, name: Path): Path {
	return clean(isAbsolute(name) ? name : (`${directory}/${name}` as Path));
}

/** Removes empty and `.` components from an absolute path. `..` stays, because its meaning depends on links. */
export function clean(path: Path): Path {
	if (!/\/(\/|\.(\/|$)|$)/.test(path) && isAbsolute(path)) return path;
	const parts = path.split("/").filter((part) => part !== "" && part !== ".");
	return `/${parts.join("/")}` as Path;
}

/** Also removes `..`, as if no link preceded it; for names that a person wrote. Never climbs above the root. */
export function normalise(path: Path): Path {
	const parts: string[] = [];
	for (const part of path.split("/")) {
		if (part === "" || part === ".") continue;
		if (part === "..") parts.pop();
		else parts.push(part);
	}
	return `/${parts.join("/")}` as Path;
}

export function parent(path: Path): Path {
	const slash = path.lastIndexOf("/");
	return slash <= 0 ? root : (path.slice(0, slash) as Path);
}

/** Of a path, or of its text. */
export function baseName<Kind extends string>(path: Kind): Kind {
	return path.slice(path.lastIndexOf("/") + 1) as Kind;
}

export function join(directory: Path, name: Path | string): Path {
	return (directory === "/" ? `/${name}` : `${directory}/${name}`) as Path;
}

/** True for `directory` itself and everything below it. */
export function isWithin(path: Path, directory: Path): boolean {
	return directory === "/" || path === directory || (path.startsWith(directory) && path[directory.length] === "/");
}

/** Returns the directories that are not inside another one. */
export function outermost(directories: readonly Path[]): Path[] {
	return directories.filter((path) => !directories.some((other) => other !== path && isWithin(path, other)));
}

/** Returns every directory above `path`, outermost first, without the root and the path itself. */
export function ancestors(path: Path): Path[] {
	const all: Path[] = [];
	for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1)) {
		all.push(path.slice(0, slash) as Path);
	}
	return all;
}

function isPathJson(value: unknown): value is PathJson {
	if (typeof value === "string") return true;
	const bytes = typeof value === "object" && value !== null && "base64" in value ? value.base64 : undefined;
	return typeof bytes === "string" && /^(?:[\da-z+/]{4})*(?:[\da-z+/]{2}==|[\da-z+/]{3}=)?$/i.test(bytes);
}

export const pathSchema = v.pipe(v.custom<PathJson>(isPathJson, "no path"), v.transform(pathFromJson));

export const absolutePathJson = v.custom<PathJson>(
	(value) =>
		isPathJson(value) &&
		(typeof value === "string" ? value.startsWith("/") && !value.includes("\0") : isAbsoluteBytes(value.base64)),
	"no absolute path",
);

function isAbsoluteBytes(base64: string): boolean {
	const bytes = Buffer.from(base64, "base64");
	return bytes[0] === 0x2f && !bytes.includes(0);
}
