import type { FileKind, FileStatus, Files } from "../../src/base/machine/facts.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";

/** The node at a path; text and bytes are files. */
export type Node = string | Buffer | Made;
interface Made extends Partial<FileStatus> {
	readonly kind: FileKind;
	readonly content?: string | Buffer;
	readonly target?: Path;
}

export const file = (content: string | Buffer, values: Partial<FileStatus> = {}): Made => ({ kind: "file", content, ...values });
/** Empty files. */
export const empty = (...paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, ""]));
export const directory = (values: Partial<FileStatus> = {}): Made => ({ kind: "directory", mode: 0o755, ...values });
export const link = (target: string): Made => ({ kind: "symlink", mode: 0o777, target: pathFromText(target) });
export const node = (major: number, minor: number, kind: "character-device" | "block-device" = "character-device"): Made => ({
	kind,
	mode: 0o666,
	device: { major, minor },
});
export const socket = (more: Partial<FileStatus> = {}): Made => ({ kind: "socket", mode: 0o777, ...more });

/** A machine in memory, by real path. Missing parent directories are created and belong to root. */
export function tree(nodes: Readonly<Record<string, Node>>): Files {
	const all = new Map<string, Made>([["/", directory()]]);
	for (const [text, given] of Object.entries(nodes)) {
		const path = pathFromText(text);
		all.set(path, typeof given === "string" || Buffer.isBuffer(given) ? file(given) : given);
		for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1)) {
			if (!all.has(path.slice(0, slash))) all.set(path.slice(0, slash), directory());
		}
	}
	/** Resolves a path; follows a last link only on request. */
	const find = (path: string, last: boolean, depth = 0): string | undefined => {
		const parts = path.split("/").filter((part) => part !== "" && part !== ".");
		let at = "";
		for (const [index, part] of parts.entries()) {
			if (depth > 40) return undefined;
			if (part === "..") {
				at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
				continue;
			}
			if (at !== "" && all.get(at)?.kind !== "directory") return undefined;
			const here = `${at}/${part}`;
			const made = all.get(here);
			const isLast = index === parts.length - 1;
			if (made?.target !== undefined && (!isLast || last)) {
				const onward = made.target.startsWith("/") ? made.target : `${at}/${made.target}`;
				return find([onward, ...parts.slice(index + 1)].join("/"), last, depth + 1);
			}
			if (!made) return undefined;
			at = here;
		}
		return at === "" ? "/" : at;
	};
	const made = (path: Path) => {
		const found = find(path, false);
		return found === undefined ? undefined : all.get(found);
	};
	const read = (path: Path): Buffer | undefined => {
		const found = made(path);
		return found?.kind === "file" ? Buffer.from(found.content ?? "") : undefined;
	};
	return {
		status(path) {
			const found = made(path);
			if (!found) return undefined;
			const { content, target: _, ...status } = found;
			return { mode: 0o644, uid: 0, gid: 0, mtime: 0, size: content === undefined ? 0 : Buffer.byteLength(content), ...status };
		},
		readLink: (path) => made(path)?.target,
		list(path) {
			const top = find(path, true);
			if (top === undefined || all.get(top)?.kind !== "directory") return [];
			const prefix = top === "/" ? "/" : `${top}/`;
			const names = [...all.keys()].filter((one) => one !== "/" && one.startsWith(prefix)).map((one) => one.slice(prefix.length));
			return names.filter((name) => !name.includes("/")).sort() as Path[];
		},
		read: (path, limit) => read(path)?.subarray(0, limit),
		resolve: (path) => find(path, true) as Path | undefined,
		inspect(path, use) {
			const content = read(path);
			return content && use((offset, length) => content.subarray(offset, offset + length));
		},
		mounts: () => [],
	};
}
