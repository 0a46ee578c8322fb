import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { constants, Script } from "node:vm";

/**
 * `node keep-code.js BUNDLE…`: writes what V8 made of each bundle to BUNDLE.code, for src/cli/bundle.ts. V8 compiles what is called, so each is used once before:
 * code of all of it takes longer to read than it saves (measured).
 */
const state = mkdtempSync(join(tmpdir(), "cagewright-build-"));
const name = "described";
const useOnce = {
	runProgram: (runProgram) => runProgram(["--state", state, "check", "--all"]),
	startPlainly: (startPlainly) => startPlainly({ name, command: [], options: { state, quiet: true } }, silent),
};
const silent = () => ({ report() {}, tell() {} });
try {
	describeCage();
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

/** A cage that is described and is not there: a start of it is prepared, and its audit refuses it. */
function describeCage() {
	const folder = join(state, "cages", name);
	mkdirSync(join(folder, "manifests"), { recursive: true });
	const command = ["/bin/true"];
	const account = { name: "nobody", uid: 65534, gid: 65534, home: "/" };
	const application = {
		...{ command, user: "65534", cwd: "/", env: {}, probes: [], exercises: [], timeout: 1, network: "host", directories: [] },
	};
	const rules = { binds: [] };
	const entry = { mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0, reasons: [{ kind: "launcher" }], risks: [] };
	const madeAt = new Date().toISOString();
	const seconds = { trace: 0, plan: 0, build: 0, trial: 0 };
	const cage = {
		...{ name, application, rules, onHost: false, additions: [], exercises: [], signals: [], handlesTerm: true },
		...{ madeAt, trials: [], seconds },
	};
	const manifest = {
		...{ generation: 1, name, command, madeAt, writable: [], binds: [], openings: { capabilities: [] } },
		entries: [
			{ ...entry, path: "/", kind: "directory" },
			{ ...entry, path: "/bin/true", kind: "file", sha256: "0".repeat(64) },
		],
		accounts: { users: [], groups: [], usersLeftOut: 0, groupsLeftOut: 0 },
		identity: { ...account, groups: [] },
	};
	writeFileSync(join(folder, "cage.json"), JSON.stringify({ schema: "cagewright/cage/1", ...cage }));
	writeFileSync(join(folder, "manifests", "1.json"), JSON.stringify({ schema: "cagewright/manifest/1", ...manifest }));
	symlinkSync("generations/1", join(folder, "current"));
}
