import { arch, hostname, release } from "node:os";
import { basename } from "node:path";
import picomatch from "picomatch";
import { append, by, omitUndefined } from "../../base/collections.ts";
import { type Path, pathFromText } from "../../base/path/path.ts";
import { dropinNames } from "../../unit/installed.ts";
import type { HostService } from "../../unit/ports.ts";
import { directoriesOf, parseTmpfiles, type TmpfilesDirectory } from "../created-directory.ts";
import { socketPlace } from "../passed-socket.ts";
import { applicationFromUnit, type EnvironmentFiles, type UnitSurroundings } from "../unit-application.ts";
import { parseServiceUnit, type ServiceUnit } from "../unit-file.ts";
import { isPassed, parseSocketUnit, type SocketAddress, type SocketUnit } from "../unit-sockets.ts";
import { type MachineSpecifiers, parseUnitName } from "../unit-text.ts";
import { osRelease } from "./packages.ts";
import { UnitPlaces, UnitTree } from "./unit-tree.ts";

export interface ServiceFile {
	/** The unit's own name, with its instance if one is enabled. */
	readonly name: string;
	/** Real absolute path of the unit file. */
	readonly path: string;
	/** Other names that link to it. */
	readonly aliases: readonly string[];
	/** A target wants it at boot. */
	readonly enabled: boolean;
}

export interface LoadedService {
	readonly unit: ServiceUnit;
	/** The unit file and its drop-ins, in the order in which they apply. */
	readonly files: readonly string[];
	/** Their contents, in the same order. */
	readonly texts: readonly string[];
	/** Related facts about the machine. */
	readonly surroundings: UnitSurroundings;
}

/** A unit file that systemd would not load. */
interface DamagedUnit {
	readonly name: string;
	readonly path: string;
	/** `unit-link-broken`: a dangling link. `unit-unreadable`: not a file, too large, or not readable by this account. */
	readonly problem: "unit-link-broken" | "unit-unreadable";
}

/** Reads unit files without a running systemd. */
export class UnitFiles {
	readonly #tree: UnitTree;
	readonly #places: UnitPlaces;
	#aliasesOf: ReadonlyMap<string, readonly string[]> | undefined;
	#socketUnits: readonly SocketUnit[] | undefined;
	#tmpfilesDirectories: readonly TmpfilesDirectory[] | undefined;

	constructor(tree = new UnitTree()) {
		this.#tree = tree;
		this.#places = new UnitPlaces(tree);
	}

