import type { Path } from "../../../src/base/path/path.ts";
import { type LibraryClosure, libraryClosure } from "../../../src/plan/elf/closure.ts";
import type { LoaderOptions } from "../../../src/plan/elf/search.ts";
import { madeFiles } from "./made-files.ts";
import { type Making, makeElf } from "./make-elf.ts";

export const loader = "/lib64/ld-linux-x86-64.so.2";
const libc = { soname: "libc.so.6", needed: ["ld-linux-x86-64.so.2"] };

/** A machine with a loader, a libc and the given files; text is for other files. */
export function machine(
	files: Record<string, Making | string>,
	links: Record<string, string> = {},
	plain: readonly string[] = [],
) {
	const contents: Record<string, Buffer | string> = {
		[loader]: makeElf({ soname: "ld-linux-x86-64.so.2" }),
		"/lib/x86_64-linux-gnu/libc.so.6": makeElf(libc),
	};
	for (const [path, making] of Object.entries(files)) contents[path] = typeof making === "string" ? making : makeElf(making);
	return madeFiles(contents, links, plain);
}

export function closure(
	files: Record<string, Making | string>,
	start: string | string[],
	options?: LoaderOptions,
	links?: Record<string, string>,
) {
	return libraryClosure([start].flat() as Path[], machine(files, links), options);
}

export const program = (making: Making): Making => ({
	interpreter: loader,
	...making,
	needed: [...(making.needed ?? []), "libc.so.6"],
});
export const library = (name: string, making: Making = {}): Making => ({ soname: name, ...making });
export const libraries = (result: LibraryClosure) => [...result.needed.keys()].filter((path) => !path.endsWith("/libc.so.6"));
