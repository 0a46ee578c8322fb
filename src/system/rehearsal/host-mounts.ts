import { lstatSync, readFileSync } from "node:fs";
import { type RehearsalRoot, temporaryDirectories } from "../../core/confinement/launch.ts";
import { ancestors, type Path, pathToBytes } from "../../core/path/path.ts";
import type { Launch } from "../../engine/launch-ports.ts";
import { hostPlaces, isRootless } from "../launch/rootless.ts";
import { parseMountinfo, sandboxMounts } from "./mounts.ts";
import { rootlessMounts } from "./rootless-mounts.ts";

/** How this host's mounts are rebuilt for a sandbox, with its layers below `layers`. */
export function hostMounts(spec: Extract<Launch, { kind: "rehearsal" }>, layers: Path): RehearsalRoot["mounts"] {
	const mounts = parseMountinfo(readFileSync("/proc/self/mountinfo", "latin1"));
	if (!isRootless()) return sandboxMounts(mounts, layers, kindOf);
	const wanted = [...spec.directories.map(({ path }) => path), ...spec.given].map((path) =>
		[path, ...ancestors(path).reverse()].find((one) => kindOf(one) === "directory"),
	);
	const open = [...temporaryDirectories, ...wanted.flatMap((path) => path ?? [])];
	return rootlessMounts(mounts, layers, open, spec.sockets, hostPlaces());
}

function kindOf(path: Path): "directory" | "file" | undefined {
	const status = lstatSync(pathToBytes(path), { throwIfNoEntry: false });
	return status?.isDirectory() ? "directory" : status?.isFile() ? "file" : undefined;
}
