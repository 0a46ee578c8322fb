import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readJson, root, say } from "./project.js";
import { requireCompiler } from "./system-packages.js";

/** This file runs before node_modules exists, so it only imports from Node. */

export { readJson, root, say };

/** Installs the packages of package-lock.json and builds dist/, each only if needed. Exits if it cannot. */
export function setUp() {
	requireNode();
	const missing = whyInstall();
	if (missing) {
		say(`${missing}; running npm ci (this takes a moment, and happens once)`);
		install();
	}
	const stale = missing ? "the packages are new" : whyBuild();
	if (stale) {
		requireCompiler();
		say(`${stale}; building dist/`);
		run(process.execPath, ["build.js"], "dist/ could not be built");
	}
}

/** Node 20 reads the file in this variable at each start, which takes longer than everything else (measured). Our scripts do not need its certificates. */
export function withoutExtraCertificates() {
	delete process.env.NODE_EXTRA_CA_CERTS;
}

function requireNode() {
	const wanted = readJson("package.json").engines.node.replace(">=", "");
	const number = (version) => version.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);
	const have = process.versions.node;
	if (number(have) >= number(`${wanted}.0`)) return;
	say(`Node.js ${wanted} or later is needed, and this is ${have}; install a newer nodejs`);
	process.exit(3);
}

/**
 * npm writes its record at the end of an installation, so an interrupted one is noticed. The function compares contents, not times,
 * because a checkout changes the times of unchanged files.
 */
function whyInstall() {
	const record = join("node_modules", ".package-lock.json");
	if (!existsSync(join(root, record))) return "node_modules is missing";
	const installed = readJson(record).packages;
	const wanted = Object.entries(readJson("package-lock.json").packages);
	const differs = wanted.some(
		([path, { optional, version }]) => path !== "" && installed[path]?.version !== version && !(optional && !installed[path]),
	);
	return differs ? "node_modules is not what package-lock.json asks for" : undefined;
}

/**
 * Installs development packages even if NODE_ENV says otherwise, because the build needs them. Install scripts do not run: only esbuild
 * has one, and works without it.
 */
function install() {
	run(
		"npm",
		["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=notice"],
		"the packages could not be installed",
	);
}

function whyBuild() {
	const built = statSync(join(root, "dist", "main.js"), { throwIfNoEntry: false })?.mtimeMs;
	const parts = ["demo/demo.js", "native", "man", "completion"].map((name) => join(root, "dist", name));
	if (built === undefined || !parts.every(existsSync)) return "dist/ is missing";
	const sources = [
		"src",
		"native",
		"templates",
		"package.json",
		"package-lock.json",
		"build.js",
		"scripts/native.js",
		"scripts/pieces.js",
		"scripts/reference",
	];
	const newest = Math.max(...sources.map(newestIn));
	return newest > built ? "the sources are newer than dist/" : undefined;
}

/** A directory's time counts too, because it reveals removed files. */
function newestIn(name) {
	const path = join(root, name);
	const status = statSync(path);
	if (!status.isDirectory()) return status.mtimeMs;
	return Math.max(status.mtimeMs, ...readdirSync(path).map((child) => newestIn(join(name, child))));
}

/** Runs a command, with its output on stderr because it is not the result. Exits if the command fails. */
function run(command, args, problem) {
	const { error, status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
	if (status === 0) return;
	say(`${problem}: ${[command, ...args].join(" ")}${error ? `: ${error.message}` : ` ended with ${status}`}`);
	process.exit(3);
}
