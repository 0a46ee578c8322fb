import { expect, test } from "vitest";
import { TraceFold } from "../../src/trace/fold.ts";
import { begin, fold, startAtFirstExecve } from "./folding.ts";

/** Each row as text: indentation, pid, program, further facts. */
function drawn(...lines: string[]): string[] {
	const folded = new TraceFold({ start: startAtFirstExecve() });
	folded.feed(Buffer.from(`${begin}${lines.join("\n")}\n`, "latin1"));
	return folded.tree().rows.map(({ depth, ended, program, shownPid, threads, uid }) => {
		const account = uid === undefined ? "" : ` uid ${uid}`;
		return `${"  ".repeat(depth)}${shownPid} ${program}${account}${threads ? ` +${threads}` : ""}${ended ? ` (${ended})` : ""}`;
	});
}

test("the tree shows children below their parents, with program and account", () => {
	const lines = [
		"10  clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 11",
		"10  fork() = 12",
		"11  setuid(33) = 0",
		'12  execve("/bin/sh", ["sh"], 0x7 /* 1 var */) = 0',
		"12  vfork() = 13",
		'13  execve("/bin/date", ["date"], 0x7 /* 1 var */) = 0',
	];
	expect(drawn(...lines)).toEqual(["10 /bin/app", "  11 /bin/app uid 33", "  12 /bin/sh", "    13 /bin/date"]);
});

test("threads are counted with their process, which is the parent of their children", () => {
	const thread = (caller: number, pid: number) =>
		`${caller}  clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD|CLONE_SETTLS, exit_signal=0}, 88) = ${pid}`;
	const lines = [thread(10, 11), thread(11, 12), "12  fork() = 13"];
	expect(drawn(...lines)).toEqual(["10 /bin/app +2", "  13 /bin/app"]);
	expect(drawn(...lines, "11  +++ exited with 0 +++")).toEqual(["10 /bin/app +1", "  13 /bin/app"]);
});

test("an ended process shows how it ended and stays the parent of running ones", () => {
	const lines = ["10  fork() = 11", "11  fork() = 12", "11  +++ exited with 0 +++", "12  +++ killed by SIGSEGV +++"];
	expect(drawn(...lines)).toEqual(["10 /bin/app", "  11 /bin/app (exit 0)", "    12 /bin/app (signal SIGSEGV)"]);
});

test("a child that appears before its parent's fork returns gets that parent", () => {
	const lines = [
		"10  fork() = 11",
		"10  fork( <unfinished ...>",
		"11  fork( <unfinished ...>",
		'12  access("/x", R_OK) = 0',
		"11  <... fork resumed>) = 12",
		"10  <... fork resumed>) = 13",
	];
	expect(drawn(...lines)).toEqual(["10 /bin/app", "  11 /bin/app", "    12 /bin/app", "  13 /bin/app"]);
});

test("the tree shows the numbers that the application's log contains", () => {
	const lines = ["10  fork() = 3 /* 11 in strace's PID NS */", "11  fork() = 4 /* 12 in strace's PID NS */"];
	expect(drawn(...lines)).toEqual(["10 /bin/app", "  3 /bin/app", "    4 /bin/app"]);
});

test("the tree stays small and counts all processes", () => {
	const lines = Array.from({ length: 5000 }, (_, index) => `10  fork() = ${100 + index}\n${100 + index}  +++ exited with 0 +++`);
	const { ended, living, rows } = fold(begin + lines.join("\n")).tree();
	expect([living, ended, rows[0]?.pid]).toEqual([1, 5000, 10]);
	expect(rows.length).toBeLessThan(20);
	const crowd = fold(begin + Array.from({ length: 500 }, (_, index) => `10  fork() = ${100 + index}`).join("\n")).tree();
	expect([crowd.living, crowd.rows.length]).toEqual([501, 60]);
});

test("the tree does not contain the launcher", () => {
	const folded = new TraceFold();
	folded.feed(Buffer.from('9  execve("/usr/bin/unshare", ["unshare"], 0x7 /* 1 var */) = 0\n9  fork() = 10\n', "latin1"));
	expect(folded.tree().rows).toEqual([]);
});
