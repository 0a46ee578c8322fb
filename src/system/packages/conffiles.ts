import { createHash } from "node:crypto";
import { type Path, pathFromBytes, pathFromText } from "../../core/path/path.ts";
import type { Files } from "../../engine/ports.ts";

/**
 * Configuration that Debian packages ship (conffiles of deb-conffiles(5); dpkg's status has the MD5 of each as shipped), and whether the host's is still that.
 * The package's own text is known where dpkg laid it beside a changed one. Other package managers tell nothing here.
 */
export function shippedConfiguration(paths: readonly Path[], files: Files): Map<Path, { isSame: boolean; text?: string }> {
	const status = files.read(pathFromText("/var/lib/dpkg/status"));
	if (!status || !paths.length) return new Map();
	const shipped = parseConffiles(pathFromBytes(status));
	return new Map(
		paths.flatMap((path) => {
			const md5 = shipped.get(path);
			const content = md5 === undefined ? undefined : files.read(path);
			if (md5 === undefined || !content) return [];
			const isSame = createHash("md5").update(content).digest("hex") === md5;
			const beside = isSame ? undefined : files.read(`${path}.dpkg-dist` as Path);
			return [[path, { isSame, ...(beside ? { text: beside.toString("utf8") } : {}) }] as const];
		}),
	);
}

/** Lines ` PATH MD5` below `Conffiles:`; those of packages that let go of them say `obsolete` behind it. */
export function parseConffiles(status: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, block = ""] of status.matchAll(/^Conffiles:[ \t]*\n((?: .+\n?)*)/gm)) {
		for (const line of block.split("\n")) {
			const [, path, md5, obsolete] = /^ (\/.*) ([0-9a-f]{32})( obsolete)?/.exec(line) ?? [];
			if (path !== undefined && md5 !== undefined && obsolete === undefined) found.set(path, md5);
		}
	}
	return found;
}
