import { pathFromText } from "../path/path.ts";
import type { Observed } from "./audit.ts";

/**
 * systemd completes every root directory that it starts a service in (base_filesystem_create() in its base-filesystem.c): empty top
 * directories, and the links of a merged /usr for those of its directories that are there. A cage that has run as a unit has them, and they
 * lead to nothing that was not in it before.
 */
export function isMadeBySystemd({ gid, kind, mode, path, target, uid }: Observed): boolean {
	if (uid !== 0 || gid !== 0) return false;
	if (kind === "symlink") return links.get(path)?.some((one) => one === target) ?? false;
	return kind === "directory" && directories.has(path) && (mode & 0o022) === 0;
}

const directories: ReadonlySet<string> = new Set(["/root", "/usr", "/var", "/etc", "/proc", "/sys", "/dev", "/run"]);
const links: ReadonlyMap<string, readonly string[]> = new Map(
	[
		["/bin", "usr/bin"],
		["/sbin", "usr/sbin"],
		["/lib", "usr/lib"],
		["/lib64", "usr/lib64", "usr/lib/x86_64-linux-gnu"],
	].map(([path = "", ...targets]) => [pathFromText(path), targets.map(pathFromText)]),
);
