import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { nodeOf } from "./node-versions.js";
import { root, say, setUp, withoutExtraCertificates } from "./set-up.js";
import { requirePrograms } from "./system-packages.js";

/** `npm test [-- VITEST ARGUMENTS]`: runs set-up, checks and tests. With arguments, only those tests run, without the checks. */
const args = process.argv.slice(2);
const isLong = process.env.CAGEWRIGHT_ALL === "1";
/** Newer versions of Node.js, on which the tests without daemons and screens run too: a quarter of them, or in a long run all. */
const newerVersions = isLong ? ["22", "24"] : ["24"];
const quarter = isLong ? [] : [`--shard=${1 + Math.floor(4 * Math.random())}/4`];
setUp();
withoutExtraCertificates();
const place = readablePlace();
const folder = mkdtempSync(join(tmpdir(), "cagewright-test-"));
/** Where tests get their folder in memory. The name is short because those of Unix sockets below it are. */
const states = mkdtempSync(join(tmpdir(), "tests-"));
const running = new Set();
process.on("exit", () => {
	for (const child of running) child.kill();
	for (const own of [folder, states]) rmSync(own, { recursive: true, force: true });
	if (place !== root) rmSync(place, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(128 + constants.signals[signal]));
const results = args.length ? await someTests() : await everything();
const sum = (count) => results.reduce((total, one) => total + one[count], 0);
const failures = results.flatMap((one) => one.failures);
const [passed, skipped, status] = ["passed", "skipped", "status"].map(sum);
for (const { message, name } of failures) process.stdout.write(`\n${name}\n${message.replaceAll(/^/gm, "    ")}\n`);
process.stdout.write(`${passed} passed, ${failures.length} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = status || (failures.length || passed === 0 ? 1 : 0);

async function someTests() {
	requirePrograms();
	return [await vitest(args)];
}

/**
 * The checks run while packages are installed. The tests without daemons only use processor time, so they get what those that need the
 * machine alone leave of it, on one processor, and the rest beside the next ones. Their output comes last, because two reporters would
 * write over each other.
 */
async function everything() {
	const checks = [
		check("type check", ["node_modules/typescript/bin/tsc", "-p", "."]),
		check("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "."]),
		check("words", ["scripts/check-words.js"]),
	];
	requirePrograms();
	const quick = quickTests();
	const alone = await vitest(["--project", "alone"]);
	const system = await vitest(["--project", "system", "--project", "replacing"]);
	const results = [...(await Promise.all(checks)), ...(await quick)];
	for (const { printed } of results) process.stdout.write(printed);
	return [...results, alone, system];
}

async function quickTests() {
	const words = ["--project", "quick", "--maxWorkers", "1"];
	const results = [await vitest(words, { output: join(folder, "quick") })];
	const folders = readdirSync(join(place, "test"), { withFileTypes: true }).filter(
		(one) => one.isDirectory() && one.name !== "ui",
	);
	const withoutScreens = folders.map(({ name }) => `test/${name}/`);
	for (const version of newerVersions) {
		const node = availableNode(version);
		const output = join(folder, `quick-${version}`);
		if (node === undefined) continue;
		const result = await vitest([...words, ...quarter, ...withoutScreens], { output, node });
		results.push({ ...result, failures: result.failures.map((one) => ({ ...one, name: `Node.js ${version}: ${one.name}` })) });
	}
	return results;
}

function availableNode(version) {
	try {
		return nodeOf(version);
	} catch {
		say(`Node.js ${version} could not be downloaded, so nothing was tested on it`);
		return undefined;
	}
}

/** Returns a failure with the check's output if it finds something. */
async function check(name, command) {
	const { code, printed } = await run([process.execPath, ...command], join(folder, name));
	return { failures: code ? [{ name, message: beginning(printed) }] : [], passed: 0, printed, skipped: 0, status: code };
}

/** Runs tests and returns counts and failures from the runner's own result. A file that could not be loaded counts as one failure. */
async function vitest(words, { node = process.execPath, output } = {}) {
	const file = join(mkdtempSync(join(folder, "result-")), "result.json");
	const runner = [
		"node_modules/vitest/vitest.mjs",
		"run",
		"--reporter=default",
		"--reporter=./test/failures-at-once.ts",
		"--reporter=json",
		`--outputFile.json=${file}`,
	];
	const { code, printed } = await run([...inMemory(), node, ...runner, ...words], output);
	try {
		const result = JSON.parse(readFileSync(file, "utf8"));
		return {
			failures: result.testResults.filter((one) => one.status === "failed").flatMap(failuresOf),
			passed: result.numPassedTests,
			printed,
			skipped: result.numPendingTests + result.numTodoTests,
			status: code || (result.success ? 0 : 1),
		};
	} catch (error) {
		const failures = [{ name: "the test runner left no result", message: error.message }];
		return { failures, passed: 0, printed, skipped: 0, status: 1 };
	}
}

/**
 * Words before the test runner, which give its tests a folder in memory that ends with it: they create and delete hundreds of cages, and
 * a disk makes that a tenth slower (measured). Booted systems and tests of file systems use disks anyway.
 */
function inMemory() {
	if (process.getuid?.() !== 0) return [];
	const mount = 'mount -n -t tmpfs -o mode=0755 tests "$CAGEWRIGHT_TEST_FOLDER" && exec "$@"';
	return ["env", `CAGEWRIGHT_TEST_FOLDER=${states}`, "unshare", "--mount", "sh", "-c", mount, "sh"];
}

/** Runs a command. What it prints goes to the file `output`, or else to our own output. */
async function run(words, output) {
	const target = output ? openSync(output, "w") : "inherit";
	const [program, ...rest] = words;
	const child = spawn(program, rest, { cwd: place, stdio: ["ignore", target, target] });
	if (output) closeSync(target);
	running.add(child);
	const [code] = await once(child, "close");
	running.delete(child);
	return { code: code ?? 1, printed: output ? readFileSync(output, "utf8") : "" };
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
