import { type BuildOptions, buildSync } from "esbuild";

/** Bundles TypeScript for Node, from a file or from text whose imports are relative to the repository. Returns the file made. */
export function bundle(outfile: string, from: { readonly file: string } | { readonly text: string }, more: BuildOptions = {}) {
	const source: BuildOptions =
		"file" in from ? { entryPoints: [from.file] } : { stdin: { contents: from.text, resolveDir: process.cwd(), loader: "ts" } };
	buildSync({
		...source,
		outfile,
		bundle: true,
		platform: "node",
		target: "node20.19",
		format: "esm",
		logLevel: "error",
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
		...more,
	});
	return outfile;
}
