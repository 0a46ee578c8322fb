import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	closeSync,
	constants,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { begin, cagewright, program } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ours, outputFolder } from "./output-folder.ts";
import { openFiles, read } from "./processes.ts";
import { mounted, scoped } from "./scoped.ts";

/** Files and FIFOs that outputs create, replace or fill. */

const { at, folder, metrics, record, state } = outputFolder("output-files");

describe("an output of ours", () => {
	test("is replaced again and again, keeps owner and mode, and leaves other hard links alone", async () => {
		expect((await metrics(at("m.prom"))).status).toBe(0);
		expect(lstatSync(at("m.prom"))).toMatchObject({ uid: 0, gid: 0, mode: constants.S_IFREG | 0o644 });
		chownSync(at("m.prom"), 33, 34);
		chmodSync(at("m.prom"), 0o4751);
		linkSync(at("m.prom"), at("backup"));
		const before = readFileSync(at("backup"), "utf8");
		for (const _ of [1, 2]) expect((await metrics(at("m.prom"))).status).toBe(0);
		expect(lstatSync(at("m.prom"))).toMatchObject({ uid: 33, gid: 34, mode: constants.S_IFREG | 0o4751, nlink: 1 });
		expect(readFileSync(at("m.prom"), "utf8")).not.toBe(before);
		expect(readFileSync(at("backup"), "utf8")).toBe(before);
		expect(readdirSync(folder).sort()).toEqual(["backup", "m.prom"]);
	});

	test("keeps its access control list and extended attributes, and gets a new time", async () => {
		// acl(5) in the form of the kernel: one more user (33) may read.
		const acl = ["02000000", "01000600ffffffff", "0200040021000000", "04000400ffffffff", "10000600ffffffff", "20000000ffffffff"];
		const set = `import os, sys; os.setxattr(sys.argv[1], "user.origin", b"x"); os.setxattr(sys.argv[1], "system.posix_acl_access", bytes.fromhex(sys.argv[2]))`;
		const get = `import os, sys; print([os.getxattr(sys.argv[1], name).hex() for name in ("user.origin", "system.posix_acl_access")])`;
		writeFileSync(at("m.prom"), ours);
		execFileSync("python3", ["-c", set, at("m.prom"), acl.join("")]);
		execFileSync("touch", ["-d", "2001-01-01", at("m.prom")]);
		const read = () => execFileSync("python3", ["-c", get, at("m.prom")], { encoding: "utf8" });
		const before = read();
		expect((await metrics(at("m.prom"))).status).toBe(0);
		expect(read()).toBe(before);
		expect(statSync(at("m.prom")).mtime.getFullYear()).toBeGreaterThan(2001);
	});

	test.runIf(isLong)("is replaced in every format of the record, but metrics do not replace a record", async () => {
		for (const format of ["md", "html", "json", "cyclonedx", "md"])
			expect((await record(at("r"), "--format", format, "--lang", "de")).status).toBe(0);
		expect((await metrics(at("r"))).status).toBe(4);
		expect((await record(at("r"), "--checksum")).status).toBe(0);
		expect((await record(at("r"), "--checksum")).status).toBe(0);
		execFileSync("sha256sum", ["--check", "--status", "r.sha256"], { cwd: folder });
		writeFileSync(at("r.sha256"), "mine");
		const before = readFileSync(at("r"), "utf8");
		expect(await record(at("r"), "--checksum")).toMatchObject({ status: 4, stderr: /r\.sha256 was not written by/ });
		expect(readFileSync(at("r"), "utf8")).toBe(before);
		expect((await record(at("r"), "--checksum", "--force")).status).toBe(0);
		execFileSync("sha256sum", ["--check", "--status", "r.sha256"], { cwd: folder });
	});

	test("a foreign file is replaced with --force, and keeps owner and mode", async () => {
		for (const run of [metrics, record]) {
			writeFileSync(at("foreign"), "x".repeat(1 << 20));
			chmodSync(at("foreign"), 0o620);
			chownSync(at("foreign"), 33, 33);
			expect((await run(at("foreign"), "--force")).status).toBe(0);
			expect(lstatSync(at("foreign"))).toMatchObject({ uid: 33, gid: 33, mode: constants.S_IFREG | 0o620 });
			rmSync(at("foreign"));
		}
	});

	test("a foreign file in the folder of all records is refused before anything is written", async () => {
		const all = (...options: readonly string[]) => cagewright(["record", "--all", "-o", at("all"), ...options], { state });
		mkdirSync(at("all"), { mode: 0o700 });
		for (const [name, make] of [
			["_index.md", (place: string) => writeFileSync(place, "mine")],
			["demo.md", (place: string) => symlinkSync("/dev/null", place)],
			["demo.md.sha256", (place: string) => mkdirSync(place)],
		] as const) {
			make(at(`all/${name}`));
			expect((await all("--checksum")).status).toBeGreaterThan(1);
			expect(readdirSync(at("all"))).toEqual([name]);
			rmSync(at(`all/${name}`), { recursive: true });
		}
		for (const _ of [1, 2]) expect((await all("--checksum")).status).toBe(0);
		writeFileSync(at("all/demo.md"), "mine");
		expect((await all()).status).toBe(4);
		expect((await all("--force")).status).toBe(0);
	});
});

