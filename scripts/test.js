import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { root, say, setUp, withoutExtraCertificates } from "./set-up.js";
import { requirePrograms } from "./system-packages.js";

/** `npm test [-- VITEST ARGUMENTS]`: runs set-up, checks and tests. With arguments, only those tests run, without the checks. */
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
const results = args.length ? [await vitest(args)] : await allTests();
const sum = (count) => results.reduce((total, one) => total + one[count], 0);
const failures = results.flatMap((one) => one.failures);
const [passed, skipped, status] = ["passed", "skipped", "status"].map(sum);
for (const { message, name } of failures) process.stdout.write(`\n${name}\n${message.replaceAll(/^/gm, "    ")}\n`);
for (const [name] of failedChecks) say(`the ${name} failed, see above`);
process.stdout.write(`${passed} passed, ${failures.length} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = status || (failures.length || failedChecks.length || passed === 0 ? 1 : 0);

/**
 * Tests that need the machine alone run beside those without daemons, which only use processor time. The latter's output comes
 * second, because two reporters would write over each other.
 */
async function allTests() {
	const [quick, alone] = await Promise.all([vitest(["--project", "quick"], "pipe"), vitest(["--project", "alone"])]);
	process.stdout.write(quick.printed);
	return [quick, alone, await vitest(["--project", "system"])];
}

/** Runs tests and returns counts and failures from the runner's own result. A file that could not be loaded counts as one failure. */
async function vitest(words, output = "inherit") {
	const folder = mkdtempSync(join(tmpdir(), "cagewright-test-"));
	try {
		const file = join(folder, "result.json");
		const runner = [
			"node_modules/vitest/vitest.mjs",
			"run",
			"--reporter=default",
			"--reporter=json",
			`--outputFile.json=${file}`,
		];
		const child = spawn(process.execPath, [...runner, ...words], { cwd: place, stdio: ["ignore", output, output] });
		let printed = "";
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (printed += text));
		const [code] = await once(child, "close");
		const result = JSON.parse(readFileSync(file, "utf8"));
		return {
			failures: result.testResults.filter((one) => one.status === "failed").flatMap(failuresOf),
			passed: result.numPassedTests,
			printed,
			skipped: result.numPendingTests + result.numTodoTests,
			status: code || (result.success ? 0 : 1),
		};
	} catch (error) {
		return {
			failures: [{ name: "the test runner left no result", message: error.message }],
			passed: 0,
			printed: "",
			skipped: 0,
			status: 1,
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Returns the names and messages of one file's failures. A hook that fails fails its file, not a test. */
function failuresOf({ assertionResults, message, name }) {
	const file = relative(place, name);
	const failed = assertionResults
		.filter((one) => one.status === "failed")
		.map(({ failureMessages, fullName }) => ({ name: `${file} > ${fullName}`, message: beginning(failureMessages.join("\n")) }));
	return failed.length ? failed : [{ name: file, message: beginning(message) }];
}

/** Shortens the message: the runner's own report above has all of it. */
function beginning(message) {
	return message
		.split("\n")
		.filter((line) => !/^\s*at .*node_modules/.test(line))
		.slice(0, 15)
		.join("\n");
}

/** Tests start applications as other accounts, which must be able to read this project. In a private home (`/root`) they cannot, so the tests use a copy. */
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
