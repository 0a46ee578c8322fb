import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project.js";
import { homepage } from "./release.js";

/** The programs whose versions the bytes of a package depend on. */
const tools = {
	node: ["--version"],
	npm: ["--version"],
	gcc: ["-dumpfullversion"],
	"x86_64-linux-gnu-gcc": ["-dumpfullversion"],
	"aarch64-linux-gnu-gcc": ["-dumpfullversion"],
	"bpf-gcc": ["-dumpfullversion"],
	"dpkg-deb": ["--version"],
	rpmbuild: ["--version"],
};

/**
 * Says what a release was made of: an in-toto statement with SLSA's predicate. `made` are SHA-256 sums by file name. It names no time and
 * no machine, so that another builder gets the same bytes.
 */
export function provenance(made) {
	const commit = output("git", ["-C", root, "rev-parse", "HEAD"]);
	const sha256 = createHash("sha256")
		.update(readFileSync(join(root, "package-lock.json")))
		.digest("hex");
	const statement = {
		_type: "https://in-toto.io/Statement/v1",
		subject: [...made].map(([name, sum]) => ({ name, digest: { sha256: sum } })),
		predicateType: "https://slsa.dev/provenance/v1",
		predicate: {
			buildDefinition: {
				buildType: "npm run release",
				externalParameters: { repository: homepage ?? null },
				internalParameters: Object.fromEntries(
					Object.entries(tools).map(([tool, words]) => [tool, output(tool, words)?.split("\n")[0] ?? null]),
				),
				resolvedDependencies: [
					...(commit ? [{ name: "sources", digest: { gitCommit: commit } }] : []),
					{ name: "package-lock.json", digest: { sha256 } },
				],
			},
			runDetails: { builder: { id: "scripts/release.js" } },
		},
	};
	return `${JSON.stringify(statement, null, 2)}\n`;
}

/** What a program prints, or undefined if it is missing or fails. */
function output(program, words) {
	const { status, stdout } = spawnSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
	return status === 0 ? stdout.trim() : undefined;
}