describe("an unusable place", () => {
	test.each([
		["", 2, /Option --output FILE needs a value/],
		[".", 2, /is a directory/],
		["..", 2, /is a directory/],
		["new/", 2, /is a directory/],
		["missing/new", 2, /'\S*missing' does not exist/],
		["file/new", 2, /'\S*file' does not exist/],
	])("%j is refused with one line", async (name, status, says) => {
		writeFileSync(at("file"), "");
		for (const words of [["metrics"], ["record", "demo"], ["export", "demo"], ["template", "new", "shop"]]) {
			const result = await cagewright([...words, "-o", name === "" ? "" : `${folder}/${name}`], { state });
			expect({ words, ...result }).toMatchObject({ status, stdout: "" });
			expect(result.stderr).toMatch(says);
			expect(result.stderr.trim().split("\n")).toHaveLength(1);
		}
		expect(readdirSync(folder)).toEqual(["file"]);
	});

	test("a name with a line break is written and shown in one line", async () => {
		const result = await record(at("a\nb"));
		expect(result).toMatchObject({ status: 0, stderr: `Wrote the record of demo to ${folder}/a\\nb.\n` });
		expect(readdirSync(folder)).toEqual(["a\nb"]);
		expect(await cagewright(["export", "demo", "-o", at("a\nb")], { state })).toMatchObject({
			status: 2,
			stderr: /a\\nb already/,
		});
	});

	test("Cagewright's own files are refused even with --force, and an administrator's beside them are not", async () => {
		const own = ["cages/demo/cage.json", "cages/demo/log", "cages/demo/new", "cages/new", "settings.json", "templates", ".new"];
		symlinkSync(state, at("link"));
		const before = readFileSync(`${state}/cages/demo/cage.json`, "utf8");
		for (const place of [
			...own.map((name) => join(state, name)),
			at("link/cages/demo/log"),
			`${folder}/../here/link/scratch/x`,
		]) {
			for (const run of [metrics, record])
				expect(await run(place, "--force")).toMatchObject({ status: 4, stderr: /its own files there/ });
			for (const words of [
				["export", "demo"],
				["export", "demo", "--format", "oci"],
				["template", "new", "shop"],
			])
				expect((await cagewright([...words, "-o", place], { state })).status).toBe(4);
		}
		for (const place of [`${state}/cages`, `${state}/cages/demo/records`])
			expect(await cagewright(["record", "--all", "-o", place], { state })).toMatchObject({ status: 4, stderr: /own files/ });
		expect(readFileSync(`${state}/cages/demo/cage.json`, "utf8")).toBe(before);
		expect((await record(`${state}/record.md`)).status).toBe(0);
		rmSync(`${state}/record.md`);
	});

	test.runIf(isLong)("an archive on a full stdout names stdout", () => {
		const words = [process.execPath, program, "--state", state, "export", "demo"];
		const { status, stderr } = spawnSync("sh", ["-c", 'exec "$@" >/dev/full', "sh", ...words], { encoding: "utf8" });
		expect({ status, stderr }).toEqual({
			status: 1,
			stderr: "cagewright: No space left on the device for stdout. Free some space and try again.\n",
		});
	});

	test("a full and a read-only disk leave the old file, and nothing else", async () => {
		mkdirSync(at("disk"));
		using _disk = mounted(at("disk"), "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs");
		writeFileSync(at("disk/m.prom"), ours);
		writeFileSync(at("disk/fill"), "x".repeat(56 << 10));
		const expectUnchanged = async (says: RegExp) => {
			for (const words of [["metrics"], ["record", "demo", "--force"]])
				expect(await cagewright([...words, "-o", at("disk/m.prom")], { state })).toMatchObject({ stdout: "", stderr: says });
			for (const words of [
				["record", "demo"],
				["export", "demo"],
				["export", "demo", "--format", "oci"],
			])
				expect(await cagewright([...words, "-o", at("disk/new.tar")], { state })).toMatchObject({ stdout: "", stderr: says });
			expect(readFileSync(at("disk/m.prom"), "utf8")).toBe(ours);
			expect(readdirSync(at("disk")).sort()).toEqual(["fill", "m.prom"]);
		};
		writeFileSync(at("disk/fill"), "x".repeat(60 << 10));
		await expectUnchanged(/^cagewright: No space left[^\n]*\n$/);
		execFileSync("mount", ["-o", "remount,ro", at("disk")]);
		await expectUnchanged(/^cagewright: \S+ is on a read-only file system\.[^\n]*\n$/);
	});

	test.each(
		some(1, [
			["hard links", "link,linkat:error=EPERM"],
			["modes", "fchmod,fchmodat:error=EPERM"],
		]),
	)("a file system without %s gets new files, and none replaces what is there", async (_, inject) => {
		const enter = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=none", "-e", `inject=${inject}`];
		for (const words of [
			["record", "demo"],
			["template", "new", "shop"],
			["export", "demo", "--format", "quadlet"],
		]) {
			const run = () => cagewright([...words, "-o", at(words[0] ?? "")], { state, enter });
			expect(await run()).toMatchObject({ status: 0 });
			expect((await run()).status).toBe(words[0] === "record" ? 0 : 2);
		}
		expect(readdirSync(folder).sort()).toEqual(["export", "record", "template"]);
	});

	test.each(["i", "a"])("a file or directory with chattr +%s is named as such", async (flag) => {
		writeFileSync(at("m.prom"), ours);
		for (const place of ["m.prom", "."]) {
			execFileSync("chattr", [`+${flag}`, at(place)]);
			try {
				expect(await metrics(at("m.prom"))).toMatchObject({ status: 3, stderr: /cannot be changed, even by root/ });
			} finally {
				execFileSync("chattr", [`-${flag}`, at(place)]);
			}
			expect(readdirSync(folder)).toEqual(["m.prom"]);
			expect(readFileSync(at("m.prom"), "utf8")).toBe(ours);
		}
	});
});

