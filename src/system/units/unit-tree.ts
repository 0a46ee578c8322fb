import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";

/**
 * A tree of files as one process sees it: `/`, or a folder that stands for it (an image, a test). Lists and links are remembered:
 * looking for units asks for the same few directories thousands of times. So make a new one for each look.
 */
export class UnitTree {
	readonly #root: string;
	readonly #lists = new Map<string, string[]>();
	readonly #links = new Map<string, string | undefined>();

	constructor(root = "/") {
		this.#root = root;
	}

	/** Names in a directory, sorted; empty where there is none. */
	list(directory: string): readonly string[] {
		const known = this.#lists.get(directory);
		if (known !== undefined) return known;
		let names: string[] = [];
		try {
			names = readdirSync(this.#real(this.resolve(directory))).sort();
		} catch {
			// Nothing there, or not for us.
		}
		this.#lists.set(directory, names);
		return names;
	}

	/** Up to 1 MiB of a regular file; undefined where there is none. */
	read(path: string): string | undefined {
		try {
			const real = this.#real(this.resolve(path));
			const status = lstatSync(real);
			return status.isFile() && status.size <= 1024 * 1024 ? readFileSync(real, "utf8") : undefined;
		} catch {
			return undefined;
		}
	}

	exists(path: string): boolean {
		try {
			lstatSync(this.#real(this.resolve(path)));
			return true;
		} catch {
			return false;
		}
	}

	link(path: string): string | undefined {
		return this.#link(join(this.resolve(dirname(path)), basename(path)));
	}

	/** All links followed, absolute ones from the tree's own root; loops end where they began. */
	resolve(path: string): string {
		let done = "/";
		let left = normalize(path).split("/").filter(Boolean);
		for (let steps = 0; left.length > 0; ) {
			const [first = "", ...rest] = left;
			left = rest;
			if (first === "..") {
				done = dirname(done);
				continue;
			}
			const next = join(done, first);
			const target = this.#link(next);
			steps += target === undefined ? 0 : 1;
			if (target === undefined || steps > 40) {
				done = next;
				continue;
			}
			if (target.startsWith("/")) done = "/";
			left = [...target.split("/").filter((part) => part !== "" && part !== "."), ...left];
		}
		return done;
	}

	#link(path: string): string | undefined {
		if (this.#links.has(path)) return this.#links.get(path);
		let target: string | undefined;
		try {
			target = readlinkSync(this.#real(path));
		} catch {
			// No link.
		}
		this.#links.set(path, target);
		return target;
	}

	#real(path: string): string {
		return this.#root === "/" ? path : join(this.#root, path);
	}
}
