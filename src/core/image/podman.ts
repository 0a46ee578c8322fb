import { baseName, type Path } from "../path/path.ts";
import { imageName } from "./names.ts";
import type { Workload } from "./workload.ts";

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

/** Returns a command that starts the image with the protection of the cage. */
export function podmanWords(workload: Workload): string[] {
	const { binds, capabilities, devices, limits, network } = workload;
	const names = volumeNames(workload);
	return [
		...["podman", "run", "--detach", "--name", imageName(workload.name), "--read-only", "--cap-drop", "all"],
		...capabilities.flatMap((name) => ["--cap-add", name]),
		...["--security-opt", "no-new-privileges"],
		...["--network", network],
		...(limits.memory === undefined ? [] : ["--memory", String(limits.memory)]),
		...(limits.processes === undefined ? [] : ["--pids-limit", String(limits.processes)]),
		...(limits.files === undefined ? [] : ["--ulimit", `nofile=${limits.files}`]),
		...devices.flatMap((path) => ["--device", path]),
		...[...names].flatMap(([path, name]) => ["--volume", `${name}:${path}`]),
		...binds.flatMap(({ access, path }) => ["--volume", `${path}:${path}:${access}`]),
		workload.image,
	];
}
