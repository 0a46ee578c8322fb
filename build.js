import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundled } from "./scripts/bundling.js";

/**
 * One split bundle: measured, the first frame of the wizard takes 168 ms from it and 563 ms from node_modules, and a verb that
 * needs no interface never loads it.
 */
const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const started = new Date();

const shared = {
	...bundled,
	absWorkingDir: root,
	outdir: "dist",
	write: false,
	// Functions lose their names: to keep those costs one call for each function that is made, a tenth of all time (measured).
	minify: true,
	legalComments: "none",
};
/** With `--debug` Node reads the maps that lie beside, and names the files and lines of the sources. */
const mapped = { ...shared, sourcemap: "linked", sourcesContent: false };
/**
 * `run`, `check` and `update` as few files: each of the hundred that all verbs share costs half a millisecond or more (measured). Only the program's own
 * beginning gets to these bundles: what is thrown in one is nothing that another would know.
 */
const start = await ownBundle("src/cli/start.ts");
const upkeep = await ownBundle("src/cli/upkeep-program.ts", {
	name: "two-verbs",
	setup: ({ onResolve }) =>
		onResolve({ filter: /^\.\// }, ({ importer, kind, path }) => {
			const isVerb = kind === "dynamic-import" && importer.endsWith("/src/cli/program.ts");
			return isVerb && !["./check.ts", "./update.ts"].includes(path) ? { path: "./main.js", external: true } : undefined;
		}),
});
const byThemselves = {
	name: "bundles-by-themselves",
	setup: ({ onResolve }) =>
		onResolve({ filter: /^\.\/(start|upkeep-program)\.ts$/ }, ({ importer, path }) =>
			importer.endsWith("/src/cli/main.ts")
				? { path: (path === "./start.ts" ? start : upkeep).entry, external: true }
				: undefined,
		),
};

async function ownBundle(entryPoint, ...plugins) {
	const { metafile, outputFiles } = await build({
		...mapped,
		entryPoints: [entryPoint],
		entryNames: "[name]-[hash]",
		splitting: true,
		metafile: true,
		plugins: [...bundled.plugins, ...plugins],
	});
	const [file] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entryPoint);
	return { entry: `./${basename(file)}`, outputFiles };
}

const program = await build({
	...mapped,
	entryPoints: { main: "src/cli/main.ts" },
	splitting: true,
	plugins: [...bundled.plugins, byThemselves],
});
// Each whole in a folder of its own: a cage for the demonstration takes the folder of its sources along, and nothing else of ours.
const alone = await build({
	...shared,
	entryPoints: {
		"demo/demo": "src/demo/server.ts",
		"relay/relay": "src/relay/relay.ts",
		"hashing/hashing": "src/hashing/hashing.ts",
		"planning/planning": "src/cli/planning.ts",
	},
});
const outputFiles = [...alone.outputFiles, ...start.outputFiles, ...upkeep.outputFiles, ...program.outputFiles];

/**
 * Each file by one rename, and main.js last: the names of the others come from their content, so a program that starts meanwhile,
 * or a second build at the same time, finds an old bundle or a new one, and either is whole.
 */
mkdirSync(dist, { recursive: true });
const last = (file) => basename(file.path) === "main.js";
for (const { contents, path } of outputFiles.toSorted((a, b) => Number(last(a)) - Number(last(b)))) {
	mkdirSync(dirname(path), { recursive: true });
	const staged = join(dist, `.${basename(path)}.${process.pid}`);
	writeFileSync(staged, contents);
	// What is edited while this runs is newer than its result.
	utimesSync(staged, started, started);
	renameSync(staged, path);
}

// A wizard that was opened before loads its parts when it needs them, so what an earlier build left stays for an hour.
const kept = new Set(outputFiles.map((file) => relative(dist, file.path).split("/")[0]));
const hour = 60 * 60 * 1000;
for (const name of readdirSync(dist)) {
	const path = join(dist, name);
	const modified = kept.has(name) ? undefined : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
	if (modified !== undefined && started.getTime() - modified > hour) rmSync(path, { recursive: true, force: true });
}
