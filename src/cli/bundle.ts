import { readFileSync } from "node:fs";
import Module from "node:module";
import { constants, Script } from "node:vm";

/** The file of each bundle beside this one; its name changes with what is in it (build.js). */
declare const bundles: Readonly<Record<keyof Bundles, string>>;

/** What each bundle exports. */
interface Bundles {
	start: typeof import("./start.ts");
	program: typeof import("./program.ts");
	words: typeof import("./words.ts");
}

const loaded: Partial<Bundles> = {};

/**
 * Loads a bundle with the code that V8 made of it when it was built: to compile it anew takes longer than Node's own start (measured). V8 does
 * not take what another release of it made; then it is compiled, and does the same.
 */
export function loadBundle<Name extends keyof Bundles>(name: Name): Bundles[Name] {
	const before = loaded[name];
	if (before) return before;
	const path = `${__dirname}/${bundles[name]}`;
	// Node finds the map of the sources for what it compiles itself alone.
	if (process.sourceMapsEnabled) return require(path);
	const script = new Script(Module.wrap(readFileSync(path, "latin1")), {
		filename: path,
		cachedData: readIfThere(`${path}.code`),
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	const module: { exports: Bundles[Name] } = { exports: {} as Bundles[Name] };
	script.runInThisContext()(module.exports, require, module, path, __dirname);
	loaded[name] = module.exports;
	return module.exports;
}

function readIfThere(path: string): Buffer | undefined {
	try {
		return readFileSync(path);
	} catch {
		return undefined;
	}
}
