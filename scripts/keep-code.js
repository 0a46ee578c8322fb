import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { constants, Script } from "node:vm";

/**
 * `node keep-code.js BUNDLE…`: writes what V8 made of each bundle to BUNDLE.code, for src/cli/bundle.ts. V8 compiles what is called, so each is used once before,
 * on an empty state folder: code of all of it takes longer to read than it saves (measured).
 */
const state = mkdtempSync(join(tmpdir(), "cagewright-build-"));
const useOnce = {
	runProgram: (runProgram) => runProgram(["--state", state, "check", "--all"]),
	startPlainly: (startPlainly) => startPlainly({ name: "none", command: [], options: { state, quiet: true } }, silent),
};
const silent = () => ({ report() {}, tell() {} });
try {
	for (const path of process.argv.slice(2)) {
		const script = new Script(Module.wrap(readFileSync(path, "latin1")), {
			filename: path,
			importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
		});
		const module = { exports: {} };
		script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
		for (const [name, use] of Object.entries(useOnce)) if (name in module.exports) await use(module.exports[name]);
		const staged = `${path}.code.${process.pid}`;
		// V8 looks at its head alone: after a loss of power nothing of it may be missing.
		writeFileSync(staged, script.createCachedData(), { flush: true });
		renameSync(staged, `${path}.code`);
	}
} finally {
	rmSync(state, { recursive: true, force: true });
}
