import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { asScript } from "./scripts/bundling.js";

/**
 * The program, in bundles that src/cli/bundle.ts loads: `run` by itself, which each start of a service waits for, the sentences that it seldom has to say, and
 * the whole. Each is one file, and what V8 made of it lies beside: measured, a check takes 0.6 of what it takes from split modules.
 */
const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const started = new Date();

const shared = {
	...asScript,
	absWorkingDir: root,
	outdir: "dist",
	write: false,
	// Functions lose their names: to keep those costs one call for each function that is made, a tenth of all time (measured).
	minify: true,
	legalComments: "none",
};
/** With `--debug` Node reads the maps that lie beside, and names the files and lines of the sources. */
const mapped = { ...shared, sourcemap: "linked", sourcesContent: false };

const parts = await build({
	...mapped,
	entryPoints: { start: "src/cli/start.ts", program: "src/cli/program.ts", words: "src/cli/words.ts" },
	entryNames: "[name]-[hash]",
	metafile: true,
});
// They are read as Latin-1, which is read fastest. esbuild escapes whatever else there is, but for regular expressions.
for (const { path, text } of parts.outputFiles.filter((file) => file.path.endsWith(".js"))) {
	const [found] = /\P{ASCII}+/u.exec(text) ?? [];
	if (found) throw new Error(`${basename(path)} holds ${found}: write it as \\u… in the regular expression that it comes from`);
}
const bundles = Object.fromEntries(
	Object.entries(parts.metafile.outputs).flatMap(([file, { entryPoint }]) =>
		entryPoint ? [[basename(entryPoint, ".ts"), basename(file)]] : [],
	),
);
const main = await build({
	...mapped,
	entryPoints: { main: "src/cli/main.ts" },
	define: { ...mapped.define, bundles: JSON.stringify(bundles) },
});
// Each whole in a folder of its own: a cage for the demonstration takes the folder of its sources along, with what tells Node of what kind they are, and nothing
// else of ours.
const alone = await build({
	...shared,
	entryPoints: {
		"demo/demo": "src/demo/server.ts",
		"relay/relay": "src/relay/relay.ts",
		"hashing/hashing": "src/hashing/hashing.ts",
		"planning/planning": "src/cli/planning.ts",
	},
});
const kinds = [dist, join(dist, "demo")].map((folder) => ({
	path: join(folder, "package.json"),
	contents: '{ "type": "commonjs" }\n',
}));

/**
 * Each file by one rename, and main.js last: the names of the others come from their content, so a program that starts meanwhile,
 * or a second build at the same time, finds an old bundle or a new one, and either is whole.
 */
for (const file of [...alone.outputFiles, ...parts.outputFiles, ...kinds]) write(file);
keepCode(Object.values(bundles).map((name) => join(dist, name)));
for (const file of main.outputFiles) write(file);

// A wizard that was opened before loads its parts when it needs them, so what an earlier build left stays for an hour.
const outputFiles = [...alone.outputFiles, ...parts.outputFiles, ...main.outputFiles, ...kinds];
const codes = Object.values(bundles).map((name) => `${name}.code`);
const kept = new Set([...outputFiles.map((file) => relative(dist, file.path).split("/")[0]), ...codes]);
const hour = 60 * 60 * 1000;
for (const name of readdirSync(dist)) {
	const path = join(dist, name);
	const modified = kept.has(name) ? undefined : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
	if (modified !== undefined && started.getTime() - modified > hour) rmSync(path, { recursive: true, force: true });
}

function write({ contents, path }) {
	mkdirSync(dirname(path), { recursive: true });
	const staged = join(dirname(path), `.${basename(path)}.${process.pid}`);
	writeFileSync(staged, contents);
	// What is edited while this runs is newer than its result.
	utimesSync(staged, started, started);
	renameSync(staged, path);
}

/** In a process with the flags that the program has: V8 takes the code of no others. Without it the program does the same, only later. */
function keepCode(paths) {
	const { NODE_OPTIONS: _, ...env } = process.env;
	const { status } = spawnSync(process.execPath, [join(root, "scripts", "keep-code.js"), ...paths], { env, stdio: "ignore" });
	if (status !== 0)
		process.stderr.write("cagewright: the code of the bundles could not be kept; the program starts more slowly\n");
}
