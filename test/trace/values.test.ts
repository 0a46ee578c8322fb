import { expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { straceArguments, tracedCalls } from "../../src/trace/calls.ts";
import { traceFromJson, traceToJson } from "../../src/trace/json.ts";
import { addRun, addTraces, emptyTrace, isEmptyDifference, newInRun, type Operation, operations } from "../../src/trace/trace.ts";
import { begin, fold } from "./folding.ts";

const one = `${begin}10  openat(AT_FDCWD</>, "/a\\377", O_RDONLY) = 3</b>
10  stat("/missing", 0x7f) = -1 ENOENT (No such file or directory)
10  setgroups(0, NULL) = -1 EPERM (Operation not permitted)
10  chown("/owned", 33, 33) = 0
10  connect(4<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"abs"}, 6) = 0
10  +++ exited with 0 +++`;
const two = `${begin}10  stat("/missing", {st_mode=0}) = 0
10  openat(AT_FDCWD</>, "/a\\377", O_RDWR) = -1 EROFS (Read-only file system)
10  setgroups(0, NULL) = -1 EPERM (Operation not permitted)
10  io_uring_setup(4, {flags=0}) = 5<anon_inode:[io_uring]>
10  chroot("/jail") = 0`;

test("a trace survives JSON", () => {
	for (const text of [one, two]) {
		const { trace } = fold(text);
		expect(traceFromJson(JSON.parse(JSON.stringify(traceToJson(trace))))).toEqual(trace);
	}
	expect(traceFromJson(JSON.parse(JSON.stringify(traceToJson(emptyTrace()))))).toEqual(emptyTrace());
});

test("traces are added without changing them", () => {
	const [a, b] = [fold(one).trace, fold(two).trace];
	const before = JSON.stringify([traceToJson(a), traceToJson(b)]);
	const sum = addTraces(a, b);
	const missing = sum.accesses.get("/missing" as Path);
	expect([missing?.succeeded, missing?.failed]).toEqual([new Set(["look"]), new Map([["ENOENT", new Set(["look"])]])]);
	expect(sum.accesses.get("/a\xff" as Path)?.real).toBe("/b");
	expect(sum.accesses.get("/owned" as Path)?.owner).toEqual({ uid: 33, gid: 33 });
	expect(sum.refusals.get("setgroups")?.count).toBe(2);
	expect([...sum.capabilities.keys()].sort()).toEqual(["chown", "sys_chroot"]);
	expect([...sum.gaps]).toEqual(["io-uring"]);
	expect([sum.calls, sum.processes]).toEqual([a.calls + b.calls, 2]);
	if (missing) missing.succeeded = new Set(["write"]);
	expect(JSON.stringify([traceToJson(a), traceToJson(b)])).toBe(before);
	expect(addTraces(emptyTrace(), a)).toEqual(a);
	expect(addTraces(a, emptyTrace())).toEqual(a);
});

test("the live counts are those of the finished trace", () => {
	for (const text of [one, two]) {
		const folded = fold(text);
		const all = [...folded.trace.accesses.values()];
		const count = (operation: Operation) => all.filter(({ succeeded }) => succeeded.has(operation)).length;
		expect(folded.counts()).toEqual({
			...Object.fromEntries(operations.map((operation) => [operation, count(operation)])),
			paths: all.length,
			missing: all.filter(({ failed, succeeded }) => succeeded.size === 0 && failed.has("ENOENT")).length,
		});
	}
	expect(fold(one).counts()).toMatchObject({ paths: 4, read: 1, execute: 1, missing: 1, write: 1 });
	const late = fold(`${begin}10  stat("/x", 0x7f) = -1 ENOENT (No such file or directory)\n10  mkdir("/x", 0755) = 0`);
	expect(late.counts()).toMatchObject({ missing: 0, create: 1 });
	expect(late.newest()).toEqual(["/bin/app", "/x"]);
});

test("strace is told to show exits, deaths and descriptor paths", () => {
	const plain = straceArguments("whole");
	expect(straceArguments("only")).toEqual(["-f", "--seccomp-bpf", ...plain.slice(1)]);
	const withoutOptions = tracedCalls.replace(",?setsockopt", "");
	expect(straceArguments("fast")).toEqual([...straceArguments("only").slice(0, -1), `trace=${withoutOptions}`]);
	// The calls whose arguments are read, and the others as numbers.
	expect(straceArguments("every")).toEqual([...plain.slice(0, -1), "trace=all", "-e", `raw=!${tracedCalls}`]);
	expect(plain).toContain("-y");
	expect(plain).not.toContain("-qq");
	expect(plain.some((option) => /^signal=!.*\bCHLD\b/.test(option))).toBe(true);
});

const trace = (...lines: string[]) => fold(begin + lines.map((line) => `10  ${line}`).join("\n")).trace;
const first = trace('stat("/a", {st_mode=0}) = 0', 'openat(AT_FDCWD</>, "/b", O_RDONLY) = -1 ENOENT (No such file or directory)');
const second = trace(
	'stat("/a", {st_mode=0}) = 0',
	'openat(AT_FDCWD</>, "/b", O_RDONLY) = 3</b>',
	'openat(AT_FDCWD</>, "/c", O_RDONLY) = -1 ENOENT (No such file or directory)',
	'execve("/bin/date", ["date"], 0x7 /* 1 var */) = 0',
	"setuid(33) = 0",
);

test("a run is compared with the runs before", () => {
	const added = newInRun(first, second);
	// A path that neither run found is no news; one that only the later run found is.
	expect(added).toMatchObject({ count: 2, paths: ["/b", "/bin/date"], programs: ["/bin/date"], uids: [33] });
	expect(added.capabilities).toEqual(["setuid"]);
	expect(isEmptyDifference(added)).toBe(false);
	expect(isEmptyDifference(newInRun(second, second))).toBe(true);
});

test("runs are added, and one traced from its start removes the gap of another", () => {
	const late = { ...trace(), gaps: new Set(["start-up", "io-uring"] as const) };
	expect([...addRun(first, late).gaps]).toEqual(["io-uring"]);
	expect([...addRun(late, late).gaps]).toEqual(["start-up", "io-uring"]);
	const sum = addRun(first, second);
	expect([...(sum.accesses.get("/b" as never)?.succeeded ?? [])]).toEqual(["read"]);
	expect(sum.calls).toBe(first.calls + second.calls);
});
