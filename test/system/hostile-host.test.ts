import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cagewright, make, temporaryState } from "./cagewright.ts";
import { redis } from "./daemons.ts";
import { freePort } from "./network.ts";

/** Host files that changed their type after the cage was made, when an update reads them. */

const state = temporaryState();
// Not below /tmp, because every application has a separate /tmp.
const folder = mkdtempSync("/opt/cagewright-hostile-");
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = `${folder}/file`;

beforeAll(async () => {
	writeFileSync(file, "as it was");
	writeFileSync(`${folder}/other`, "stays");
	const { command, probe } = redis(await freePort());
	await make(["--name", "served", "--user", "redis", "--include", folder, "--probe", probe, "--", ...command], { state });
});

const present = () => readlinkSync(`${state}/cages/served/current`);
const build = () => cagewright(["build", "served", "--quiet"], { state });

test("a file with terabytes of holes is one line and is not read, and nothing changes", async () => {
	rmSync(file);
	writeFileSync(file, "");
	truncateSync(file, 2 * 1024 ** 4);
	const before = present();
	for (const args of [
		["build", "served"],
		["update", "served", "--configuration", "keep"],
	]) {
		const { status, stderr } = await cagewright([...args, "--quiet"], { state });
		expect({ args, status, stderr }).toEqual({
			args,
			status: 4,
			stderr: expect.stringMatching(/^cagewright: [^\n]*was not copied: it is a sparse file[^\n]*--exclude[^\n]*\n$/),
		});
	}
	expect(present()).toBe(before);
	expect((await cagewright(["check", "served"], { state })).stdout).toContain(file);
});

test.each<[string, () => void]>([
	["a FIFO", () => execFileSync("mkfifo", [file])],
	["a link to a secret", () => symlinkSync("/etc/shadow", file)],
	["a directory", () => mkdirSync(file)],
	["a device without end", () => execFileSync("mknod", [file, "c", "1", "5"])],
	["nothing", () => {}],
])("%s in place of a file does not block the build and stays out of the cage", async (_, change) => {
	rmSync(file, { recursive: true, force: true });
	change();
	expect((await build()).status).toBe(0);
	const kinds = execFileSync("find", [`${state}/cages/served/${present()}${folder}`, "-printf", "%P %y\n"], { encoding: "utf8" });
	expect(
		kinds
			.trim()
			.split("\n")
			.sort()
			.filter((line) => !/^file [ld]$/.test(line)),
	).toEqual(["d", "other f"].map((one) => expect.stringMatching(new RegExp(`^ ?${one}$`))));
});

test("a file that even root may not read is one line, and nothing changes", async () => {
	rmSync(file, { recursive: true, force: true });
	writeFileSync(file, "");
	const before = present();
	// No process has memory at address 0, so a read fails with EIO.
	const enter = ["unshare", "--mount", "sh", "-c", `mount --bind /proc/$$/mem ${file} && exec "$@"`, "sh"];
	const { status, stderr } = await cagewright(["build", "served", "--quiet"], { state, enter });
	expect({ status, stderr }).toEqual({
		status: 1,
		stderr: expect.stringMatching(/^cagewright: Cannot read [^\n]*hostile[^\n]*\n$/),
	});
	expect(present()).toBe(before);
});

test("a file that grows all the time is copied as it was at one moment", async () => {
	rmSync(file, { recursive: true, force: true });
	const writer = spawn("sh", ["-c", `while :; do head -c 50000 /dev/zero >>${file}; done`], { stdio: "ignore" });
	try {
		const { status, stderr } = await build();
		expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
	} finally {
		writer.kill("SIGKILL");
	}
});
