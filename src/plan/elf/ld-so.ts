import { append } from "../../base/collections.ts";
import { isAbsolute, join, type Path, parent, pathFromBytes, resolvePath } from "../../base/path/path.ts";
import { withoutTrailing } from "../../base/text.ts";

/** File access for reading the loader's configuration. */
export interface ConfFiles {
	/** Returns the names in a directory; empty if it is unreadable. */
	list(directory: Path): readonly Path[];
	/** Returns a regular file, or its first `limit` bytes. */
	read(path: Path, limit?: number): Buffer | undefined;
}

const maxFiles = 1000;
const maxBytes = 1024 * 1024;
const longestPattern = 4096;

/**
 * Returns the directories that ldconfig(8) puts into the loader's cache, in order and without duplicates. Each line of the file
 * names one, or is `include` with patterns (glob(7)) relative to the file's directory; `#` starts a comment; obsolete `hwcap`
 * lines are ignored. Each file is read once, so include cycles end.
 */
export function libraryDirectories(conf: Path, files: ConfFiles): Path[] {
	const directories = new Set<Path>();
	const seen = new Set<Path>();
	const readConf = (path: Path): void => {
		if (seen.has(path) || seen.size >= maxFiles) return;
		seen.add(path);
		const content = files.read(path, maxBytes);
		if (content === undefined) return;
		for (const raw of pathFromBytes(content).split("\n")) {
			const line = raw.replace(/#.*/s, "").trim();
			const [word, ...patterns] = line.split(/[ \t]+/);
			if (word === "include") {
				for (const pattern of patterns) {
					for (const found of glob(resolvePath(parent(path), pattern as Path), files)) readConf(found);
				}
			} else if (word !== "hwcap" && isAbsolute(line)) {
				// Old files may append the C library's generation, such as `=libc6`.
				directories.add((withoutTrailing(line.replace(/=(libc[456]|glibc2)$/, ""), "/") || "/") as Path);
			}
		}
	};
	readConf(conf);
	return [...directories];
}

/** Expands an absolute pattern, sorted by bytes. Components without wildcards may not exist yet. */
function glob(pattern: Path, files: ConfFiles): Path[] {
	let found: Path[] = ["/" as Path];
	for (const part of pattern.split("/").filter((each) => each !== "")) {
		if (/[*?[]/.test(part)) {
			const matching = (directory: Path) => files.list(directory).filter((name) => matches(name, part));
			found = found.flatMap((directory) => [...matching(directory)].sort().map((name) => join(directory, name)));
		} else found = found.map((directory) => join(directory, part));
	}
	return found;
}

/** Matches a name by glob(7): `*`, `?`, `[a-z]`, `[!a]`. Only a dot matches a leading dot. Not exponential. */
export function matches(name: string, pattern: string): boolean {
	if (name.startsWith(".") && !pattern.startsWith(".")) return false;
	// Longer than any name; without a limit, unclosed brackets take quadratic time.
	if (pattern.length > longestPattern) return false;
	const tokens = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
	let at = 0;
	let token = 0;
	let star: { token: number; at: number } | undefined;
	while (at < name.length) {
		const wanted = tokens[token];
		if (wanted === "*") {
			token++;
			star = { token, at };
		} else if (wanted !== undefined && matchesOne(name[at] ?? "", wanted)) {
			token++;
			at++;
		} else if (star !== undefined) {
			// Extends the star by one character and tries the rest again.
			star.at++;
			token = star.token;
			at = star.at;
		} else return false;
	}
	return tokens.slice(token).every((each) => each === "*");
}

function matchesOne(character: string, token: string): boolean {
	if (token === "?") return true;
	if (token.length === 1) return token === character;
	const negated = token[1] === "!";
	const set = token.slice(negated ? 2 : 1, -1);
	let inside = false;
	for (let at = 0; at < set.length; at++) {
		const isRange = set[at + 1] === "-" && at + 2 < set.length;
		const last = isRange ? set[at + 2] : set[at];
		if (character >= (set[at] ?? "") && character <= (last ?? "")) inside = true;
		if (isRange) at += 2;
	}
	return inside !== negated;
}

const magic = "glibc-ld.so.cache1.1";
const maxEntries = 200_000;
const maxString = 4096;
const headerBytes = 48;
const entryBytes = 24;

/**
 * Parses /etc/ld.so.cache as ldconfig(8) of glibc 2.32 or later writes it (glibc's sysdeps/generic/dl-cache.h): each library's
 * paths in the loader's order of preference. Returns undefined for another format; skips entries that point outside the file.
 */
export function parseLoaderCache(cache: Buffer): Map<string, Path[]> | undefined {
	if (cache.length < headerBytes || cache.toString("latin1", 0, magic.length) !== magic) return undefined;
	const text = (at: number) => {
		const bytes = cache.subarray(at, at + maxString);
		const end = bytes.indexOf(0);
		return end < 0 ? undefined : pathFromBytes(bytes.subarray(0, end));
	};
	const found = new Map<string, Path[]>();
	const count = Math.min(cache.readUInt32LE(20), maxEntries);
	for (let index = 0; index < count; index++) {
		const at = headerBytes + index * entryBytes;
		if (at + entryBytes > cache.length) break;
		const name = text(cache.readUInt32LE(at + 4));
		const path = text(cache.readUInt32LE(at + 8));
		if (name === undefined || path === undefined || !path.startsWith("/")) continue;
		append(found, name, path);
	}
	return found;
}
