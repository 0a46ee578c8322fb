import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cagewright, inProcess, temporaryState } from "./cagewright.ts";
import { preparedRedis } from "./prepared.ts";

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
	for (const [name] of replacements) writeFileSync(`${folder}/${name}`, "as it was");
	await preparedRedis(state);
	await inProcess(["build", "redis", "--include", folder, "--yes"], { state });
});

const present = () => readlinkSync(`${state}/cages/redis/current`);
const build = () => cagewright(["build", "redis", "--quiet"], { state });

test("a file with terabytes of holes is one line and is not read, and nothing changes", async () => {
	rmSync(file);
	writeFileSync(file, "");
	truncateSync(file, 2 * 1024 ** 4);
	const before = present();
	for (const args of [
		["build", "redis"],
		["update", "redis", "--configuration", "keep"],
	]) {
		const { status, stderr } = await cagewright([...args, "--quiet"], { state });
		expect({ args, status, stderr }).toEqual({
			args,
			status: 4,
			stderr: expect.stringMatching(/^cagewright: [^\n]*was not copied: it is a sparse file[^\n]*--exclude[^\n]*\n$/),
		});
	}
	expect(present()).toBe(before);
	expect((await cagewright(["check", "redis"], { state })).stdout).toContain(file);
});

const replacements: readonly [name: string, replace: (file: string) => void][] = [
	["fifo", (one) => execFileSync("mkfifo", [one])],
	["secret", (one) => symlinkSync("/etc/shadow", one)],
	["directory", (one) => mkdirSync(one)],
	["endless", (one) => execFileSync("mknod", [one, "c", "1", "5"])],
	["nothing", () => {}],
];

test("a FIFO, a link to a secret, a directory, a device without end or nothing in place of a file does not block the build and stays out of the cage", async () => {
	rmSync(file);
	writeFileSync(file, "as it was");
	for (const [name, replace] of replacements) {
		rmSync(`${folder}/${name}`);
		replace(`${folder}/${name}`);
	}
	expect((await build()).status).toBe(0);
	const found = execFileSync("find", [`${state}/cages/redis/${present()}${folder}`, "-printf", "%P %y\n"], { encoding: "utf8" });
	const kinds = found
		.trim()
		.split("\n")
		.filter((line) => !/^(secret|directory) [ld]$/.test(line));
	expect(kinds.sort()).toEqual(["d", "file f", "other f"].map((one) => expect.stringMatching(new RegExp(`^ ?${one}$`))));
});

test("a file whose reading fails is one line, and nothing changes", async () => {
	rmSync(file, { recursive: true, force: true });
	writeFileSync(file, "");
	const before = present();
	// No process has memory at address 0, so a read fails with EIO.
	const enter = ["unshare", "--mount", "sh", "-c", `mount --bind /proc/$$/mem ${file} && exec "$@"`, "sh"];
	expect(await cagewright(["build", "redis", "--quiet"], { state, enter })).toMatchObject({
		status: 1,
		stderr: /^cagewright: The disk reports an error \(EIO\) at [^\n]*hostile[^\n]*\n$/,
	});
	expect(present()).toBe(before);
});
