import { Failure } from "../../base/failure.ts";
import { baseName, isWithin, type Path, pathFromText } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { temporaryDirectories } from "../../confine/places.ts";
import { imageName, type Workload } from "./workload.ts";

/** A volume's name: the cage's, and the directory's base name or, if another one has the same, its place. */
export function volumeNames({ name, volumes }: Pick<Workload, "name" | "volumes">): ReadonlyMap<Path, string> {
	const names = new Map<Path, string>();
	for (const { path } of volumes) {
		const base = imageName(baseName(path));
		const isTwice = volumes.some((other) => other.path !== path && imageName(baseName(other.path)) === base);
		names.set(path, `${imageName(name)}-${isTwice ? imageName(path.slice(1).replaceAll("/", "-")) : base}`);
	}
	return names;
}

/** Where podman and skopeo find the image. */
export function imageReference(to: string, isArchive: boolean, { image }: Workload): string {
	return `${isArchive ? "oci-archive" : "oci"}:${to}:${image}`;
}

/** Returns a volume with its place and the mount options of a cage: nothing that is writable can be executed. */
export function mountedVolume(source: string, target: string, access: "ro" | "rw", isExecutable: boolean): string {
	const options = [access, "nosuid", "nodev", ...(access === "ro" || isExecutable ? [] : ["noexec"])];
	return `${source}:${target}:${options.join(",")}`;
}

/** Returns whether the plan permits to execute files there. */
export function isExecutable({ executable }: Pick<Workload, "executable">, path: Path): boolean {
	return executable.some((one) => isWithin(one, path) || isWithin(path, one));
}

/**
 * Returns writable directories in memory, as in a cage. podman's own ones would permit to execute what is written there, and it
 * refuses two mounts at one place.
 */
export function memoryDirectories({ binds, volumes }: Pick<Workload, "binds" | "volumes">): string[] {
	const mounted = new Set<string>([...volumes, ...binds].map(({ path }) => path));
	return [...temporaryDirectories, pathFromText("/dev/shm")]
		.filter((path) => !mounted.has(path))
		.map((path) => `${path}:rw,nosuid,nodev,noexec,size=20%,mode=1777`);
}

/** Returns a path for a list that podman splits at colons, without quotes. Throws `unit-inexpressible` (exit 2). */
export function podmanPath(setting: string, path: Path): Path {
	if (path.includes(":")) throw new Failure("unit-inexpressible", { setting, value: showPath(path) }, 2);
	return path;
}

/** Returns a command that starts the image with the protection of the cage. */
export function podmanWords(workload: Workload): string[] {
	const { binds, capabilities, devices, limits, network } = workload;
	const names = volumeNames(workload);
	return [
		"podman",
		"run",
		"--detach",
		"--name",
		imageName(workload.name),
		"--read-only",
		"--read-only-tmpfs=false",
		"--cap-drop",
		"all",
		...capabilities.flatMap((name) => ["--cap-add", name]),
		"--security-opt",
		"no-new-privileges",
		"--network",
		network,
		...(limits.memory === undefined ? [] : ["--memory", String(limits.memory)]),
		...(limits.processes === undefined ? [] : ["--pids-limit", String(limits.processes)]),
		...(limits.files === undefined ? [] : ["--ulimit", `nofile=${limits.files}`]),
		...devices.flatMap((path) => ["--device", podmanPath("--device", path)]),
		...memoryDirectories(workload).flatMap((directory) => ["--tmpfs", directory]),
		...[...names].flatMap(([path, name]) => [
			"--volume",
			mountedVolume(name, podmanPath("--volume", path), "rw", isExecutable(workload, path)),
		]),
		...binds.flatMap(({ access, path: text }) => {
			const path = pathFromText(text);
			return ["--volume", mountedVolume(podmanPath("--volume", path), path, access, isExecutable(workload, path))];
		}),
		workload.image,
	];
}
