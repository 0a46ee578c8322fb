import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closureOf, type LibraryClosure } from "../../src/core/elf/closure.ts";
import { type Elf, parseElf } from "../../src/core/elf/elf.ts";
import { abiOf } from "../../src/core/elf/machine.ts";
import { baseName, isWithin, join, type Path, pathFromBytes, pathFromText, pathToBytes } from "../../src/core/path/path.ts";
import { systemFiles } from "../../src/system/files/files.ts";

const run = promisify(execFile);
const files = systemFiles();

interface Answer {
	readonly loaded: ReadonlySet<Path>;
	/** Names that it did not find. */
	readonly missing: ReadonlySet<string>;
	/** What stopped it: then it has not listed everything. */
	readonly refusal?: string;
}

/** Neither may reach the loader unasked: what it answers would depend on who runs the test. */
function environmentWith(libraryPath?: string): NodeJS.ProcessEnv {
	const { LD_LIBRARY_PATH: _, LD_PRELOAD: __, ...others } = process.env;
	return { ...others, LC_ALL: "C", ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) };
}

/**
 * What the dynamic loader itself would load for each of the files, real paths. `--list` maps files and runs nothing of them. One shell asks
 * for all: starting a process for each from here takes several times as long as its answer.
 */
async function askLoader(loader: Path, paths: readonly Path[], libraryPath?: string): Promise<Answer[]> {
	const script = 'loader=$1; shift; for file do "$loader" --list "$file" 2>&1; printf "\\0"; done';
	const child = spawn("xargs", ["-0", "sh", "-c", script, "sh", loader], {
		env: environmentWith(libraryPath),
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdin.end(Buffer.concat(paths.flatMap((path) => [pathToBytes(path), Buffer.of(0)])));
	const answers = pathFromBytes(await buffer(child.stdout)).split("\0");
	return paths.map((_, at) => parseAnswer(answers[at] ?? ""));
}

function parseAnswer(text: string): Answer {
	const loaded = new Set<Path>();
	const missing = new Set<string>();
	for (const [, found] of text.matchAll(/^\t(?:.* => )?(\/.*) \(0x[0-9a-f]+\)$/gm)) {
		const real = files.resolve(found as Path);
		if (real !== undefined) loaded.add(real);
	}
	for (const [, absent = ""] of text.matchAll(/^\t(.*) => not found$/gm)) missing.add(absent);
	const refusal = /: error while loading shared libraries: (.*)$/m.exec(text)?.[1];
	const absent = /^(.*): cannot open shared object file/.exec(refusal ?? "")?.[1];
	if (absent !== undefined) missing.add(absent);
	return { loaded, missing, ...(refusal !== undefined && { refusal }) };
}

/** The variants that this processor can use, best first, as the loader itself tells. */
async function usableVariants(loader: Path): Promise<string[]> {
	const { stdout } = await run(loader, ["--help"], { encoding: "latin1" });
	return [...stdout.matchAll(/^ {2}(\S+) \(supported, searched\)$/gm)].map(([, name]) => name ?? "");
}

/** Every program and library below a directory that needs a loader; links are left out, what they lead to comes by itself. */
function* elfFiles(directory: Path): Generator<readonly [Path, Elf]> {
	for (const name of files.list(directory)) {
		const path = join(directory, name);
		const kind = files.status(path)?.kind;
		if (kind === "directory") yield* elfFiles(path);
		const elf = kind === "file" ? files.inspect(path, parseElf) : undefined;
		if (elf !== undefined && !elf.isStatic) yield [path, elf];
	}
}

/** The files that each loader of the machine answers for. A library names none: the loader of the C library of its kind does. */
function byLoader(all: Iterable<readonly [Path, Elf]>): Map<Path, Path[]> {
	const loaders = new Map<string, Path>();
	for (const path of ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2", "/lib/ld-linux-aarch64.so.1"] as Path[]) {
		const elf = files.inspect(files.resolve(path) ?? path, parseElf);
		if (elf !== undefined) loaders.set(abiOf(elf), path);
	}
	const groups = new Map<Path, Path[]>();
	for (const [path, elf] of all) {
		const loader = elf.interpreter ?? loaders.get(abiOf(elf));
		if (loader !== undefined) groups.set(loader, [...(groups.get(loader) ?? []), path]);
	}
	return groups;
}

const isMusl = (loader: Path) => loader.includes("/ld-musl-");

function difference(loader: Path, theirs: Answer, ours: LibraryClosure): Record<string, unknown[]> {
	// A loader that is asked for a library is in the answer itself, whether that needs it or not.
	const asked = files.resolve(loader);
	const found = new Set([...ours.needed.keys(), ...ours.interpreters.keys()].map((path) => files.resolve(path)));
	const missing = new Set(ours.missing.map(({ soname }) => soname));
	return {
		onlyTheirs: [...theirs.loaded].filter((path) => !found.has(path) && path !== asked),
		onlyOurs: [...found].filter((path) => theirs.refusal === undefined && path !== asked && !theirs.loaded.has(path as Path)),
		missingOnlyForThem: [...theirs.missing].filter((name) => !missing.has(name)),
		missingOnlyForUs: [...missing].filter((name) => theirs.refusal === undefined && !theirs.missing.has(name)),
	};
}

test("finds what the dynamic loader finds, for every program and library of the machine", { timeout: 120_000 }, async () => {
	const places = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local"] as Path[];
	const all = new Map(places.flatMap((place) => [...elfFiles(files.resolve(place) ?? place)]));
	const differences: unknown[] = [];
	let compared = 0;
	let milliseconds = 0;
	for (const [loader, paths] of byLoader(all)) {
		const middle = Math.ceil(paths.length / 2);
		const halves = [paths.slice(0, middle), paths.slice(middle)];
		const answers = (await Promise.all(halves.map((half) => askLoader(loader, half)))).flat();
		const closure = closureOf(files, { hwcaps: isMusl(loader) ? [] : await usableVariants(loader) });
		for (const [at, path] of paths.entries()) {
			const theirs = answers[at];
			// The symbols for a debugger, split from a program, have its headers and none of its bytes.
			if (theirs === undefined || theirs.refusal?.endsWith(": object file has no dynamic section")) continue;
			const start = performance.now();
			const ours = closure([path]);
			milliseconds += performance.now() - start;
			compared++;
			const differing = difference(loader, theirs, ours);
			const others = theirs.refusal !== undefined && theirs.missing.size === 0 ? [theirs.refusal] : [];
			if ([...Object.values(differing), others].some(({ length }) => length > 0))
				differences.push({ path, ...differing, others });
		}
	}
	console.info(`${compared} of ${all.size} files compared, closures in ${Math.round(milliseconds)} ms`);
	expect(differences).toEqual([]);
	expect(compared).toBeGreaterThan(500);
});

describe("variants for better processors, in a directory of LD_LIBRARY_PATH", () => {
	let directory: string;
	let program: Path;
	let interpreter: Path;
	let library: Path;
	let hwcaps: string[];

	beforeAll(async () => {
		directory = mkdtempSync(`${tmpdir()}/cagewright-loader-`);
		program = pathFromText(realpathSync(process.execPath));
		interpreter = files.inspect(program, parseElf)?.interpreter ?? ("" as Path);
		hwcaps = await usableVariants(interpreter);
		library = [...closureOf(files)([program]).needed.keys()].find((path) => /\/libm\.so/.test(path)) ?? ("" as Path);
		for (const name of ["", ...[...hwcaps, "unheard-of"].map((each) => `glibc-hwcaps/${each}`)]) {
			mkdirSync(`${directory}/${name}`, { recursive: true });
			copyFileSync(library, `${directory}/${name}/${baseName(library)}`);
		}
	});
	afterAll(() => rmSync(directory, { recursive: true, force: true }));

	test("are chosen as the loader chooses", async () => {
		const [asked] = await askLoader(interpreter, [program], directory);
		const result = closureOf(files, { environment: { LD_LIBRARY_PATH: directory }, hwcaps })([program]);
		const found = [...result.needed.keys(), ...result.interpreters.keys()].map((path) => files.resolve(path));
		expect(new Set(found)).toEqual(asked?.loaded);
		expect([...result.needed.keys()].filter((path) => isWithin(path, pathFromText(directory)))).toHaveLength(1);
	});

	test("all count where the processor is not known", () => {
		const result = closureOf(files, { environment: { LD_LIBRARY_PATH: directory } })([program]);
		expect([...result.needed.keys()].filter((path) => isWithin(path, pathFromText(directory)))).toHaveLength(hwcaps.length + 2);
	});
});
