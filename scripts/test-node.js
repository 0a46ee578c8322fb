import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeOf } from "./node-versions.js";
import { root, say, setUp } from "./set-up.js";

/**
 * `npm run test:node -- 22 24`: runs the tests without daemons, and makes the demonstration's cage, on these versions of Node.js. They
 * come from npm's registry.
 */

const versions = process.argv.slice(2);
if (!versions.length) throw new Error("usage: npm run test:node -- VERSION…");
setUp();
const state = mkdtempSync(join(tmpdir(), "cagewright-node-"));
try {
	for (const version of versions) {
		const node = nodeOf(version);
		say(`Node.js ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
		run(node, join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "quick");
		run(node, join(root, "bin/cagewright.js"), "make", "demo", "--yes", "--quiet", "--state", join(state, version));
	}
} finally {
	rmSync(state, { recursive: true, force: true });
}

function run(...[program, ...args]) {
	const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
	if (status === 0) return;
	process.exitCode = 1;
	say(`${args.join(" ")} ended with ${status}`);
}
