import { execFile } from "node:child_process";
import fs from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parent } from "../../src/base/path/path.ts";
import { parseLogrotate } from "../../src/service/logrotate-file.ts";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Made, make, must, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, redis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort, type Network, privateNetwork } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { processesIn, statusField } from "./processes.ts";

/** Real daemons in cages and the real logrotate, with paths that shells and globs could misread. */

const state = `${temporaryState()}/it's "here" [x] *$1 #`;
fs.mkdirSync(state, { mode: 0o700 });
const folder = temporaryFolder("upkeep");
let network: Network;
beforeAll(async () => {
	network = await privateNetwork();
});

let files = 0;
/** Writes a verb's output to a file that root owns. */
async function printed(...args: string[]): Promise<string> {
	const { status, stderr, stdout } = await cagewright(args, { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	const file = `${folder}/printed-${++files}`;
	fs.writeFileSync(file, stdout, { mode: 0o644 });
	return file;
}

/** Returns both streams. Throws if the status is not 0. */
async function output(command: string, ...args: string[]): Promise<string> {
	const { stderr, stdout } = await promisify(execFile)(command, args, { cwd: "/" });
	return stdout + stderr;
}
const rotate = (file: string) => output("logrotate", "-f", "-s", `${folder}/status`, file);
const read = (path: string) => fs.readFileSync(path, "utf8");

describe("nginx, whose logs the host rotates,", () => {
	let made: Made;
	let log: string;
	beforeAll(async () => {
		const probe = "curl -fsSI --noproxy '*' http://127.0.0.1:80/ | grep -qi '^server: nginx'";
		made = await make(["--name", "web", "--probe", probe, "--", "nginx", "-g", "daemon off;"], { state });
		log = `${made.data}/var/log/nginx/access.log`;
	});

	test("continues in a new file after a rotation, and reloads its configuration", async () => {
		const run = startRun("web", { state, enter: network.enter });
		await eventually(() => fetchPage("http://127.0.0.1:80/?before", network));
		await eventually(() => expect(read(log)).toContain("?before"));
		expect(await rotate(await printed("unit", "web", "--logrotate"))).toBe("");
		expect(read(`${log}.1`)).toContain("?before");
		await eventually(async () => {
			await fetchPage("http://127.0.0.1:80/?after", network);
			expect(read(log)).toContain("?after");
		});
		expect(read(log)).not.toContain("?before");

		// The hook for renewed certificates reloads the configuration, and says nothing if it does not run.
		const hook = await printed("unit", "web", "--deploy-hook");
		const workers = () => processesIn(made.root).filter((pid) => statusField(pid, "Uid").split("\t")[0] !== "0");
		const [before] = workers();
		expect(before).toBeDefined();
		expect(await output("sh", hook)).toBe("");
		await eventually(() => expect(workers()).not.toContain(before));
		expect((await run.stop()).status).toBe(0);
		expect(await output("sh", hook)).toBe("");
	});

	test("is rotated without following links, whatever the application puts in place of its logs", async () => {
		const outside = `${folder}/outside`;
		fs.mkdirSync(`${outside}/sub`, { recursive: true });
		for (const name of ["file", "sub/other.log"]) fs.writeFileSync(`${outside}/${name}`, "the host's\n", { mode: 0o600 });
		const logs = `${made.data}/var/log/nginx`;
		fs.symlinkSync(`${outside}/file`, `${logs}/a.log`);
		fs.symlinkSync(`${outside}/sub`, `${logs}/sub`);
		fs.symlinkSync(outside, `${logs}/b.log`);
		fs.writeFileSync(`${logs}/c.log`, "a line\n");
		for (const old of ["c.log.1", "c.log.2.gz", "c.log.1.gz"]) fs.symlinkSync(`${outside}/file`, `${logs}/${old}`);
		const before = fs.statSync(`${outside}/file`);
		// logrotate reports links and does not touch them.
		const file = await printed("unit", "web", "--logrotate");
		for (const _ of [1, 2]) await rotate(file).catch(() => {});
		expect(fs.readdirSync(outside).sort()).toEqual(["file", "sub"]);
		expect(fs.readdirSync(`${outside}/sub`)).toEqual(["other.log"]);
		expect(read(`${outside}/file`)).toBe("the host's\n");
		const { ctimeMs, mode, nlink, uid } = fs.statSync(`${outside}/file`);
		expect({ ctimeMs, mode, nlink, uid }).toEqual({ ctimeMs: before.ctimeMs, mode: before.mode, nlink: 1, uid: 0 });
		for (const name of fs.readdirSync(logs).filter((one) => !/^(access|error)/.test(one))) fs.rmSync(`${logs}/${name}`);
	});

	test("is rotated without a message even if it does not run", async () => {
		fs.writeFileSync(log, "a line\n");
		expect(await rotate(await printed("unit", "web", "--logrotate"))).toBe("");
		expect(read(`${log}.1`)).toBe("a line\n");
	});

	test("is listed with the command as a shell takes it", async () => {
		expect((await cagewright(["list"], { state })).stdout).toMatch(/ \/usr\/sbin\/nginx -g 'daemon off;'$/m);
	});

	test("is shown with the place of its logs on the host", async () => {
		const { stdout } = await cagewright(["show", "web"], { state });
		expect(stdout).toContain(`${made.data}/var/log/nginx\n`);
		const record = await cagewright(["show", "web", "--record"], { state });
		expect(record.stdout).toContain(`${made.data}/var/log/nginx`);
		expect(record.stdout).toContain("cagewright unit web --logrotate");
	});

	test("has a script that fails with the reason if the signal cannot be sent", async () => {
		const hook = `${folder}/hook`;
		fs.writeFileSync(hook, read(await printed("unit", "web", "--deploy-hook")).replace("signal web", "signal gone"));
		await expect(output("sh", hook)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("gone") });
	});

	test("has only one of both files printed at a time", async () => {
		expect((await inProcess(["unit", "web", "--logrotate", "--deploy-hook"], { state })).status).toBe(2);
	});
});

test.runIf(isLong)("redis gets no signal after a rotation, because it opens its log for each line", async () => {
	const port = await freePort();
	const daemon = redis(port);
	const command = [...daemon.command, "--logfile", "/var/log/redis/redis-server-test.log"];
	const made = await make(["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--", ...command], { state });
	const log = `${made.data}/var/log/redis/redis-server-test.log`;
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const file = await printed("unit", "redis", "--logrotate");
	expect(read(file)).not.toMatch(/postrotate|copytruncate/);
	expect(await rotate(file)).toBe("");
	expect(fs.existsSync(`${log}.1`)).toBe(true);
	await askRedis(port, ["SAVE"]);
	await eventually(() => expect(read(log)).toContain("DB saved on disk"));
	expect((await run.stop()).status).toBe(0);
});

test("an application without logs or without a reload signal is reported", async () => {
	const bare = temporaryState();
	await preparedRedis(bare);
	for (const [option, words] of [
		["--logrotate", /writes no logs/],
		["--deploy-hook", /knows no signal/],
	] as const) {
		const { status, stderr, stdout } = await inProcess(["unit", "redis", option], { state: bare });
		expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
		expect(stderr).toMatch(words);
	}
});

describe.runIf(isLong)("an installed logrotate file", () => {
	const name = "rotated-test";
	const wide = `/var/log/${name}`;
	const deep = `${wide}/deep`;
	const installed = `/etc/logrotate.d/cage-${name}`;
	afterAll(() => {
		for (const one of [wide, installed]) fs.rmSync(one, { recursive: true, force: true });
	});

	/** Makes a generation that writes to this directory. */
	async function generation(directory: string): Promise<void> {
		fs.mkdirSync(deep, { recursive: true });
		for (const one of [wide, deep]) fs.chownSync(one, 65534, 0);
		const options = ["--name", name, "--user", "nobody", "--writable", directory, "--replace", "--yes", "--no-selftest"];
		const program = `open(F, '>>', '${directory}/own.log') or die; syswrite F, "line\\n"; sleep 1 while 1`;
		const probe = `test -s "$CAGEWRIGHT_ROOT${directory}/own.log"`;
		await must(cagewright(["make", ...options, "--probe", probe, "--", "/usr/bin/perl", "-e", program], { state }));
	}
	const install = () => cagewright(["unit", name, "--logrotate", "--install"], { state });
	const directories = () => parseLogrotate(read(installed)).flatMap(({ patterns }) => patterns.map(parent));
	const dataOf = (directory: string) => `${state}/cages/${name}/data${directory}`.replace(/[[\]*?\\]/g, "\\$&");

	test("follows the generation, so that no log directory is below one that the application can write to", async () => {
		await generation(deep);
		expect(await install()).toMatchObject({ status: 0 });
		expect(directories()).toEqual([dataOf(deep)]);
		await generation(wide);
		expect(directories()).toEqual([dataOf(wide)]);
		expect(await cagewright(["rollback", name], { state })).toMatchObject({ status: 0 });
		expect(directories()).toEqual([dataOf(deep)]);
		expect(await cagewright(["rollback", name, "--to", "2"], { state })).toMatchObject({ status: 0 });
		expect(directories()).toEqual([dataOf(wide)]);
	});

	test("stays with a warning if somebody edited it, and without if it is another cage's", async () => {
		const edited = `${read(installed)}# mine\n`;
		fs.writeFileSync(installed, edited);
		const { stderr } = await must(cagewright(["rollback", name, "--to", "1"], { state }));
		expect(stderr).toContain(`unit ${name} --logrotate`);
		expect(read(installed)).toBe(edited);
		fs.writeFileSync(installed, "# foreign\n");
		expect(await cagewright(["rollback", name, "--to", "2"], { state })).toMatchObject({
			status: 0,
			stderr: expect.not.stringContaining("logrotate"),
		});
		expect(read(installed)).toBe("# foreign\n");
	});
});
