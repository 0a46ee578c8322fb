import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { callShape, straceArguments, tracedCalls } from "../../src/trace/calls.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { startAtFirstExecve } from "../trace/folding.ts";
import { temporaryFolder } from "./cagewright.ts";

/** Calls of a class (`-e trace=`) that this machine's strace knows, for 64-bit and 32-bit programs. */
const folder = temporaryFolder("calls");

function knownToStrace(what: string): string[] {
	const file = join(folder, "calls");
	execFileSync("strace", ["-qq", "-o", file, "-e", `trace=${what}`, "python3", join(import.meta.dirname, "every-call.py")]);
	const names = [...readFileSync(file, "latin1").matchAll(/^([a-z][a-z0-9_]*)\(.*= -1 ENOSYS /gm)].map((match) => match[1] ?? "");
	return [...new Set(names)].filter((name) => !/^syscall_0x/.test(name)).sort();
}

test("names of any length are recorded completely with the tracer's options for strace", () => {
	const deep = join(folder, ...Array.from({ length: 15 }, (_, index) => String(index % 10).repeat(250)));
	const socket = join(folder, "s".repeat(105 - folder.length));
	const groups = Array.from({ length: 200 }, (_, index) => 1000 + index);
	const script = `
import os, socket, sys
deep, name = sys.argv[1:]
os.makedirs(os.path.dirname(deep))
open(deep, "w").close()
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(name)
try:
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendmsg([b"x" * 100] * 300, [], 0, name + "x")
except FileNotFoundError:
    pass
os.setgroups([${groups.join()}])
`;
	const file = join(folder, "trace");
	execFileSync("strace", [...straceArguments("fast"), "-o", file, "python3", "-c", script, deep, socket], { stdio: "pipe" });
	const folded = new TraceFold({ start: startAtFirstExecve() });
	folded.feed(readFileSync(file));
	folded.end();
	const { accesses, gaps, gids } = folded.trace;
	expect(accesses.get(deep as Path)?.succeeded).toContain("create");
	expect(accesses.get(socket as Path)?.succeeded).toContain("listen");
	expect(accesses.get(`${socket}x` as Path)?.failed.get("ENOENT")).toContain("connect");
	expect([...gids]).toEqual(groups);
	expect([...gaps]).toEqual([]);
});

describe("no call that names a path is missed", () => {
	test("every call that strace lists as taking a file name is traced, with its paths", () => {
		const names = knownToStrace("%file");
		// These names prove that the test read both tables to the end.
		expect(names).toEqual(expect.arrayContaining(["openat", "stat", "oldstat", "chown32", "fchmodat2", "truncate64"]));
		// getcwd only reports the working directory and touches no path.
		expect(names.filter((name) => name !== "getcwd" && !callShape(name)?.paths.length)).toEqual([]);
		expect(names.filter((name) => !tracedCalls.split(",").includes(`?${name}`))).toEqual([]);
	});

	test("calls that reach files by a descriptor or without a name are traced too", () => {
		const others =
			"fchdir,fchmod,fchown,fsetxattr,fremovexattr,getdents,getdents64,open_by_handle_at,io_uring_setup,setns,unshare";
		const names = knownToStrace(`%desc,%process,%network,${others}`);
		expect(others.split(",").filter((name) => !names.includes(name) || !tracedCalls.split(",").includes(`?${name}`))).toEqual([]);
	});
});
