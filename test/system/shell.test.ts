import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { begin, cagewright, type Made, make, program, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";
import { processesIn } from "./processes.ts";

const state = temporaryState();
let daemon: Daemon;
let made: Made;
let port: number;

beforeAll(async () => {
	({ daemon, made, port } = await preparedRedis(state));
});

const shell = (input: string, options: readonly string[] = []) => cagewright(["shell", "redis", ...options], { state, input });

test("a shell runs commands from a pipe, with their output and status", async () => {
	const { status, stderr, stdout } = await shell("ls /; id -un; exit 5\n");
	expect({ status, stderr }).toEqual({ status: 5, stderr: "" });
	expect(stdout.split("\n")).toEqual(expect.arrayContaining(["etc", "usr", "redis"]));
	expect(stdout).not.toContain("root\n");
	expect(processesIn(made.root)).toEqual([]);
});

test("a shell runs a command with every argument unchanged", async () => {
	const { status, stdout } = await cagewright(["shell", "redis", "--", "cat", "/no such $HOME", `${daemon.folder}/redis.conf`], {
		state,
	});
	expect(status).toBe(1);
	expect(stdout).toContain(`port ${port}`);
	expect(await cagewright(["shell", "redis", "--", "no-such-program"], { state })).toMatchObject({ status: 127 });
});

test("the cage itself contains no shell", async () => {
	await shell("ls /.launch/busybox\n");
	expect(readdirSync(`${made.root}/.launch`)).toEqual([]);
	expect((await cagewright(["run", "redis", "--", "/bin/sh"], { state })).status).toBe(125);
});

test("a shell's writes to the data are discarded, or kept on request", async () => {
	writeFileSync(`${made.data}${daemon.folder}/data/note`, "of the host");
	const line = `cat ${daemon.folder}/data/note; echo mine >${daemon.folder}/data/mine && ls ${daemon.folder}/data\n`;
	expect(await shell(line)).toMatchObject({ status: 0, stdout: expect.stringMatching(/of the host.*mine/s) });
	expect(existsSync(`${made.data}${daemon.folder}/data/mine`)).toBe(false);
	expect((await shell(line, ["--keep-writes"])).status).toBe(0);
	expect(existsSync(`${made.data}${daemon.folder}/data/mine`)).toBe(true);
});

test("a shell cannot change the cage", async () => {
	const { stdout } = await shell("touch /x 2>&1; mount -t tmpfs x /tmp 2>&1\n");
	expect(stdout).toMatch(/x: Read-only file system/);
	expect(stdout).toMatch(/mount: .*(denied|not permitted|must be superuser|are you root)/i);
});

test.runIf(isLong)("a shell can run besides the application", async () => {
	const run = startRun("redis", { state });
	await eventually(() => askRedis(port, ["PING"]));
	const { stdout } = await shell(`printf 'PING\\r\\nQUIT\\r\\n' | nc 127.0.0.1 ${port}\n`);
	expect(stdout).toContain("+PONG");
	expect((await run.stop()).status).toBe(0);
});

test("a directory as stdin gives a shell no access to the host", () => {
	const line = `exec ${process.execPath} ${program} --state ${state} shell redis -- ls -d /proc/self/fd/0/etc /dev/fd/0/etc </`;
	expect(spawnSync("sh", ["-c", line], { encoding: "utf8" }).status).not.toBe(0);
});

test("background processes end with the shell", async () => {
	expect((await shell("sleep 1000 & sleep 2000 & exit 0\n")).status).toBe(0);
	expect(processesIn(made.root)).toEqual([]);
});

test.each(some(1, [["TERM", 143] as const, ["INT", 130] as const, ["HUP", 129] as const]))(
	"a %s ends the shell",
	async (signal, status) => {
		const running = begin(["shell", "redis", "--", "sleep", "1000"], { state });
		await eventually(() => expect(processesIn(made.root).length).toBeGreaterThan(1));
		expect((await running.stop(`SIG${signal}`)).status).toBe(status);
		expect(processesIn(made.root)).toEqual([]);
	},
);

describe("a host without a static busybox", () => {
	const enter = ["unshare", "--mount", "sh", "-c", 'mount -n --bind /dev/null /usr/bin/busybox && exec "$@"', "sh"];

	test.runIf(isLong)("provides bash and its tools with their own loader", async () => {
		const pages = temporaryFolder("static");
		writeFileSync(`${pages}/index.html`, "a page\n");
		const place = await freePort();
		const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${place}/ | grep -q 'a page'`;
		const command = ["/usr/bin/busybox", "httpd", "-f", "-p", `127.0.0.1:${place}`, "-h", pages];
		const { root } = await make(["--name", "static", "--user", "www-data", "--probe", probe, "--", ...command], { state });
		expect(existsSync(`${root}/lib64`)).toBe(false);
		const input = `ls ${pages}; id -u; cat ${pages}/index.html | wc -l; exit 4\n`;
		const { status, stderr, stdout } = await cagewright(["shell", "static"], { state, input, enter });
		expect({ status, stderr, stdout }).toEqual({ status: 4, stderr: "", stdout: "index.html\n33\n1\n" });
		expect((await cagewright(["shell", "static", "--", "cat", `${pages}/index.html`], { state, enter })).stdout).toBe("a page\n");
	});
});
