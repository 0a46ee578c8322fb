import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../project.js";
import { buildDeb } from "./deb.js";
import { comparedPages, figuresProblem } from "./figures.js";
import { releases } from "./release.js";
import { buildRpm } from "./rpm.js";

/** Builds a package of this kind, deb or rpm, for each processor from the built program, and returns their paths. */
export function buildPackages(kind, { output, processors, version, withNode }) {
	const history = releases(version);
	const pages = Object.fromEntries(comparedPages.map((path) => [path, readFileSync(join(root, path), "utf8")]));
	const problem = figuresProblem({ pages, release: history[0].date });
	if (problem) throw new Error(problem);
	mkdirSync(output, { recursive: true });
	const work = mkdtempSync(join(tmpdir(), "cagewright-package-"));
	try {
		const name = withNode ? "cagewright-with-node" : "cagewright";
		const build = { deb: buildDeb, rpm: buildRpm }[kind];
		return processors.map((processor) => {
			const folder = join(work, processor);
			mkdirSync(folder);
			return build({ history, name, output, processor, withNode, work: folder });
		});
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}
