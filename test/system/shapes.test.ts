import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { ask, freePort } from "./network.ts";

/** Cages on systems of other shapes, as far as this one can imitate them: another C library, other file systems, labelled files. */

const source = fileURLToPath(new URL("answer.c", import.meta.url));
const folder = temporaryFolder("shapes");
const mounts: string[] = [];
afterAll(() => mounts.forEach((path) => void execFileSync("umount", [path])));

function librariesIn(root: string): string[] {
	const names = execFileSync("find", [root, "-name", "*.so", "-o", "-name", "*.so.[0-9]*"], { encoding: "utf8" });
	return names
		.split("\n")
		.filter(Boolean)
		.map((path) => basename(path))
		.sort();
}

function compile(name: string, compiler: string, ...options: string[]): string {
	const program = `${folder}/server-${name}`;
	execFileSync(compiler, ["-Wall", ...options, "-o", program, source]);
	return program;
}

/** Makes a cage, starts it, and expects an answer from inside. */
async function expectCaged(name: string, program: string, state: string): Promise<Made> {
	const port = await freePort();
	const asks = `exec 3<>/dev/tcp/127.0.0.1/${port}; read -t 5 -r name <&3; test "$name" = uucp`;
	const probe = `bash -c '${asks}'`;
	// As a process of its own, because the program keeps files in the state folder open while it runs.
	const made = await make(["--name", name, "--user", "uucp", "--probe", probe, "--", program, String(port)], { state, cwd: "/" });
	expectWellMade(made, name, state);
	expect(made.accounts.users.toSorted()).toEqual(["uucp"]);
	const run = startRun(name, { state });
	await eventually(async () => expect((await ask(["sh", "-c", probe])).status).toBe(0));
	expectServedInside(made, port);
	expect((await run.stop()).status).toBe(143);
	return made;
}

test.runIf(isLong)("a static program with musl", async () => {
	const made = await expectCaged("static", compile("static", "musl-gcc", "-static"), temporaryState());
	expect(librariesIn(made.root)).toEqual([]);
});

test("a dynamic program with musl, whose library is also its loader", async () => {
	const made = await expectCaged("dynamic", compile("dynamic", "musl-gcc"), temporaryState());
	expect(librariesIn(made.root)).toEqual(["ld-musl-x86_64.so.1", "libc.so"]);
});

const known = readFileSync("/proc/filesystems", "latin1").split(/\s+/);
const types = ["xfs", "btrfs"].filter((type) => known.includes(type));
test.runIf(isLong).each(types)("a state folder on %s", async (type) => {
	const disk = `${folder}/${type}.img`;
	const place = `${folder}/${type}`;
	writeFileSync(disk, "");
	truncateSync(disk, 400_000_000);
	execFileSync(`mkfs.${type}`, ["-q", disk]);
	mkdirSync(place);
	execFileSync("mount", ["-o", "loop", disk, place]);
	mounts.push(place);
	await expectCaged(`on-${type}`, compile(type, "gcc"), `${place}/state`);
	expect((await cagewright(["check", `on-${type}`, "--deep"], { state: `${place}/state` })).status).toBe(0);
});

test.runIf(isLong)("a program with an SELinux label, which its copy does not need", async () => {
	const state = temporaryState();
	const program = compile("labelled", "gcc");
	const label = 'import os, sys; os.setxattr(sys.argv[1], "security.selinux", b"system_u:object_r:bin_t:s0\\0")';
	execFileSync("python3", ["-c", label, program]);
	await expectCaged("labelled", program, state);
	expect((await cagewright(["check", "labelled", "--deep"], { state })).status).toBe(0);
});
