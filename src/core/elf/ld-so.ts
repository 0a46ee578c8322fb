import { isAbsolute, join, type Path, parent, pathFromBytes, resolvePath } from "../path/path.ts";
import { withoutTrailing } from "../text.ts";

/** What reading the configuration needs of the machine. */
export interface ConfFiles {
	/** Names in a directory; empty where it cannot be read. */
	list(directory: Path): readonly Path[];
	/** Content of a regular file, or of its first `limit` bytes. */
	read(path: Path, limit?: number): Buffer | undefined;
}

const maxFiles = 1000;
const maxBytes = 1024 * 1024;
const longestPattern = 4096;

/**
 * The directories that ldconfig(8) puts into the loader's cache, in order, without repetitions. Each line of the file names one, or is
 * `include` with patterns (glob(7)) relative to the file's own directory; `#` starts a comment; `hwcap` lines are obsolete and ignored.
 * An include that comes back to a file already read is not followed.
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
				// `=libc6` and the like told the C library's generation, and may still stand in old files.
				directories.add((withoutTrailing(line.replace(/=(libc[456]|glibc2)$/, ""), "/") || "/") as Path);
			}
		}
	};
	readConf(conf);
	return [...directories];
}

/** Existing or not yet existing paths for an absolute pattern, sorted by bytes. A part without wildcards is taken as it is. */
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

/** glob(7) for one name: `*`, `?`, `[a-z]`, `[!a]`. A leading dot must be matched by a dot. Time is the product of both lengths at most. */
export function matches(name: string, pattern: string): boolean {
	if (name.startsWith(".") && !pattern.startsWith(".")) return false;
	// More than any name needs; without a limit, brackets that nothing closes take the square of it.
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
			// The star takes one character more, and what follows it is tried again.
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

const newMagic = "glibc-ld.so.cache1.1";
const oldMagic = "ld.so-1.7.0";
const maxEntries = 200_000;
const maxString = 4096;
const headerBytes = 48;
const entryBytes = 24;

/**
 * /etc/ld.so.cache as ldconfig(8) of glibc >= 2.2 writes it: for each library name the paths under which it was found, in the order in which the
 * loader considers them. The layout is glibc's sysdeps/generic/dl-cache.h. undefined where the file is something else; entries that point
 * outside are skipped.
 */
export function parseLoaderCache(file: Buffer): Map<string, Path[]> | undefined {
	const start = newCacheStart(file);
	if (start === undefined) return undefined;
	const cache = file.subarray(start);
	if (cache.length < headerBytes) return undefined;
	// The flags say 2 for little and 3 for big endian; files of before 2.33 say nothing, and were written by the machine that reads them.
	const bigEndian = ((cache[28] ?? 0) & 3) === 3;
	const word = (at: number) => (bigEndian ? cache.readUInt32BE(at) : cache.readUInt32LE(at));
	const text = (at: number) => {
		const bytes = cache.subarray(at, at + maxString);
		const end = bytes.indexOf(0);
		return end < 0 ? undefined : pathFromBytes(bytes.subarray(0, end));
	};
	const found = new Map<string, Path[]>();
	const count = Math.min(word(20), maxEntries);
	for (let index = 0; index < count; index++) {
		const at = headerBytes + index * entryBytes;
		if (at + entryBytes > cache.length) break;
		const name = text(word(at + 4));
		const path = text(word(at + 8));
		if (name === undefined || path === undefined || !path.startsWith("/")) continue;
		const paths = found.get(name);
		if (paths === undefined) found.set(name, [path]);
		else paths.push(path);
	}
	return found;
}

/** The new format may follow a table in the old one, aligned to 8 bytes. */
function newCacheStart(file: Buffer): number | undefined {
	const hasNew = (at: number) => file.toString("latin1", at, at + newMagic.length) === newMagic;
	if (hasNew(0)) return 0;
	if (file.length < 16 || file.toString("latin1", 0, oldMagic.length) !== oldMagic) return undefined;
	for (const count of [file.readUInt32LE(12), file.readUInt32BE(12)]) {
		const at = Math.ceil((16 + count * 12) / 8) * 8;
		if (at < file.length && hasNew(at)) return at;
	}
	return undefined;
}