describe("a FIFO", () => {
	const fifo = () => execFileSync("mkfifo", [at("fifo")]);

	test.runIf(isLong)("gets the whole output for a slow reader, and stays a FIFO", async () => {
		fifo();
		const { ino } = lstatSync(at("fifo"));
		const script = `exec <"$0"; sleep 0.2; cat >"$0.got"`;
		await using reader = scoped(spawn("bash", ["-c", script, at("fifo")]));
		await using run = begin(["record", "demo", "--format", "json", "-o", at("fifo")], { state });
		const ended = once(reader, "close");
		expect(await run.ended).toMatchObject({ status: 0 });
		await ended;
		expect(JSON.parse(readFileSync(at("fifo.got"), "utf8"))).toMatchObject({ schema: "cagewright/record/1" });
		expect(lstatSync(at("fifo")).ino).toBe(ino);
	});

	test("that nobody empties ends with a signal, and one whose reader ends fails with one line", async () => {
		fifo();
		const reader = openSync(at("fifo"), constants.O_RDONLY | constants.O_NONBLOCK);
		const filler = openSync(at("fifo"), constants.O_WRONLY | constants.O_NONBLOCK);
		try {
			for (;;) writeFileSync(filler, Buffer.alloc(4096));
		} catch {}
		closeSync(filler);
		await using run = begin(["metrics", "-o", at("fifo")], { state });
		await eventually(() => expect(isWrittenBy(at("fifo"), run.pid)).toBe(true));
		run.send("SIGINT");
		expect(await run.ended).toMatchObject({ status: 130, stderr: "cagewright: Interrupted.\n" });
		await using second = begin(["metrics", "-o", at("fifo")], { state });
		await eventually(() => expect(isWrittenBy(at("fifo"), second.pid)).toBe(true));
		readSync(reader, Buffer.alloc(1));
		closeSync(reader);
		expect(await second.ended).toMatchObject({ status: 1, stderr: /^cagewright: The reader of \S+ stopped[^\n]*\n$/ });
	});
});

/** Whether the process has the file open for writing. Before that, it only looks at it. */
function isWrittenBy(file: string, pid: number): boolean {
	const opened = openFiles(pid).filter(({ target }) => target === file);
	const flags = opened.map(({ descriptor }) => /^flags:\s*(\d+)$/m.exec(read(pid, `fdinfo/${descriptor}`))?.[1] ?? "0");
	return flags.some((octal) => (Number.parseInt(octal, 8) & constants.O_WRONLY) !== 0);
}
