import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildDeb } from "./package/deb.js";
import { figuresProblem } from "./package/figures.js";
import { releases } from "./package/release.js";
import { buildRpm } from "./package/rpm.js";
import { root, setUp } from "./set-up.js";

/** `npm run package:deb` and `npm run package:rpm`: builds a package from bin/, dist/, templates/ and packaging/ and prints its path. */
const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		/** With a private Node.js, for systems without a recent one. */
		"with-node": { type: "boolean", default: false },
		/** Folder for the package. */
		output: { type: "string", default: join(root, "release") },
		/** Another version than package.json's, for tests of upgrades. */
		version: { type: "string" },
		/** Take dist/ as it is. */
		built: { type: "boolean", default: false },
	},
});
const build = { deb: buildDeb, rpm: buildRpm }[positionals[0]];
if (!build || positionals.length > 1) throw new Error("usage: package.js deb|rpm [--with-node] [--output FOLDER]");
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
	process.stdout.write(`${build({ history: releases(values.version), name, output, withNode, work })}\n`);
} finally {
	rmSync(work, { recursive: true, force: true });
}
