import { arch, hostname, release } from "node:os";
import { basename } from "node:path";
import picomatch from "picomatch";
import type { EnvironmentFiles } from "../../core/application/unit-application.ts";
import { parseServiceUnit, type ServiceUnit } from "../../core/application/unit-file.ts";
import { type MachineSpecifiers, parseUnitName } from "../../core/application/unit-specifiers.ts";
import { UnitTree } from "./unit-tree.ts";

/** Where the system manager looks for units, the strongest first (systemd.unit(5), UNIT FILE LOAD PATH). */
export const unitDirectories = [
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

export interface ServiceFile {
	/** The unit's own name; with an instance where one is enabled. */
	readonly name: string;
	/** Absolute path of the unit file, links followed. */
	readonly path: string;
	/** Other names that are links to it. */
	readonly aliases: readonly string[];
	/** Some target wants it at boot. */
	readonly enabled: boolean;
}

export interface LoadedService {
	readonly unit: ServiceUnit;
	/** The unit file and its drop-ins, in the order in which they apply. */
	readonly files: readonly string[];
	readonly environmentFiles: EnvironmentFiles;
}

/** Reads unit files without a running systemd. */
export class UnitFiles {
	readonly #tree: UnitTree;
	#aliasesOf: ReadonlyMap<string, readonly string[]> | undefined;

	constructor(root = "/") {
		this.#tree = new UnitTree(root);
	}

	/**
	 * Every service that is not masked, by name. Templates appear as `NAME@.service`, and once for each instance that a target wants
	 * or a link names.
	 */
	services(): ServiceFile[] {
		const found = new Map<string, { path: string; aliases: Set<string> }>();
		const seen = new Set<string>();
		const wanted = new Set<string>();
		for (const directory of unitDirectories) {
			for (const name of this.#tree.list(directory)) {
				if (/\.(wants|requires|upholds)$/.test(name)) {
					for (const each of this.#tree.list(`${directory}/${name}`)) if (each.endsWith(".service")) wanted.add(each);
				}
				// The first directory decides, even where it masks.
				if (!name.endsWith(".service") || seen.has(name)) continue;
				seen.add(name);
				const fragment = this.#fragment(`${directory}/${name}`);
				if (fragment === undefined) continue;
				const target = basename(fragment);
				const own = target.endsWith(".service") && sameKind(name, target) ? target : name;
				// A link from an instance to its template is that instance, not another name of the template.
				const key = parseUnitName(own).template && !parseUnitName(name).template ? name : own;
				const entry = found.get(key) ?? { path: fragment, aliases: new Set<string>() };
				if (key !== name) entry.aliases.add(name);
				found.set(key, entry);
			}
		}
		// An alias that is masked by its own name elsewhere stays away: the unit itself must be loadable.
		for (const name of [...found.keys()]) if (this.#path(name) === undefined) found.delete(name);
		for (const name of wanted) {
			const { instance, prefix, template } = parseUnitName(name);
			const of = found.get(`${prefix}@.service`);
			if (instance !== "" && !template && of !== undefined && !seen.has(name))
				found.set(name, { path: of.path, aliases: new Set() });
		}
		return [...found]
			.map(([name, { path, aliases }]) => {
				const names = [name, ...aliases];
				return { name, path, aliases: [...aliases].sort(), enabled: names.some((each) => wanted.has(each)) };
			})
			.sort((one, other) => (one.name < other.name ? -1 : 1));
	}

	/** A service with its drop-ins, or undefined where there is none of that name or it is masked. `.service` may be left out. */
	load(name: string): LoadedService | undefined {
		const full = name.endsWith(".service") ? name : `${name}.service`;
		if (!/^[A-Za-z0-9:_.\\@-]+$/.test(full)) return undefined;
		const path = this.#path(full);
		if (path === undefined) return undefined;
		// The name that the file has is the unit's; an alias given here must not change what %n means.
		const target = basename(path);
		const own = target.endsWith(".service") && sameKind(full, target) && !parseUnitName(target).template ? target : full;
		const files = [path, ...this.#dropIns([own, full, ...(this.#aliases().get(path) ?? [])])];
		const unit = parseServiceUnit(
			own,
			files.map((file) => this.#tree.read(file) ?? ""),
			this.#machine(),
		);
		return { unit, files, environmentFiles: this.#environmentFiles(unit) };
	}

	/** Links to each unit file: drop-ins of every name of a unit apply to it. */
	#aliases(): ReadonlyMap<string, readonly string[]> {
		if (this.#aliasesOf !== undefined) return this.#aliasesOf;
		const aliases = new Map<string, string[]>();
		for (const directory of unitDirectories) {
			for (const name of this.#tree.list(directory)) {
				const path = `${directory}/${name}`;
				if (!name.endsWith(".service") || name.includes("@") || this.#tree.link(path) === undefined) continue;
				const target = this.#tree.resolve(path);
				aliases.set(target, [...(aliases.get(target) ?? []), name]);
			}
		}
		this.#aliasesOf = aliases;
		return aliases;
	}

	#path(name: string): string | undefined {
		const { prefix, instance, template } = parseUnitName(name);
		const names = instance !== "" && !template ? [name, `${prefix}@.service`] : [name];
		for (const each of names) {
			for (const directory of unitDirectories) {
				const path = `${directory}/${each}`;
				if (this.#tree.link(path) === undefined && !this.#tree.exists(path)) continue;
				return this.#fragment(path);
			}
		}
		return undefined;
	}

	/** The file behind a unit's name; undefined where it is masked: a link to /dev/null, or empty. */
	#fragment(path: string): string | undefined {
		const fragment = this.#tree.resolve(path);
		const text = fragment === "/dev/null" ? undefined : this.#tree.read(fragment);
		return text === undefined || text === "" ? undefined : fragment;
	}

	/**
	 * systemd.unit(5): drop-ins apply in the order of their file names, whatever directory they are in; of those that share a name, the
	 * more particular directory wins (`a-b.service.d` before `a-.service.d` before `service.d`), then the stronger place.
	 */
	#dropIns(names: readonly string[]): string[] {
		const chosen = new Map<string, string>();
		for (const folder of dropInFolders(names)) {
			for (const directory of unitDirectories) {
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

	#environmentFiles(unit: ServiceUnit): EnvironmentFiles {
		const files = new Map<string, string>();
		for (const { path } of unit.environmentFiles) {
			const contents = this.#matching(path).flatMap((each) => this.#tree.read(each) ?? []);
			if (contents.length > 0) files.set(path, contents.join("\n"));
		}
		return files;
	}

	/** glob(3) on the last component, which is where such globs are. */
	#matching(pattern: string): string[] {
		if (!/[*?[]/.test(pattern)) return [pattern];
		const directory = pattern.slice(0, pattern.lastIndexOf("/"));
		const matches = picomatch(basename(pattern), { nobrace: true, noextglob: true, nonegate: true });
		return this.#tree
			.list(directory)
			.filter((name) => matches(name))
			.map((name) => `${directory}/${name}`);
	}

	#machine(): MachineSpecifiers {
		const release_ = Object.fromEntries(
			[...(this.#tree.read("/etc/os-release") ?? "").matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map(([, key, value]) => [key, value]),
		) as Record<string, string | undefined>;
		const id = this.#tree.read("/etc/machine-id")?.trim();
		return {
			H: hostname(),
			l: hostname().split(".", 1)[0] ?? "",
			v: release(),
			a: arch() === "x64" ? "x86-64" : arch(),
			...(id === undefined ? {} : { m: id }),
			o: release_.ID ?? "linux",
			w: release_.VERSION_ID ?? "",
		};
	}
}

function sameKind(one: string, other: string): boolean {
	return one.includes("@") === other.includes("@");
}

/** Names of drop-in folders for a unit and its aliases, the most particular first. */
function dropInFolders(names: readonly string[]): string[] {
	const folders: string[] = [];
	for (const name of names) {
		const { prefix, instance } = parseUnitName(name);
		folders.push(`${name}.d`);
		const stem = instance === "" ? prefix : `${prefix}@`;
		if (instance !== "") folders.push(`${stem}.service.d`);
		for (let dash = prefix.lastIndexOf("-"); dash > 0; dash = prefix.lastIndexOf("-", dash - 1)) {
			folders.push(`${prefix.slice(0, dash + 1)}.service.d`);
		}
	}
	return [...new Set([...folders, "service.d"])];
}
