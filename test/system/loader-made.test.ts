import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { closureOf } from "../../src/plan/elf/closure.ts";
import { times } from "../long.ts";
import { type Making, makeElf } from "../plan/elf/make-elf.ts";
import { askLoader, differences, isMuslLoader, usableVariants } from "./ask-loader.ts";
import { temporaryFolder } from "./cagewright.ts";

const files = systemFiles();
const folder = temporaryFolder("made");
let made = 0;

const directories = ["a", "a/b", "c", "w/d"];
const names = ["0", "1", "2", "3", "4"].map((each) => `libcagewright-${each}.so`);

/** `@` is a placeholder for the generated machine's folder. */
const elements = (...more: string[]) =>
	fc.constantFrom(...directories.map((each) => `@/${each}`), "@/a/b/../b", "@/nowhere", "", "d", "../c/", "@/link", ...more);
const list = (...more: string[]) => fc.array(elements(...more), { minLength: 1, maxLength: 3 }).map((each) => each.join(":"));
const origins = ["$ORIGIN", "$ORIGIN/b", `\${ORIGIN}/../c`, "$ORIGINAL", "$UNKNOWN/x"];

const needs = (...more: string[]) =>
	fc.uniqueArray(fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...names) }, fc.constantFrom(...more)), {
		minLength: 1,
		maxLength: 4,
	});
const paths = ["@/c/libcagewright-1.so", "d/libcagewright-2.so", "@/link/libcagewright-3.so"];

interface Shape {
	readonly path: string;
	readonly making: { readonly [Key in keyof Making]: Making[Key] | undefined };
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, { nil: undefined, freq });

function machines(loader: Path, extra: readonly string[], needed: readonly string[]) {
	const own = fc.record({
		needed: needs(...paths, ...needed),
		rpath: maybe(list(...origins, ...extra), 1),
		runpath: maybe(list(...origins, ...extra), 1),
		flags1: fc.constantFrom(0, 0, 0, 0, 0, 0x800),
	});
	const library = (directory: string, name: string) =>
		fc
			.record({
				own,
				soname: maybe(fc.constantFrom(name, ...names), 6),
				foreign: fc.nat(9).map((each) => each === 0 && !isMuslLoader(loader)),
			})
			.map(({ foreign, own: made, soname }) => ({
				path: `${directory}/${name}`,
				making: { ...made, ...(soname !== undefined && { soname }), ...(foreign && { machine: 183 }) },
			}));
	const places = [...directories, "a/glibc-hwcaps/x86-64-v2", "c/glibc-hwcaps/x86-64-v3"].flatMap((each) =>
		names.map((name) => [each, name] as const),
	);
	return fc.record({
		/** Search path that ends with a directory of all libraries. Without it, almost no program of such a machine would start. */
		last: fc.constantFrom("environment", "own", "none"),
		program: own.map((making) => ({ path: "a/program", making: { ...making, interpreter: loader } })),
		libraries: fc.tuple(...places.map(([directory, name]) => maybe(library(directory, name), 2))),
		libraryPath: maybe(list("@/a;@/c", "@/a", "@/c", "$ORIGIN/b"), 2),
		preload: maybe(
			fc.array(fc.constantFrom(...names, ...paths), { maxLength: 2 }).map((each) => each.join(" ")),
			1,
		),
	});
}

/** Appends the last directory to each object's search path. */
function withLast({ making, path }: Shape): Shape {
	const { rpath, runpath } = making;
	const end = (own: string | undefined) => (own === undefined ? undefined : `${own}:${last}`);
	return {
		path,
		making: { ...making, runpath: end(runpath), rpath: rpath === undefined && runpath === undefined ? last : end(rpath) },
	};
}

const runs = times(40, 300);
const last = "@/last";
const lasts: readonly Shape[] = names.map((name) => ({ path: `last/${name}`, making: { soname: name } }));

function make(shapes: readonly Shape[], at: string): void {
	const here = (text: string) => text.replaceAll("@", at);
	for (const { making, path } of shapes) {
		const { needed = [], rpath, runpath, ...rest } = making;
		const elf = makeElf({
			...(rest as Making),
			needed: needed.map(here),
			...(rpath !== undefined && { rpath: here(rpath) }),
			...(runpath !== undefined && { runpath: here(runpath) }),
		});
		mkdirSync(dirname(`${at}/${path}`), { recursive: true });
		writeFileSync(`${at}/${path}`, elf, { mode: 0o755 });
	}
	mkdirSync(`${at}/w/d`, { recursive: true });
	symlinkSync("a/b", `${at}/link`);
}

async function compare(loader: Path, arbitrary: ReturnType<typeof machines>, runs: number): Promise<number> {
	const hwcaps = await usableVariants(loader);
	let loaded = 0;
	await fc.assert(
		fc.asyncProperty(arbitrary, async (machine) => {
			const { libraries, preload, program } = machine;
			const at = `${folder}/${made++}`;
			const shapes = [program, ...libraries.filter((each) => each !== undefined)];
			make([...(machine.last === "own" ? shapes.map(withLast) : shapes), ...lasts], at);
			const libraryPath = machine.last === "environment" ? `${machine.libraryPath ?? ""}:${last}` : machine.libraryPath;
			const LD_LIBRARY_PATH = libraryPath?.replaceAll("@", at);
			const LD_PRELOAD = preload?.replaceAll("@", at);
			const path = pathFromText(`${at}/a/program`);
			const directory = `${at}/w`;
			const [theirs] = await askLoader(loader, [path], { directory, libraryPath: LD_LIBRARY_PATH, preload: LD_PRELOAD });
			if (theirs === undefined) throw new Error("no answer");
			const environment = { LD_LIBRARY_PATH, LD_PRELOAD };
			const ours = closureOf(files, { environment, directory: pathFromText(directory), hwcaps })([path]);
			loaded += theirs.loaded.size;
			expect(differences(loader, theirs, ours)).toEqual([]);
			rmSync(at, { recursive: true });
		}),
		{ numRuns: runs },
	);
	return loaded / runs;
}

describe("the closure of generated file trees equals that of the loader", () => {
	test("glibc", async () => {
		const loader = "/lib64/ld-linux-x86-64.so.2" as Path;
		const loaded = await compare(loader, machines(loader, ["@/a/$LIB", "@/$PLATFORM"], ["$ORIGIN/b/libcagewright-4.so"]), runs);
		expect(loaded).toBeGreaterThan(1);
	});
	test("musl", async () => {
		const loader = "/lib/ld-musl-x86_64.so.1" as Path;
		expect(await compare(loader, machines(loader, [], []), runs)).toBeGreaterThan(1);
	});
});
