import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";

/** The fixed search path for system tools, so that the caller's PATH cannot substitute one. */
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment of all tools that we start. */
export const toolEnvironment = { PATH: systemPath, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };

export function findTool(name: string): string | undefined {
	for (const directory of systemPath.split(":")) {
		const path = join(directory, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {}
	}
	return undefined;
}

/** Throws `tool-missing` (exit 3) with the package that provides it. */
export function requireTool(name: string): string {
	const path = findTool(name);
	if (!path) throw new Failure("tool-missing", { tool: name, package: packageOf[name] ?? name }, 3);
	return path;
}

const packageOf: Readonly<Record<string, string>> = {
	strace: "strace",
	unshare: "util-linux",
	setpriv: "util-linux",
	nsenter: "util-linux",
	mount: "mount",
	mknod: "coreutils",
	ldconfig: "libc-bin",
	mksquashfs: "squashfs-tools",
	useradd: "passwd",
	userdel: "passwd",
};
