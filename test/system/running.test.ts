import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseMaps } from "../../src/base/host/proc.ts";
import { refusal, runningTree } from "../../src/trace/host/attach.ts";
import { temporaryFolder } from "./cagewright.ts";
import { scoped } from "./scoped.ts";

test("file names of a process are decoded even if they look like the kernel's additions", async () => {
	const folder = temporaryFolder("running");
	const name = (file: string) => join(folder, file);
	for (const file of ["real (deleted)", "new\nline", "four\\012characters", "gone", "replaced"])
		writeFileSync(name(file), "x".repeat(4096));
	copyFileSync("/usr/bin/python3", name("python"));
	const script = `
import mmap, socket, sys
kept = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) for protocol in (0, 15)]
for one in kept: one.bind((0, 0))
for name in sys.argv[1:]:
    file = open(name, "r+b")
    kept.append((file, mmap.mmap(file.fileno(), 0)))
print("ready", flush=True)
sys.stdin.read()
`;
	const files = ["real (deleted)", "new\nline", "four\\012characters", "gone", "replaced"].map(name);
	await using child = scoped(
		spawn(name("python"), ["-c", script, ...files], { stdio: ["pipe", "pipe", "inherit"], cwd: folder }),
	);
	await once(child.stdout, "data");
	unlinkSync(name("gone"));
	writeFileSync(name("newer"), "y");
	renameSync(name("newer"), name("replaced"));
	copyFileSync("/usr/bin/python3", name("newer"));
	renameSync(name("newer"), name("python"));
	const [process] = runningTree(child.pid ?? 0);
	const mapped = process?.mapped.filter((path) => path.startsWith(folder)).sort();
	// A replaced file counts as mapped, because a new start would map its successor.
	expect(mapped).toEqual(["four\\012characters", "new\nline", "python", "real (deleted)", "replaced"].map(name));
	const open = new Set(process?.descriptors.map(({ path }) => path).filter((path) => path.startsWith(folder)));
	expect([...open].sort()).toEqual(["four\\012characters", "new\nline", "real (deleted)"].map(name));
	// Only one of the two sockets reads addresses and routes.
	expect(process?.sockets).toEqual([{ family: "AF_NETLINK" }]);
	expect(process?.program).toBe(name("python"));
	expect(process?.cwd).toBe(folder);
});

test("mappings without a file are ignored", () => {
	const maps = `55e0-55e1 r--p 00000000 fe:01 12 /usr/bin/app
7f00-7f01 rw-s 00000000 00:01 1026 /memfd:cache (deleted)
7f02-7f03 rw-p 00000000 00:00 0 [heap]
7f04-7f05 rw-p 00000000 00:00 0
55e1-55e2 r-xp 00001000 fe:01 12 /usr/bin/app
`;
	expect(parseMaps(maps)).toEqual([
		{ name: "/usr/bin/app", inode: 12 },
		{ name: "/memfd:cache (deleted)", inode: 1026 },
	]);
});

test("a refused attach is reported with its cause and fix", () => {
	const said = "strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted\n";
	expect(refusal(7, said, 3, true)).toMatchObject({ code: "attach-forbidden", exit: 3 });
	expect(refusal(7, said, 1, false)).toMatchObject({ code: "attach-needs-root", values: { scope: 1 }, exit: 3 });
	expect(refusal(7, said, undefined, true)).toMatchObject({ code: "attach-refused", exit: 3 });
	expect(refusal(7, said.replace("Operation not permitted", "No such process"), 1, true)).toMatchObject({
		code: "process-unknown",
		exit: 2,
	});
});
