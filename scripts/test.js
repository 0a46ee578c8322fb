import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, say, setUp } from "./set-up.js";
import { requirePrograms } from "./system-packages.js";

/** `npm test [-- VITEST ARGUMENTS]`: set-up, checks, tests. With arguments it is about some tests, and the checks are left out. */
const args = process.argv.slice(2);
setUp();
requirePrograms();
const failedChecks = args.length
	? []
	: [
			["type check", ["node_modules/typescript/bin/tsc", "-p", "."]],
			["lint", ["node_modules/@biomejs/biome/bin/biome", "check", "."]],
		].filter(([name, command]) => {
			say(name);
			return node(command) !== 0;
		});
const { failed, passed, skipped, status } = vitest();
for (const [name] of failedChecks) say(`the ${name} failed, see above`);
process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = status || (failed || failedChecks.length || passed === 0 ? 1 : 0);

/** Runs the tests and counts from the runner's own result. A file that could not even be loaded counts as one failure. */
function vitest() {
	const folder = mkdtempSync(join(tmpdir(), "cagewright-test-"));
	try {
		const file = join(folder, "result.json");
		const status = node([
			...["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
			...args,
		]);
		const result = JSON.parse(readFileSync(file, "utf8"));
		const notLoaded = result.testResults.filter((one) => one.status === "failed" && !one.assertionResults.length).length;
		return {
			passed: result.numPassedTests,
			failed: result.numFailedTests + notLoaded,
			skipped: result.numPendingTests + result.numTodoTests,
			status: status || (result.success ? 0 : 1),
		};
	} catch (error) {
		say(`the test runner left no result: ${error.message}`);
		return { passed: 0, failed: 1, skipped: 0, status: 1 };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function node(command) {
	return spawnSync(process.execPath, command, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status ?? 1;
}
