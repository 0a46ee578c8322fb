import { join, type Path, parent, root } from "../../core/path/path.ts";
import type { PackageRef } from "../../core/plan/plan.ts";

/** The machine's links, which give a file several names. */
interface Aliases {
	readLink(path: Path): Path | undefined;
	resolve(path: Path): Path | undefined;
}

/** Folders that distributions replace by links. */
const linkedFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libo32", "/usr/sbin", "/usr/lib64"];

/**
 * Finds the wanted paths among the file names that packages claim. Both may name a file through a link: a package lists /lib/x
 * where /lib is a link to usr/lib, a program opens /var/run/x where /var/run links to /run. So each wanted path is compared by
 * its own name and by its name in its real directory, each claimed one by its own name and with the root's links followed.
 */
export class Claims {
	/** Every name by which a package may claim a wanted path. */
	readonly #wanted = new Map<string, Path[]>();
	/** null: several packages claim it, as with shared directories, so none of them owns it. */
	readonly #owners = new Map<Path, PackageRef | null>();

	constructor(paths: readonly Path[], aliases: Aliases) {
		const rootLinks = linkedFolders.flatMap((from) => {
			const to = aliases.readLink(from as Path) === undefined ? undefined : aliases.resolve(from as Path);
			return to === undefined ? [] : [[`${from}/`, `${to}/`] as const];
		});
		const want = (name: string, path: Path) => {
			this.#want(name, path);
			for (const [from, to] of rootLinks) if (name.startsWith(to)) this.#want(from + name.slice(to.length), path);
		};
		const realDirectories = new Map<Path, Path | undefined>();
		for (const path of new Set(paths)) {
			want(path, path);
			const directory = parent(path);
			if (!realDirectories.has(directory)) realDirectories.set(directory, aliases.resolve(directory));
			const real = realDirectories.get(directory);
			if (real !== undefined && real !== directory)
				want(join(real, path.slice(directory === root ? 1 : directory.length + 1)), path);
		}
	}

	#want(name: string, path: Path): void {
		const paths = this.#wanted.get(name);
		if (paths === undefined) this.#wanted.set(name, [path]);
		else paths.push(path);
	}

	/** Every name by which a package may claim one of the paths. */
	names(): readonly string[] {
		return [...this.#wanted.keys()];
	}

	claim(name: string, by: PackageRef): void {
		const paths = this.#wanted.get(name);
		if (paths === undefined) return;
		for (const path of paths) {
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

function plainName({ name }: PackageRef): string {
	return name.replace(/:.*/, "");
}
