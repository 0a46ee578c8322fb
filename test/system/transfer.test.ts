import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Made, must, program, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { preparedRedis } from "./prepared.ts";

const state = temporaryState();
const there = temporaryState();
const folder = temporaryFolder("transfer");
const archive = `${folder}/redis.tar`;
let port: number;
let daemon: Daemon;
let made: Made;

beforeAll(async () => {
	({ daemon, made, port } = await preparedRedis(state));
	const run = startRun("redis", { state });
	await eventually(async () => expect(await askRedis(port, ["SET", "kept", "for good"])).toBe("OK"));
	expect((await cagewright(["export", "redis", "-o", archive, "--with-data"], { state })).stderr).toContain(
		"is using cage redis",
	);
	await askRedis(port, ["SAVE"]);
	await run.stop();
});

beforeEach(() => rmSync(`${there}/cages`, { recursive: true, force: true }));

const left = () => (existsSync(`${there}/cages`) ? readdirSync(`${there}/cages`) : []);
const take = (file = archive, ...options: string[]) => cagewright(["import", file, "--yes", ...options], { state: there });
/** Without a trial, which a refused archive never reaches. */
const takeUntried = (file: string) => inProcess(["import", file, "--yes", "--no-trial"], { state: there });

test("a cage moves to another machine with its data and answers there", async () => {
	await must(cagewright(["export", "redis", "-o", archive, "--with-data"], { state }));
	expect(statSync(archive).mode & 0o777).toBe(0o600);
	expect((await cagewright(["export", "redis", "-o", archive], { state })).status).toBe(2);

	const dry = await inProcess(["import", archive, "--dry-run"], { state: there });
	expect(dry.stdout).toContain(daemon.probe);
	expect(left()).toEqual([]);
	expect(await cagewright(["import", archive], { state: there })).toMatchObject({ status: 2, stderr: /--yes/ });
	expect(left()).toEqual([]);

	const taken = await take();
	expect({ status: taken.status, out: taken.stdout, stderr: taken.stderr }).toMatchObject({ status: 0 });
	const run = startRun("redis", { state: there });
	await eventually(async () => expect(await askRedis(port, ["GET", "kept"])).toBe("for good"));
	expectServedInside({ ...made, root: made.root.replace(state, there) }, port);
	await run.stop();
	// The import recorded the files' stat data, and they equal the host's.
	const checked = await cagewright(["check", "redis", "--json"], { state: there });
	expect(checked.json.cages).toMatchObject([{ outdated: false, drift: [] }]);
	expect(await takeUntried(archive)).toMatchObject({ status: 4, stderr: expect.stringContaining("--name") });
	expect(left()).toEqual(["redis"]);
});

test("a directory that becomes a link during an export adds nothing of the host to the archive", async () => {
	const file = `${folder}/swapped.tar`;
	const victim = `${folder}/swapped-victim`;
	const [inside, link] = [`${made.data}/swapped`, `${made.data}/swapped-link`];
	for (const one of [victim, inside]) mkdirSync(one);
	for (let index = 0; index < 200; index++) {
		writeFileSync(`${victim}/${index}`, "of the host");
		writeFileSync(`${inside}/${index}`, "its own");
	}
	symlinkSync(victim, link);
	// renameat2(2) with RENAME_EXCHANGE.
	const swaps = `import ctypes, sys
libc, a, b = ctypes.CDLL(None), sys.argv[1].encode(), sys.argv[2].encode()
while True: libc.renameat2(-100, a, -100, b, 2)`;
	const swapping = spawn("python3", ["-c", swaps, inside, link], { stdio: "ignore" });
	try {
		await eventually(() => expect(lstatSync(inside).isSymbolicLink()).toBe(true));
		for (let round = 0; round < 2; round++) {
			expect(await inProcess(["export", "redis", "-o", file, "--with-data"], { state })).toMatchObject({
				status: 4,
				stderr: /^cagewright: [^\n]+ during the export[^\n]+\n$/,
			});
			expect(existsSync(file)).toBe(false);
		}
	} finally {
		swapping.kill("SIGKILL");
		for (const one of [victim, inside, link]) rmSync(one, { recursive: true, force: true });
	}
});

test.runIf(isLong)("a cage exported without its data starts empty and answers", async () => {
	const bare = `${folder}/bare.tar`;
	const written = await cagewright(["export", "redis", "-o", bare, "--json"], { state });
	expect({ ...written.json, stderr: written.stderr }).toMatchObject({
		schema: "cagewright/export/1",
		file: bare,
		data: false,
		stderr: "",
	});
	const piped = await inProcess(["export", "redis", "--json"], { state });
	expect(piped).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("-o redis.tar --json") });
	const planned = await inProcess(["import", bare, "--dry-run", "--json"], { state: there });
	expect(planned.json).toMatchObject({ schema: "cagewright/import/1", dryRun: true, name: "redis", probes: [daemon.probe] });
	expect(left()).toEqual([]);
	expect(await take(bare, "--name", "bare", "--quiet")).toMatchObject({ status: 0, stderr: "" });
	expect(readdirSync(`${there}/cages/bare/data${daemon.folder}/data`)).toEqual([]);
	expect(readdirSync(`${there}/cages/bare/launcher`)).toEqual(readdirSync(`${state}/cages/redis/launcher`));
});

test.runIf(isLong)("an export to a reader that stops reading is no error, and is not logged", async () => {
	const history = async () => (await cagewright(["show", "redis", "--history"], { state })).stdout;
	const before = await history();
	const line = `"$0" "$1" --state "$2" export redis | head -c 10; exit "\${PIPESTATUS[0]}"`;
	const { status, stderr, stdout } = spawnSync("bash", ["-c", line, process.execPath, program, state], { encoding: "utf8" });
	expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: "./PaxHeade" });
	expect(await history()).toBe(before);
	expect(readdirSync(`${state}/cages/redis`).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a missing file and a device are reported as invalid input", async () => {
	expect(await takeUntried("/nowhere.tar")).toMatchObject({
		status: 2,
		stderr: "cagewright: File '/nowhere.tar' does not exist. Check the path.\n",
	});
	expect(await takeUntried("/dev/zero")).toMatchObject({
		status: 2,
		stderr: expect.stringContaining("/dev/zero is not a cage archive"),
	});
});
