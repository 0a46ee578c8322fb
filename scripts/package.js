import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { crossCompilers } from "./native.js";
import { buildDeb } from "./package/deb.js";
import { figuresProblem } from "./package/figures.js";
import { releases } from "./package/release.js";
import { buildRpm } from "./package/rpm.js";
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
const build = { deb: buildDeb, rpm: buildRpm }[positionals[0]];
const processors = values.processor ? [values.processor] : Object.keys(crossCompilers);
if (!build || positionals.length > 1 || !processors.every((name) => crossCompilers[name]))
	throw new Error("usage: package.js deb|rpm [--with-node] [--processor x64|arm64] [--output FOLDER]");
if (!values.built) setUp();
const [readme, benchmarks] = ["README.md", "docs/benchmarks.md"].map((name) => readFileSync(join(root, name), "utf8"));
const problem = figuresProblem({ benchmarks, readme, release: releases()[0].date });
if (problem) throw new Error(problem);
const withNode = values["with-node"];
const output = resolve(values.output);
mkdirSync(output, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "cagewright-package-"));
try {
	const name = withNode ? "cagewright-with-node" : "cagewright";
	const history = releases(values.version);
	for (const processor of processors) {
		const folder = join(work, processor);
		mkdirSync(folder);
		process.stdout.write(`${build({ history, name, output, processor, withNode, work: folder })}\n`);
	}
} finally {
	rmSync(work, { recursive: true, force: true });
}
