import { type KeptInTemporary, temporaryDirectories } from "../confinement/launch.ts";
import { parent } from "../path/path.ts";
import type { Manifest } from "./manifest.ts";

/** What a generation has directly below /tmp and /var/tmp: the launcher, which empties both, binds it back. */
export function keptInTemporary(manifest: Manifest): KeptInTemporary[] {
	return manifest.entries
		.filter((entry) => temporaryDirectories.includes(parent(entry.path)))
		.map((entry) => {
			const kind =
				entry.kind === "symlink" ? "symlink" : entry.kind === "file" || entry.kind === "generated" ? "file" : "directory";
			return { path: entry.path, kind, ...(entry.target === undefined ? {} : { target: entry.target }) };
		});
}
