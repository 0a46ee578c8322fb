import { expect, test } from "vitest";
import { addRun, isEmptyDifference, newInRun } from "../../../src/core/trace/trace.ts";
import { begin, fold } from "./folding.ts";

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
