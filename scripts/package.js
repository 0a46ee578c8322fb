import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { crossCompilers } from "./native.js";
import { buildPackages } from "./package/build.js";
import { root, setUp } from "./set-up.js";

/**
 * `npm run package:deb` and `npm run package:rpm`: builds a package for each processor from bin/, dist/, native/, templates/ and packaging/,
 * and prints their paths.
 */
const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		/** With a private Node.js, for systems without a recent one. */
		"with-node": { type: "boolean", default: false },
		/** Folder for the package. */
		output: { type: "string", default: join(root, "release") },
		/** One of `crossCompilers`; both without it. */
		processor: { type: "string" },
		/** Another version than package.json's, for tests of upgrades. */
		version: { type: "string" },
		/** Take dist/ as it is. */
		built: { type: "boolean", default: false },
	},
});
const [kind, ...more] = positionals;
const processors = values.processor ? [values.processor] : Object.keys(crossCompilers);
if (!["deb", "rpm"].includes(kind) || more.length > 0 || !processors.every((name) => crossCompilers[name]))
	throw new Error("usage: package.js deb|rpm [--with-node] [--processor x64|arm64] [--output FOLDER]");
if (!values.built) setUp();
const { version, "with-node": withNode } = values;
for (const file of buildPackages(kind, { output: resolve(values.output), processors, version, withNode }))
	process.stdout.write(`${file}\n`);
