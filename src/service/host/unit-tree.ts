import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { attempt } from "../../base/host/errors.ts";
import { namesIn } from "../../base/host/proc.ts";
import { parseUnitName } from "../unit-text.ts";

/**
 * A file tree: `/`, or a folder that represents one (an image, a test). Caches lists, links and texts, because looking for
 * units reads the same ones thousands of times. Create a new one for each search.
 */
export class UnitTree {
	readonly #root: string;
	readonly #lists = new Map<string, string[]>();
	readonly #names = new Map<string, ReadonlySet<string>>();
	readonly #links = new Map<string, string | undefined>();
	readonly #texts = new Map<string, string | undefined>();

	constructor(root = "/") {
		this.#root = root;
	}

	/** Names in a directory, sorted. Empty if there is none. */
	list(directory: string): readonly string[] {
		const known = this.#lists.get(directory);
		if (known !== undefined) return known;
		const names = namesIn(this.#real(this.resolve(directory))).sort();
		this.#lists.set(directory, names);
		return names;
	}

	/** Whether a directory contains a name, even if it is a dangling link. */
	has(directory: string, name: string): boolean {
		const names = this.#names.get(directory) ?? new Set(this.list(directory));
		this.#names.set(directory, names);
		return names.has(name);
	}

	/** At most 1 MiB of a regular file. Undefined if there is none. */
	read(path: string): string | undefined {
		const resolved = this.resolve(path);
		if (!this.#texts.has(resolved)) this.#texts.set(resolved, readText(this.#real(resolved)));
		return this.#texts.get(resolved);
	}

	exists(path: string): boolean {
		return attempt(() => lstatSync(this.#real(this.resolve(path)))) !== undefined;
	}

	link(path: string): string | undefined {
		return this.#link(join(this.resolve(dirname(path)), basename(path)));
	}

	/** Follows all links, absolute ones from the tree's own root. Stops in loops. */
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
		const target = attempt(() => readlinkSync(this.#real(path)));
		this.#links.set(path, target);
		return target;
	}

	#real(path: string): string {
		return this.#root === "/" ? path : join(this.#root, path);
	}
}

function readText(path: string): string | undefined {
	return attempt(() => {
		const status = lstatSync(path);
		return status.isFile() && status.size <= 1024 * 1024 ? readFileSync(path, "utf8") : undefined;
	});
}

/** The system manager's search path for units, strongest first (systemd.unit(5), UNIT FILE LOAD PATH). */
const unitDirectories = [
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
	"/run/systemd/generator.late",
] as const;

/** Finds unit files of any type and their drop-ins in the system manager's search path. */
export class UnitPlaces {
	readonly #tree: UnitTree;

	constructor(tree: UnitTree) {
		this.#tree = tree;
	}

	/** Every file of a type (`service`), the strongest of each name; `path` as found, without following links. */
	*all(type: string): Iterable<{ readonly name: string; readonly path: string }> {
		const seen = new Set<string>();
		for (const directory of unitDirectories) {
			for (const name of this.#tree.list(directory)) {
				// The first directory decides, even if it masks.
				if (!name.endsWith(`.${type}`) || seen.has(name)) continue;
				seen.add(name);
				yield { name, path: `${directory}/${name}` };
			}
		}
	}

	/** Units of a type that another unit, or the named one, wants or requires. */
	wanted(type: string, by?: string): ReadonlySet<string> {
		const wanted = new Set<string>();
		for (const directory of unitDirectories) {
			for (const folder of this.#tree.list(directory)) {
				const [, of] = /^(.+)\.(?:wants|requires|upholds)$/.exec(folder) ?? [];
				if (of === undefined || (by !== undefined && of !== by)) continue;
				for (const name of this.#tree.list(`${directory}/${folder}`)) if (name.endsWith(`.${type}`)) wanted.add(name);
			}
		}
		return wanted;
	}

	/** The real path of a unit's file, or of its template's for an instance. Undefined if there is none or it is masked. */
	path(name: string): string | undefined {
		const { prefix, instance, template, type } = parseUnitName(name);
		const names = instance !== "" && !template ? [name, `${prefix}@.${type}`] : [name];
		for (const each of names) {
			for (const directory of unitDirectories) {
				if (this.#tree.has(directory, each)) return this.fragment(`${directory}/${each}`);
			}
		}
		return undefined;
	}

	/** The real path of a unit's file. Undefined if it is masked: a link to /dev/null, or empty. */
	fragment(path: string): string | undefined {
		const fragment = this.#tree.resolve(path);
		const text = fragment === "/dev/null" ? undefined : this.#tree.read(fragment);
		return text === undefined || text === "" ? undefined : fragment;
	}

	/**
	 * Drop-ins apply in the order of their file names, whatever directory they are in. If several share a name, the more specific
	 * directory wins (`a-b.service.d` before `a-.service.d` before `service.d`), then the stronger place (systemd.unit(5)).
	 */
	dropIns(names: readonly string[]): string[] {
		const chosen = new Map<string, string>();
		for (const folder of dropInFolders(names)) {
			for (const directory of unitDirectories) {
				if (!this.#tree.has(directory, folder)) continue;
				const place = `${directory}/${folder}`;
				for (const name of this.#tree.list(place)) {
					if (name.endsWith(".conf") && !chosen.has(name)) chosen.set(name, `${place}/${name}`);
				}
			}
		}
		return [...chosen]
			.sort(([one], [other]) => (one < other ? -1 : 1))
			.map(([, path]) => this.#tree.resolve(path))
			.filter((path) => path !== "/dev/null" && this.#tree.read(path) !== undefined);
	}
}

/** Names of drop-in folders for a unit and its aliases, the most specific first. */
function dropInFolders(names: readonly string[]): string[] {
	const folders: string[] = [];
	for (const name of names) {
		const { prefix, instance, type } = parseUnitName(name);
		folders.push(`${name}.d`);
		const stem = instance === "" ? prefix : `${prefix}@`;
		if (instance !== "") folders.push(`${stem}.${type}.d`);
		for (let dash = prefix.lastIndexOf("-"); dash > 0; dash = prefix.lastIndexOf("-", dash - 1)) {
			folders.push(`${prefix.slice(0, dash + 1)}.${type}.d`);
		}
	}
	return [...new Set([...folders, ...names.map((name) => `${parseUnitName(name).type}.d`)])];
}
