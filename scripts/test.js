import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { root, say, setUp, withoutExtraCertificates } from "./set-up.js";
import { requirePrograms } from "./system-packages.js";

/**
 * `npm test [-- VITEST ARGUMENTS]`: set-up, checks, tests. With arguments it is about some tests, and the checks are left out.
 *
 * Daemons, terminals and whole systems are waited for, each so long; on a machine that is busy with the other tests, one may not get there. So the few files
 * that failed beside others are run by themselves, and what fails there is what counts.
 */
const args = process.argv.slice(2);
setUp();
withoutExtraCertificates();
const place = readablePlace();
process.on("exit", () => {
	if (place !== root) rmSync(place, { recursive: true, force: true });
});
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
const first = vitest(args);
/** More than so many are no matter of time. */
const mostAgain = 8;
const isWorthAgain = !args.length && first.failedFiles.length > 0 && first.failedFiles.length <= mostAgain;
if (isWorthAgain) say(`by themselves, without others beside them: ${first.failedFiles.join(", ")}`);
const again = isWorthAgain ? vitest(["--maxWorkers=1", ...first.failedFiles]) : undefined;
for (const [name] of failedChecks) say(`the ${name} failed, see above`);
const { failed, skipped, status } = again ?? first;
// What is run again was counted once already.
const passed = first.passed + (again ? first.failed - again.failed : 0);
const byThemselves = again && !again.failed ? `, of which some only by themselves: ${first.failedFiles.join(", ")}` : "";
process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}${byThemselves}\n`);
process.exitCode = status || (failed || failedChecks.length || passed === 0 ? 1 : 0);

/** Runs tests and counts from the runner's own result. A file that could not even be loaded counts as one failure. */
function vitest(words) {
	const folder = mkdtempSync(join(tmpdir(), "cagewright-test-"));
	try {
		const file = join(folder, "result.json");
		const status = node([
			...["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
			...words,
		]);
		const result = JSON.parse(readFileSync(file, "utf8"));
		const failed = result.testResults.filter((one) => one.status === "failed");
		return {
			passed: result.numPassedTests,
			failed: result.numFailedTests + failed.filter((one) => !one.assertionResults.length).length,
			failedFiles: failed.map(({ name }) => relative(place, name)),
			skipped: result.numPendingTests + result.numTodoTests,
			status: status || (result.success ? 0 : 1),
		};
	} catch (error) {
		say(`the test runner left no result: ${error.message}`);
		return { passed: 0, failed: 1, failedFiles: [], skipped: 0, status: 1 };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Tests start applications under other accounts, which have to get to the files of this project. In a private home (`/root`) they do not: then a copy is tested. */
function readablePlace() {
	const isPassable = (path) => (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isPassable(dirname(path)));
	if (process.getuid?.() !== 0 || isPassable(root)) return root;
	const copy = mkdtempSync("/var/tmp/cagewright-tested-");
	say(`other accounts cannot get to ${root}; a copy of it in ${copy} is tested`);
	chmodSync(copy, 0o755);
	const { status } = spawnSync("cp", ["-a", "--reflink=auto", `${root}/.`, copy], { stdio: ["ignore", "ignore", "inherit"] });
	chmodSync(copy, 0o755);
	return status === 0 ? copy : root;
}

function node(command) {
	return spawnSync(process.execPath, command, { cwd: place, stdio: ["ignore", "inherit", "inherit"] }).status ?? 1;
}
