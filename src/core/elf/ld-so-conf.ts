import { isAbsolute, join, type Path, parent, pathFromBytes, resolvePath } from "../path/path.ts";
import { withoutTrailing } from "../trailing.ts";

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
