import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { some } from "../long.ts";
import { program, temporaryFolder } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { type GreeterFiles, greeterFiles } from "./greeter.ts";

/**
 * A disk that answers nothing, as one that was pulled out. Its image is on another disk, which an ioctl shuts down, so that the
 * kernel reports EIO. In `failing-disk.test.ts`, single calls fail.
 */
const folder = temporaryFolder("broken");
const [below, disk] = [`${folder}/below`, `${folder}/disk`];
const state = `${disk}/state`;
const home = mkdtempSync("/opt/cagewright-broken-");
let files: GreeterFiles;

// In a mount namespace of their own, because a copy in another one would keep the disks busy.
const holder = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", "echo; read -r _"], {
	stdio: ["pipe", "pipe", "inherit"],
});
function run(command: string, ...words: string[]) {
	return spawnSync("nsenter", [`--mount=/proc/${holder.pid}/ns/mnt`, command, ...words], { encoding: "utf8" });
}
function shell(script: string): string {
	const { status, stdout, stderr } = run("sh", "-euc", script);
	expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
	return stdout;
}
const cagewright = (...args: readonly string[]) =>
	run(process.execPath, program, "--lang", "en", "--state", state, "--quiet", ...args);

const detach = () => shell(`umount ${disk} ${below}`);
/** Repairs the file system, too: status 1 means that e2fsck did. */
const attach = () =>
	shell(`mount -o loop ${folder}/image ${below}
		e2fsck -fy ${below}/image || [ $? = 1 ]
		mount -o loop ${below}/image ${disk}`);
/** EXT4_IOC_SHUTDOWN, without writing the journal. */
const breakDisk = () => shell(`python3 -c 'import fcntl, os; fcntl.ioctl(os.open("${below}", 0), 0x8004587d, b"\\2\\0\\0\\0")'`);
/** Names and links, without the files of generations. */
const names = () => shell(`cd ${state}; find . -path '*/generations/*/*' -prune -o -printf '%p %l\\n' | sort`);

beforeAll(async () => {
	await once(holder.stdout, "data");
	const create = (image: string) => `truncate -s 256M ${image}; mkfs.ext4 -q -F ${image}`;
	shell(`mkdir ${below} ${disk}; ${create(`${folder}/image`)}; mount -o loop ${folder}/image ${below}
		${create(`${below}/image`)}; mount -o loop ${below}/image ${disk}; mkdir -m 700 ${state}`);
	execFileSync("chmod", ["755", home]);
	files = greeterFiles(home, ["one"]);
	const probe = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/4000; echo probe >&3; read -t 30 -r answer <&3; test -n "$answer"'`;
	const made = cagewright("make", "--name", "greeter", "--yes", "--no-selftest", "--probe", probe, "--", files.program, "4000");
	expect(made).toMatchObject({ status: 0 });
	writeFileSync(files.configuration, "changed\n");
	expect(cagewright("build", "greeter")).toMatchObject({ status: 0 });
});
afterAll(async () => {
	detach();
	holder.stdin.end();
	await once(holder, "exit");
	rmSync(home, { recursive: true });
});

const reading: readonly string[][] = [["update", "--dry-run"], ["show"], ["explain", "/etc/passwd"]];
test.each(some(1, reading))("on a broken disk, %s blames the disk and no file", (verb, ...words) => {
	detach();
	attach();
	expect(cagewright("list").stdout).toMatch(/^greeter +2 /m);
	breakDisk();
	const { status, stderr } = cagewright(verb, "greeter", ...words);
	expect({ status, stderr }).toEqual({ status: 1, stderr: /^cagewright: The disk reports an error \(EIO\)[^\n]+\n$/ });
});

const clear = expect.stringMatching(
	/^[^\n]*(The disk reports an error \(EIO\) at [^\n]+\.|\/[^\n]+ is on a read-only file system\. [^\n]+)\n$/,
);

const writing: readonly [string, readonly string[]][] = [
	["removal", ["remove", "greeter", "--yes"]],
	["update", ["update", "greeter", "--yes", "--no-selftest"]],
	["rollback", ["rollback", "greeter"]],
	["build", ["build", "greeter", "--include", "/etc/hostname"]],
];
test.each(some(1, writing))("on a broken disk, %s ends with one line, and the cage stays as it was", (_, args) => {
	writeFileSync(files.configuration, `changed before ${args[0]}\n`);
	let before = "";
	for (const isCached of [false, true]) {
		detach();
		attach();
		before ||= names();
		if (isCached) cagewright("check", "greeter", "--deep");
		breakDisk();
		const { status, stderr } = cagewright(...args);
		expect({ isCached, status, stderr }).toEqual({ isCached, status: expect.toBeOneOf([1, 3]), stderr: clear });
		detach();
		attach();
		expect(cagewright("list").stdout).toMatch(/^greeter +2 /m);
		expect(names()).toBe(before);
		const { cages } = describedJson(cagewright("check", "greeter", "--deep", "--json").stdout);
		expect(cages).toMatchObject([{ name: "greeter" }]);
	}
});
