import type { LoaderFiles } from "../../../src/core/elf/search.ts";
import type { Path } from "../../../src/core/path/path.ts";

/**
 * A machine in memory: contents by path, links (path to absolute real path) for directories and files, and files that are not
 * executable.
 */
export function madeFiles(
	contents: Readonly<Record<string, Buffer | string>>,
	links: Readonly<Record<string, string>> = {},
	plain: readonly string[] = [],
): LoaderFiles {
	const directories = new Map<string, Set<string>>();
	for (const path of Object.keys(contents)) {
		const parts = path.split("/").slice(1);
		for (let depth = 0; depth < parts.length; depth++) {
			const directory = `/${parts.slice(0, depth).join("/")}`;
			directories.set(directory, (directories.get(directory) ?? new Set()).add(parts[depth] ?? ""));
		}
	}
	const resolve = (path: string): string | undefined => {
		const done: string[] = [];
		for (const part of path.split("/").filter((each) => each !== "")) {
			if (part === "..") done.pop();
			else done.push(part);
			const target = links[`/${done.join("/")}`];
			if (target !== undefined) done.splice(0, done.length, ...target.split("/").slice(1));
		}
		const real = `/${done.join("/")}`;
		return contents[real] !== undefined || directories.has(real) ? real : undefined;
	};
	const read = (path: string): Buffer | undefined => {
		const content = contents[path];
		return typeof content === "string" ? Buffer.from(content, "latin1") : content;
	};
	return {
		list: (directory) => [...(directories.get(resolve(directory) ?? "") ?? [])].sort() as Path[],
		read: (path, limit) => read(path)?.subarray(0, limit),
		resolve: (path) => resolve(path) as Path | undefined,
		status: (path) =>
			contents[path] !== undefined
				? { kind: "file", mode: plain.includes(path) ? 0o644 : 0o755 }
				: directories.has(path)
					? { kind: "directory", mode: 0o755 }
					: undefined,
		inspect: (path, use) => {
			const content = read(path);
			return content && use((offset, length) => content.subarray(offset, offset + length));
		},
	};
}
