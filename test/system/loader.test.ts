import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closureOf } from "../../src/core/elf/closure.ts";
import { parseElf } from "../../src/core/elf/elf.ts";
import { baseName, isWithin, join, type Path, pathFromText } from "../../src/core/path/path.ts";
import { systemFiles } from "../../src/system/files/files.ts";

const run = promisify(execFile);
const files = systemFiles();

/**
 * Files for which the loader and this project may differ, with the reason. A pattern for the real path.
 * None is known.
 */
const exceptions: readonly { readonly pattern: RegExp; readonly reason: string }[] = [];

/** What the dynamic loader itself would load for a program, real paths; undefined where it cannot say. */
async function askLoader(
	interpreter: Path,
	program: Path,
	libraryPath?: string,
): Promise<{ loaded: Set<Path>; missing: Set<string> } | undefined> {
	const environment = { ...process.env, LC_ALL: "C" };
	// Neither may reach the loader: what it answers would depend on who runs the test.
	for (const name of ["LD_LIBRARY_PATH", "LD_PRELOAD"]) delete (environment as Record<string, unknown>)[name];
	if (libraryPath !== undefined) Object.assign(environment, { LD_LIBRARY_PATH: libraryPath });
	const answer = await run(interpreter, ["--list", program], { env: environment, encoding: "latin1", maxBuffer: 1e7 }).catch(
		(error: { stdout?: string }) => (error.stdout ? { stdout: error.stdout } : undefined),
	);
	if (answer === undefined) return undefined;
	const loaded = new Set<Path>();
	const missing = new Set<string>();
	for (const line of answer.stdout.split("\n")) {
		const absent = /^\t(.*) => not found$/.exec(line);
		const found = /^\t(?:.* => )?(\/.*) \(0x[0-9a-f]+\)$/.exec(line);
		if (absent?.[1] !== undefined) missing.add(absent[1]);
		const real = found?.[1] === undefined ? undefined : files.resolve(found[1] as Path);
		if (real !== undefined) loaded.add(real);
	}
	return { loaded, missing };
}

const same = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
	one.size === other.size && [...one].every((each) => other.has(each));

test("finds what the dynamic loader finds, for every program of the system", { timeout: 120_000 }, async () => {
	const closure = closureOf(files);
	const programs = new Map<Path, Path>();
	for (const directory of ["/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib/systemd", "/usr/lib/postfix/sbin"] as Path[]) {
		for (const name of files.list(directory)) {
			const real = files.resolve(join(directory, name));
			const interpreter = real && files.inspect(real, parseElf)?.interpreter;
			if (real && interpreter && !exceptions.some(({ pattern }) => pattern.test(real))) programs.set(real, interpreter);
		}
	}
	expect(programs.size).toBeGreaterThan(100);

	const differences: unknown[] = [];
	let compared = 0;
	let ours = 0;
	const compare = async ([program, interpreter]: [Path, Path]) => {
		const asked = await askLoader(interpreter, program);
		if (asked === undefined) return;
		const start = performance.now();
		const result = closure([program]);
		ours += performance.now() - start;
		compared++;
		const found = new Set([...result.needed.keys(), ...result.interpreters.keys()].map((path) => files.resolve(path)));
		const missing = new Set(result.missing.map(({ soname }) => soname));
		const onlyLoader = [...asked.loaded].filter((path) => !found.has(path));
		const onlyOurs = [...found].filter((path) => path === undefined || !asked.loaded.has(path));
		if (onlyLoader.length + onlyOurs.length > 0 || !same(missing, asked.missing)) {
			differences.push({ program, onlyLoader, onlyOurs, missing, asked: asked.missing });
		}
	};
	const queue = [...programs];
	const work = async () => {
		for (let next = queue.pop(); next !== undefined; next = queue.pop()) await compare(next);
	};
	await Promise.all([work(), work(), work(), work()]);
	console.info(
		`${compared} programs compared, ${programs.size - compared} without an answer, closures in ${Math.round(ours)} ms`,
	);
	expect(differences).toEqual([]);
	expect(compared).toBeGreaterThan(programs.size * 0.98);
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
		const { stdout } = await run(interpreter, ["--help"], { encoding: "latin1" });
		hwcaps = [...stdout.matchAll(/^ {2}(\S+) \(supported, searched\)$/gm)].map(([, name]) => name ?? "");
		library = [...closureOf(files)([program]).needed.keys()].find((path) => /\/libm\.so/.test(path)) ?? ("" as Path);
		for (const name of ["", ...[...hwcaps, "unheard-of"].map((each) => `glibc-hwcaps/${each}`)]) {
			mkdirSync(`${directory}/${name}`, { recursive: true });
			copyFileSync(library, `${directory}/${name}/${baseName(library)}`);
		}
	});
	afterAll(() => rmSync(directory, { recursive: true, force: true }));

	test("are chosen as the loader chooses", async () => {
		const asked = await askLoader(interpreter, program, directory);
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
