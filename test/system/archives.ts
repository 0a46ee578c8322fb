import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

/** Archives that `cagewright export` would never write: GNU tar repacks a changed tree, or Python's tarfile appends entries. */

/** Unpacks an archive into a new folder and returns the folder. */
export function unpacked(archive: string, tree: string): string {
	rmSync(tree, { recursive: true, force: true });
	mkdirSync(tree);
	execFileSync("tar", ["-xpf", archive, "--same-owner", "-C", tree]);
	return tree;
}

/** Packs a tree. `export.json` comes first, as in an export. */
export function packed(tree: string, file: string, options: readonly string[] = ["--format=pax"]): string {
	rmSync(file, { force: true });
	const names = ["export.json", ...readdirSync(tree).filter((name) => name !== "export.json")];
	execFileSync("tar", ["-cf", file, ...options, "--numeric-owner", "-P", "-C", tree, ...names]);
	return file;
}

export interface Appended {
	readonly name: string;
	/** The format's type flag; a file by default. */
	readonly type?: "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "S";
	readonly link?: string;
	readonly mode?: number;
	readonly data?: string;
	/** Records of an extended header. */
	readonly pax?: Readonly<Record<string, string>>;
	/** Uses GNU's format, with names and links of any length. */
	readonly gnu?: boolean;
}

const append = `
import io, itertools, json, sys, tarfile
for gnu, entries in itertools.groupby(json.load(sys.stdin), lambda one: one.get("gnu", False)):
    t = tarfile.open(sys.argv[1], "a", format=tarfile.GNU_FORMAT if gnu else tarfile.PAX_FORMAT)
    for one in entries:
        i = tarfile.TarInfo(one["name"])
        i.type = one.get("type", "0").encode()
        i.mode = one.get("mode", 0o755 if i.type == b"5" else 0o644)
        i.linkname = one.get("link", "")
        i.pax_headers = one.get("pax", {})
        if i.type in b"34": i.devmajor, i.devminor = 7, 0
        data = one.get("data", "").encode()
        i.size = len(data)
        t.addfile(i, io.BytesIO(data))
    t.close()
`;

/** Copies an archive and appends entries. */
export function appended(archive: string, file: string, entries: readonly Appended[]): string {
	copyFileSync(archive, file);
	execFileSync("python3", ["-c", append, file], { input: JSON.stringify(entries) });
	return file;
}

/** Returns entries for the data directories that lead to a path in the cage. */
export function folders(path: string): Appended[] {
	const parts = `data${path}`.split("/");
	return parts.map((_, index) => ({ name: parts.slice(0, index + 1).join("/"), type: "5" }));
}

export function editJson(file: string, edit: (json: Record<string, never>) => void): void {
	const json = JSON.parse(readFileSync(file, "utf8"));
	edit(json);
	writeFileSync(file, JSON.stringify(json));
}

/** Edits the trace of an unpacked archive. */
// biome-ignore lint/suspicious/noExplicitAny: the archive's author writes whatever it likes
export function editTrace(tree: string, edit: (trace: any) => void): void {
	const file = `${tree}/traces/host.json.gz`;
	const json = JSON.parse(gunzipSync(readFileSync(file)).toString());
	edit(json.trace);
	writeFileSync(file, gzipSync(JSON.stringify(json)));
}
