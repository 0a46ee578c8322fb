import type { PackageRef } from "../../base/machine/facts.ts";
import { join, type Path, parent, root } from "../../base/path/path.ts";

/** The machine's links, which give a file several names. */
interface Aliases {
	readLink(path: Path): Path | undefined;
	resolve(path: Path): Path | undefined;
}

/**
 * Finds the wanted paths among the file names that packages claim. Both may name a file through a link: a package lists /lib/x
 * where /lib is a link to usr/lib, a program opens /var/run/x where /var/run links to /run. So each wanted path is compared by
 * its own name and by its name in its real directory, each claimed one by its own name and with the root's links followed.
 */
export class Claims {
	readonly #wanted = new Map<string, Path[]>();
	readonly #rootLinks: readonly (readonly [from: string, to: string])[];
	/** null: several packages claim it, as with shared directories, so none of them owns it. */
	readonly #owners = new Map<Path, PackageRef | null>();

	constructor(paths: readonly Path[], aliases: Aliases) {
		const realDirectories = new Map<Path, Path | undefined>();
		for (const path of new Set(paths)) {
			this.#want(path, path);
			const directory = parent(path);
			if (!realDirectories.has(directory)) realDirectories.set(directory, aliases.resolve(directory));
			const real = realDirectories.get(directory);
			if (real !== undefined && real !== directory)
				this.#want(join(real, path.slice(directory === root ? 1 : directory.length + 1)), path);
		}
		this.#rootLinks = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32", "/usr/sbin", "/usr/lib64"].flatMap(
			(from) => {
				const to = aliases.readLink(from as Path) === undefined ? undefined : aliases.resolve(from as Path);
				return to === undefined ? [] : [[`${from}/`, `${to}/`] as const];
			},
		);
	}

	#want(name: string, path: Path): void {
		const paths = this.#wanted.get(name);
		if (paths === undefined) this.#wanted.set(name, [path]);
		else paths.push(path);
	}

	/** A filter for the wanted paths and `more` names. */
	filter(more: Iterable<string>): LineFilter {
		return new LineFilter([...this.#wanted.keys(), ...more]);
	}

	claim(name: string, by: PackageRef): void {
		this.#claim(this.#wanted.get(name), by);
		const link = this.#rootLinks.find(([from]) => name.startsWith(from));
		if (link !== undefined) this.#claim(this.#wanted.get(link[1] + name.slice(link[0].length)), by);
	}

	#claim(paths: readonly Path[] | undefined, by: PackageRef): void {
		for (const path of paths ?? []) {
			const known = this.#owners.get(path);
			if (known === undefined) this.#owners.set(path, by);
			else if (known === null || plainName(known) !== plainName(by)) this.#owners.set(path, null);
			// Packages of several architectures share files; the native one wins.
			else if (!by.name.includes(":")) this.#owners.set(path, by);
		}
	}

	owners(): Map<Path, PackageRef> {
		const owners = new Map<Path, PackageRef>();
		for (const [path, owner] of this.#owners) if (owner !== null) owners.set(path, owner);
		return owners;
	}
}

/** Size of the hash of a name's end, in bits. */
const filterBits = 16;
const endLength = 6;

/**
 * Finds the lines of a long list that end like one of a few paths, without creating a string for each line. May also return
 * other lines. Only the part after the last slash counts, because links and diversions of directories change the rest.
 */
class LineFilter {
	readonly #ends = new Uint8Array(1 << filterBits);

	constructor(names: Iterable<string>) {
		for (const name of names) this.#ends[endOf(name, 0, name.length)] = 1;
	}

	*lines(text: string): Iterable<string> {
		for (let start = 0; start < text.length; ) {
			const next = text.indexOf("\n", start);
			const end = next < 0 ? text.length : next;
			if (end > start && this.#ends[endOf(text, start, end)]) yield text.slice(start, end);
			start = end + 1;
		}
	}
}

function endOf(text: string, start: number, end: number): number {
	let hash = 0;
	for (let at = end - 1; at >= Math.max(start, end - endLength); at--) {
		const code = text.charCodeAt(at);
		if (code === slash) break;
		hash = (hash * 31 + code) & ((1 << filterBits) - 1);
	}
	return hash;
}

const slash = "/".charCodeAt(0);

function plainName({ name }: PackageRef): string {
	return name.replace(/:.*/, "");
}
