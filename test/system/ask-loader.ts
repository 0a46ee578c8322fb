import { execFile, spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { systemFiles } from "../../src/base/host/files.ts";
import { type Path, pathFromBytes, pathFromText, pathToBytes, resolvePath } from "../../src/base/path/path.ts";
import type { LibraryClosure } from "../../src/plan/elf/closure.ts";

export interface Answer {
	readonly loaded: ReadonlySet<Path>;
	/** Names that the loader did not find. */
	readonly missing: ReadonlySet<string>;
	/** The error that stopped the loader. `loaded` is then incomplete. */
	readonly refusal?: string;
}

/** Inputs of the loader besides the file. */
export interface HostView {
	readonly libraryPath?: string | undefined;
	readonly preload?: string | undefined;
	/** The loader's working directory. */
	readonly directory?: string;
}

/**
 * Returns the libraries that the dynamic loader would load for each file, as real paths. `--list` maps files and executes none of them.
 * One shell asks for all files, because starting a process for each takes several times as long as its answer.
 */
export async function askLoader(loader: Path, paths: readonly Path[], surroundings: HostView = {}): Promise<Answer[]> {
	const { directory, libraryPath = "", preload = "" } = surroundings;
	// Only the loader gets these variables, not the shell. Empty ones count as unset.
	const ask = 'LD_LIBRARY_PATH=$library_path LD_PRELOAD=$preload "$loader" --list "$file" 2>&1';
	const child = spawn("xargs", ["-0", "sh", "-c", `for file do ${ask}; printf '\\0'; done`, "sh"], {
		// No other variables: they would make the answer depend on who runs the test.
		env: { PATH: process.env.PATH, LC_ALL: "C", loader, library_path: libraryPath, preload },
		cwd: directory,
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdin.end(Buffer.concat(paths.flatMap((path) => [pathToBytes(path), Buffer.of(0)])));
	const answers = pathFromBytes(await buffer(child.stdout)).split("\0");
	return paths.map((_, at) => parseAnswer(answers[at] ?? "", pathFromText(directory ?? "/")));
}

function parseAnswer(text: string, directory: Path): Answer {
	const { resolve } = systemFiles();
	const loaded = new Set<Path>();
	const missing = new Set<string>();
	for (const [, found = ""] of text.matchAll(/^\t(?:.* => )?(.*\/.*) \(0x[0-9a-f]+\)$/gm)) {
		const real = resolve(resolvePath(directory, found as Path));
		if (real !== undefined) loaded.add(real);
	}
	for (const [, absent = ""] of text.matchAll(/^\t(.*) => not found$/gm)) missing.add(absent);
	for (const [, absent = ""] of text.matchAll(/^Error loading shared library (.*): No such file or directory/gm))
		missing.add(absent);
	const refusal = /: error while loading shared libraries: (.*)$/m.exec(text)?.[1];
	const absent = /^(.*): cannot open shared object file/.exec(refusal ?? "")?.[1];
	if (absent !== undefined) missing.add(absent);
	return { loaded, missing, ...(refusal !== undefined && { refusal }) };
}

export const isMuslLoader = (loader: Path) => loader.includes("/ld-musl-");

/** Returns the variants that this processor can use, best first, according to the loader. musl has none. */
export async function usableVariants(loader: Path): Promise<string[]> {
	if (isMuslLoader(loader)) return [];
	const { stdout } = await promisify(execFile)(loader, ["--help"], { encoding: "latin1" });
	return [...stdout.matchAll(/^ {2}(\S+) \(supported, searched\)$/gm)].map(([, name]) => name ?? "");
}

/** Returns what only one of the two found; empty if they agree. */
export function differences(loader: Path, theirs: Answer, ours: LibraryClosure): string[] {
	const { resolve } = systemFiles();
	// The answer includes the loader itself, whether the library needs it or not.
	const asked = resolve(loader);
	const found = new Set([...ours.needed.keys(), ...ours.interpreters.keys()].map((path) => resolve(path)));
	const missing = new Set(ours.missing.map(({ soname }) => soname));
	const isWhole = theirs.refusal === undefined;
	return [
		...[...theirs.loaded].filter((path) => !found.has(path) && path !== asked).map((path) => `loaded: ${path}`),
		...[...theirs.missing].filter((name) => !missing.has(name)).map((name) => `missing: ${name}`),
		...[...found]
			.filter((path) => isWhole && path !== asked && !theirs.loaded.has(path as Path))
			.map((path) => `not loaded: ${path}`),
		...[...missing].filter((name) => isWhole && !theirs.missing.has(name)).map((name) => `not missing: ${name}`),
		...(isWhole || theirs.missing.size > 0 ? [] : [`refused: ${theirs.refusal}`]),
	];
}