	/**
	 * Every service that is not masked, by name. Templates appear as `NAME@.service`, and once for each instance that a target
	 * wants or a link names.
	 */
	services(): ServiceFile[] {
		const found = new Map<string, { path: string; aliases: Set<string> }>();
		const seen = new Set<string>();
		const wanted = this.#places.wanted("service");
		for (const { name, path } of this.#places.all("service")) {
			seen.add(name);
			const fragment = this.#places.fragment(path);
			if (fragment === undefined) continue;
			const target = basename(fragment);
			const own = target.endsWith(".service") && sameKind(name, target) ? target : name;
			// A link from an instance to its template is that instance, not another name of the template.
			const key = parseUnitName(own).template && !parseUnitName(name).template ? name : own;
			const entry = found.get(key) ?? { path: fragment, aliases: new Set<string>() };
			if (key !== name) entry.aliases.add(name);
			found.set(key, entry);
		}
		// The unit itself must be loadable; an alias may be masked by its own name elsewhere.
		for (const name of [...found.keys()]) if (this.#places.path(name) === undefined) found.delete(name);
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
			.sort(by(({ name }) => name));
	}

	/** Services whose files exist but cannot be loaded. Excludes masked ones. */
	damaged(): DamagedUnit[] {
		const damaged: DamagedUnit[] = [];
		for (const { name, path } of this.#places.all("service")) {
			const fragment = this.#tree.resolve(path);
			if (fragment === "/dev/null" || this.#tree.read(fragment) !== undefined) continue;
			const there = this.#tree.exists(fragment) && this.#tree.link(fragment) === undefined;
			damaged.push({ name, path, problem: there ? "unit-unreadable" : "unit-link-broken" });
		}
		return damaged;
	}

	/** The service that a socket unit starts, if there is such a socket unit. */
	serviceOfSocket(name: string): string | undefined {
		this.#socketUnits ??= this.#allSockets();
		return this.#socketUnits.find((socket) => socket.name === name)?.service;
	}

	/** The full name of the service that a name means. Undefined if there is none or it is masked. Reads as little as possible. */
	named(name: string): string | undefined {
		const full = name.endsWith(".service") ? name : `${name}.service`;
		if (!/^[A-Za-z0-9:_.\\@-]+$/.test(full)) return undefined;
		const path = this.#places.path(full);
		if (path === undefined) return undefined;
		// The file's name is the unit's name; an alias must not change the meaning of %n.
		const target = basename(path);
		return target.endsWith(".service") && sameKind(full, target) && !parseUnitName(target).template ? target : full;
	}

	/**
	 * A service with its drop-ins. Undefined if there is none of that name or it is masked. `.service` is optional. Excludes our
	 * own drop-in, which describes the cage, not the service.
	 */
	load(name: string): LoadedService | undefined {
		const full = name.endsWith(".service") ? name : `${name}.service`;
		const own = this.named(full);
		const path = own === undefined ? undefined : this.#places.path(full);
		if (own === undefined || path === undefined) return undefined;
		const aliases = this.#aliases().get(path) ?? [];
		const files = [
			path,
			...this.#places.dropIns([own, full, ...aliases]).filter((file) => !dropinNames.includes(basename(file))),
		];
		const texts = files.map((file) => this.#tree.read(file) ?? "");
		const unit = parseServiceUnit(own, texts, this.#machine());
		const names = [own, full, ...aliases];
		const surroundings = {
			environmentFiles: this.#environmentFiles(unit),
			sockets: this.#sockets(unit, names),
			tmpfiles: this.#tmpfiles(unit, names),
			read: (file: string) => this.#tree.read(file),
		};
		return { unit, files, texts, surroundings };
	}

	/**
	 * The services that a unit without a program of its own starts and stops with itself, sorted: those that it wants, and those that
	 * are part of it. Debian's postgresql, tor, openvpn and tinc have such a unit for their instances.
	 */
	members(unit: ServiceUnit): string[] {
		if (!isGroup(unit)) return [];
		const { full } = unit.name;
		// Reading every unit with its drop-ins would take longer than everything else.
		const mentioning = this.services().filter(({ path }) => this.#tree.read(path)?.includes(full));
		const parts = mentioning.map(({ name }) => name).filter((name) => this.load(name)?.unit.partOf.includes(full));
		const names = [...new Set([...this.#places.wanted("service", full), ...parts])];
		return names.filter((name) => !parseUnitName(name).template && this.#keepsRunning(name)).sort();
	}

	#keepsRunning(name: string): boolean {
		const unit = this.load(name)?.unit;
		return unit !== undefined && unit.type !== "oneshot";
	}

	/** The sockets that systemd would pass to a service: those that name it, and those that it names. */
	#sockets(unit: ServiceUnit, names: readonly string[]): SocketUnit[] {
		this.#socketUnits ??= this.#allSockets();
		// A per-connection service is an instance of the template that the socket names.
		const template = unit.name.instance === "" ? [] : [`${unit.name.prefix}@.service`];
		return this.#socketUnits
			.map((socket) => instanceOf(socket, unit.name.instance))
			.filter(({ name, service }) => [...names, ...template].includes(service) || unit.sockets.includes(name));
	}

	#allSockets(): SocketUnit[] {
		const wanted = this.#places.wanted("socket");
		return [...this.#places.all("socket")].flatMap(({ name, path }) => {
			const fragment = this.#places.fragment(path);
			if (fragment === undefined) return [];
			const texts = [fragment, ...this.#places.dropIns([name])].map((file) => this.#tree.read(file) ?? "");
			return [parseSocketUnit(name, texts, wanted.has(name), this.#machine())];
		});
	}

	#tmpfiles(unit: ServiceUnit, names: readonly string[]): string[] {
		this.#tmpfilesDirectories ??= this.#allTmpfiles();
		const program = basename(unit.execStart[0]?.words[0] ?? "");
		return directoriesOf(this.#tmpfilesDirectories, new Set([program, ...names.map((name) => parseUnitName(name).prefix)]));
	}

	/** Of files with the same name the stronger place wins, and a link to /dev/null masks (tmpfiles.d(5)). */
	#allTmpfiles(): TmpfilesDirectory[] {
		const files = new Map<string, string>();
		for (const directory of ["/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d"]) {
			for (const name of this.#tree.list(directory)) {
				if (name.endsWith(".conf") && !files.has(name)) files.set(name, `${directory}/${name}`);
			}
		}
		const machine = this.#machine();
		return [...files].flatMap(([name, path]) => parseTmpfiles(name, this.#tree.read(path) ?? "", machine));
	}

	/** Links to each unit file, because the drop-ins of all names of a unit apply to it. */
	#aliases(): ReadonlyMap<string, readonly string[]> {
		if (this.#aliasesOf !== undefined) return this.#aliasesOf;
		const aliases = new Map<string, string[]>();
		for (const { name, path } of this.#places.all("service")) {
			if (name.includes("@") || this.#tree.link(path) === undefined) continue;
			const target = this.#tree.resolve(path);
			append(aliases, target, name);
		}
		this.#aliasesOf = aliases;
		return aliases;
	}

	#environmentFiles(unit: ServiceUnit): EnvironmentFiles {
		const files = new Map<string, string>();
		for (const { path } of unit.environmentFiles) {
			const contents = this.#matching(path).flatMap((each) => this.#tree.read(each) ?? []);
			if (contents.length > 0) files.set(path, contents.join("\n"));
		}
		return files;
	}

	/** Supports glob(3) in the last component, where such globs are. */
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
		const system = osRelease(this.#tree.read("/etc/os-release") ?? "");
		const id = this.#tree.read("/etc/machine-id")?.trim();
		return {
			H: hostname(),
			l: hostname().split(".", 1)[0] ?? "",
			v: release(),
			a: arch() === "x64" ? "x86-64" : arch(),
			...omitUndefined({ m: id }),
			o: system.ID ?? "linux",
			w: system.VERSION_ID ?? "",
		};
	}
}

/** Whether a unit only represents other ones: its start does nothing. */
function isGroup({ execStart, type }: ServiceUnit): boolean {
	return type === "oneshot" && execStart.every(({ words: [program = ""] }) => basename(program) === "true");
}

function sameKind(one: string, other: string): boolean {
	return one.includes("@") === other.includes("@");
}

/** A template's socket for one instance. */
function instanceOf(socket: SocketUnit, instance: string): SocketUnit {
	if (instance === "" || !parseUnitName(socket.name).template || socket.accept) return socket;
	const filled = (text: string) => text.replaceAll(/%[iI]/g, instance).replace("@.", `@${instance}.`);
	return {
		...socket,
		name: filled(socket.name),
		service: filled(socket.service),
		listens: socket.listens.map((listen) => ({ ...listen, address: filled(listen.address) })),
	};
}

/** The service and its drop-ins, read from the unit files below `root`. Undefined if there is none of that name or it is masked. */
export function hostService(name: string, root = "/"): HostService | undefined {
	const units = new UnitFiles(new UnitTree(root));
	const service = units.load(name);
	if (service === undefined) return undefined;
	const { files, surroundings, texts, unit } = service;
	const { reloadSignal } = applicationFromUnit(unit, surroundings);
	const sockets = (surroundings.sockets ?? []).filter((socket) => !socket.accept && isPassed(socket, unit));
	return {
		name: unit.name.full,
		members: units.members(unit),
		files,
		texts,
		sockets: sockets.map((socket) => socket.name),
		socketPaths: sockets.flatMap(({ listens }) => listens.flatMap(pathOf)),
		...omitUndefined({ reloadSignal }),
		reloads: unit.execReload.length > 0,
	};
}

function pathOf({ address, kind }: SocketAddress): Path[] {
	const place = kind === "other" ? undefined : socketPlace(address);
	return place?.family === "unix" ? [pathFromText(place.path)] : [];
}
