import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callShape, tracedCalls } from "../../src/core/trace/calls.ts";

/** The calls of a class (`-e trace=`) that the strace of this machine knows, of 64-bit and of 32-bit programs. */
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "cagewright-calls-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function knownToStrace(what: string): string[] {
	const file = join(folder, "calls");
	execFileSync("strace", ["-qq", "-o", file, "-e", `trace=${what}`, "python3", join(import.meta.dirname, "every-call.py")]);
	const names = [...readFileSync(file, "latin1").matchAll(/^([a-z][a-z0-9_]*)\(.*= -1 ENOSYS /gm)].map((match) => match[1] ?? "");
	return [...new Set(names)].filter((name) => !/^syscall_0x/.test(name)).sort();
}

describe("no call that names a path is missed", () => {
	test("whatever strace counts among the calls with a file name is traced, and its paths are read", () => {
		const names = knownToStrace("%file");
		// 64-bit and 32-bit tables were both gone through to their ends.
		expect(names).toEqual(expect.arrayContaining(["openat", "stat", "oldstat", "chown32", "fchmodat2", "truncate64"]));
		// getcwd tells where the process is and touches nothing.
		expect(names.filter((name) => name !== "getcwd" && !callShape(name)?.paths.length)).toEqual([]);
		expect(names.filter((name) => !tracedCalls.split(",").includes(`?${name}`))).toEqual([]);
	});

	test("and what reaches files by a descriptor or without a name, too", () => {
		const others =
			"fchdir,fchmod,fchown,fsetxattr,fremovexattr,getdents,getdents64,open_by_handle_at,io_uring_setup,setns,unshare";
		const names = knownToStrace(`%desc,%process,%network,${others}`);
		expect(others.split(",").filter((name) => !names.includes(name) || !tracedCalls.split(",").includes(`?${name}`))).toEqual([]);
	});
});
