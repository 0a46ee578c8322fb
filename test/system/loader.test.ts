import { expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import { join, type Path } from "../../src/base/path/path.ts";
import { closureOf } from "../../src/plan/elf/closure.ts";
import { abiOf, type Elf, parseElf } from "../../src/plan/elf/elf.ts";
import { isLong } from "../long.ts";
import { askLoader, differences, usableVariants } from "./ask-loader.ts";

const files = systemFiles();

/** Yields every program and library below a directory. It skips links, because their targets are visited anyway. */
function* elfFiles(directory: Path): Generator<readonly [Path, Elf]> {
	for (const name of files.list(directory)) {
		const path = join(directory, name);
		const kind = files.status(path)?.kind;
		if (kind === "directory") yield* elfFiles(path);
		const elf = kind === "file" ? files.inspect(path, parseElf) : undefined;
		if (elf !== undefined) yield [path, elf];
	}
}

/** Groups files by the loader that loads them. A library names no loader, so it gets the loader of its ABI's C library. */
function byLoader(all: Iterable<readonly [Path, Elf]>): Map<Path, Path[]> {
	const loaders = new Map<string, Path>();
	for (const path of ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2", "/lib/ld-linux-aarch64.so.1"] as Path[]) {
		const elf = files.inspect(files.resolve(path) ?? path, parseElf);
		if (elf !== undefined) loaders.set(abiOf(elf), path);
	}
	const groups = new Map<Path, Path[]>();
	for (const [path, elf] of all) {
		if (elf.isStatic) continue;
		const loader = elf.interpreter ?? loaders.get(abiOf(elf));
		// A program for another processor may have no loader on this machine.
		if (loader !== undefined && files.inspect(files.resolve(loader) ?? loader, parseElf) !== undefined)
			groups.set(loader, [...(groups.get(loader) ?? []), path]);
	}
	return groups;
}

test("the closure equals that of the dynamic loader, for every program and library of the machine", async () => {
	const places = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local"] as Path[];
	const all = new Map(places.flatMap((place) => [...elfFiles(files.resolve(place) ?? place)]));
	const differing: unknown[] = [];
	let compared = 0;
	let milliseconds = 0;
	for (const [loader, every] of byLoader(all)) {
		// `npm test` compares every sixth.
		const paths = every.filter((_, index) => isLong || index % 6 === 0);
		const middle = Math.ceil(paths.length / 2);
		const halves = [paths.slice(0, middle), paths.slice(middle)];
		const answers = (await Promise.all(halves.map((half) => askLoader(loader, half)))).flat();
		const closure = closureOf(files, { hwcaps: await usableVariants(loader) });
		for (const [at, path] of paths.entries()) {
			const theirs = answers[at];
			// Detached debug symbols have a program's headers without its content.
			if (theirs === undefined || theirs.refusal?.endsWith(": object file has no dynamic section")) continue;
			const start = performance.now();
			const ours = closure([path]);
			milliseconds += performance.now() - start;
			compared++;
			const found = differences(loader, theirs, ours);
			if (found.length > 0) differing.push({ path, found });
		}
	}
	console.info(`${compared} of ${all.size} files compared, closures in ${Math.round(milliseconds)} ms`);
	expect(differing).toEqual([]);
	expect(compared).toBeGreaterThan(200);
});

test("a static program needs no library, even if it is position-independent", () => {
	// ldconfig must run without libraries: Debian links it statically, as a position-independent executable.
	// Ubuntu replaces it with a script.
	const program = files.resolve("/sbin/ldconfig.real" as Path) ?? files.resolve("/sbin/ldconfig" as Path) ?? ("" as Path);
	expect(files.inspect(program, parseElf)?.isStatic).toBe(true);
	expect(closureOf(files)([program])).toEqual({ needed: new Map(), interpreters: new Map(), missing: [], optional: [] });
});
