import { randomBytes } from "node:crypto";
import {
	chmodSync,
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	realpathSync,
	renameSync,
	rmdirSync,
	unlinkSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Failure } from "../failure.ts";
import { baseName, join, type Path, parent, pathFromBytes, pathToBytes } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { below, pathOnly } from "./descriptor.ts";
import { errorName } from "./errors.ts";
import { clearFlags } from "./file-flags.ts";
import { refuseMounts } from "./mounts.ts";

/** Rounds through a directory to which somebody keeps adding. */
const mostRounds = 100;
/** Milliseconds between two pauses for other work. */
const turn = 10;

/**
 * Removes a file or a whole directory. Follows no link, even if one is swapped in, and crosses no mount: throws `mounted-below`
 * (exit 4) before anything changes if there is one. Returns true if something was there.
 * Every directory is first moved to the top and emptied there, which needs two descriptors at any depth; recursion would run out
 * of them in a tree made for that.
 */
export async function removeTree(path: Path): Promise<boolean> {
	const name = pathToBytes(path);
	try {
		const stats = lstatSync(name, { throwIfNoEntry: false });
		if (stats === undefined) return false;
		if (!stats.isDirectory()) await withoutFlags([path], () => unlinkSync(name));
		else {
			await refuseMounts(join(realPath(parent(path)), baseName(path)));
			unlock(path);
			const top = openDirectory(path);
			try {
				await new TreeRemoval(top, path).run();
				await withoutFlags([below(top, "." as Path)], () => rmdirSync(name));
			} finally {
				closeSync(top);
			}
		}
	} catch (error) {
		throw removeFailure(error, path);
	}
	return true;
}

/** Calls the kernel synchronously, which takes a tenth of the time of promises, and pauses often. */
class TreeRemoval {
	readonly #top: number;
	readonly #path: Path;
	readonly #device: number;
	readonly #prefix = `.removing-${randomBytes(6).toString("hex")}`;
	readonly #moved: Path[] = [];
	#number = 0;
	#since = performance.now();

	constructor(top: number, path: Path) {
		this.#top = top;
		this.#path = path;
		this.#device = fstatSync(top).dev;
	}

	async run(): Promise<void> {
		for (let round = 0; round < mostRounds; round++) {
			this.#moved.length = 0;
			await this.#clear(this.#top);
			if (this.#moved.length === 0) return;
			for (let aside = this.#moved.pop(); aside !== undefined; aside = this.#moved.pop()) {
				// Somebody added something, so the next round tries again.
				if (!(await this.#removeMoved(aside))) break;
			}
		}
		throw new Failure("still-in-use", { path: showPath(this.#path) }, 1);
	}

	/** Moves its subdirectories to the top and removes everything else. */
	async #clear(directory: number): Promise<void> {
		const names = readdirSync(pathToBytes(below(directory)), { encoding: "latin1" }) as Path[];
		let isUnlocked = false;
		for (const name of names) {
			await this.#pause();
			const entry = below(directory, name);
			try {
				this.#removeOne(entry);
			} catch (error) {
				if (errorName(error) !== "EPERM") throw error;
				// A flag of the directory protects its entries, and one of the top what is moved there.
				const around = isUnlocked ? [] : [below(directory, "." as Path), below(this.#top, "." as Path)];
				await clearFlags([entry, ...around]);
				isUnlocked = true;
				this.#removeOne(entry);
			}
		}
	}

	#removeOne(entry: Path): void {
		if (unlinkUnlessDirectory(entry)) return;
		unlock(entry);
		const aside = `${this.#prefix}-${this.#number++}` as Path;
		renameSync(pathToBytes(entry), pathToBytes(below(this.#top, aside)));
		this.#moved.push(aside);
	}

	/** Returns false if it is not empty again. */
	async #removeMoved(aside: Path): Promise<boolean> {
		const place = below(this.#top, aside);
		const directory = openDirectory(place);
		try {
			// A mount that this process cannot see by name. rename(2) already refuses most of them.
			if (fstatSync(directory).dev !== this.#device) {
				throw new Failure("mounted-below", { path: showPath(this.#path), mount: showPath(join(this.#path, aside)) }, 4);
			}
			await this.#clear(directory);
		} finally {
			closeSync(directory);
		}
		try {
			await withoutFlags([place], () => rmdirSync(pathToBytes(place)));
			return true;
		} catch (error) {
			if (errorName(error) === "ENOTEMPTY" || errorName(error) === "EEXIST") return false;
			throw error;
		}
	}

	async #pause(): Promise<void> {
		if (performance.now() - this.#since < turn) return;
		await setImmediate();
		this.#since = performance.now();
	}
}

function openDirectory(path: Path): number {
	return openSync(pathToBytes(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function realPath(path: Path): Path {
	return pathFromBytes(realpathSync(pathToBytes(path), { encoding: "buffer" }));
}

/** Retries without the files' flags, which may have prevented the work. */
async function withoutFlags(paths: readonly Path[], work: () => void): Promise<void> {
	try {
		work();
	} catch (error) {
		if (errorName(error) !== "EPERM") throw error;
		await clearFlags(paths);
		work();
	}
}

/** unlink(2) itself rejects a directory (EISDIR on Linux), so nothing can be swapped between a check and the call. */
function unlinkUnlessDirectory(path: Path): boolean {
	try {
		unlinkSync(pathToBytes(path));
		return true;
	} catch (error) {
		const name = errorName(error);
		if (name === "ENOENT") return true;
		if (name === "EISDIR") return false;
		throw error;
	}
}

/** Anybody except root needs permission to empty a directory, and a cage's directories often deny it. */
function unlock(directory: Path): void {
	if (process.geteuid?.() === 0) return;
	const file = openSync(pathToBytes(directory), pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	try {
		chmodSync(below(file), 0o700);
	} finally {
		closeSync(file);
	}
}

function removeFailure(error: unknown, path: Path): unknown {
	const name = errorName(error);
	if (name === undefined) return error;
	if (name === "EBUSY") return new Failure("mounted-below", { path: showPath(path), mount: showPath(path) }, 4);
	return new Failure("cannot-remove", { path: showPath(path), error: name }, 1);
}
