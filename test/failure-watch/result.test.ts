import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import type { WatchResult } from "../../src/cage/cage.ts";
import { type Architecture, type SyscallName, syscallNumber } from "../../src/confine/seccomp/syscalls.ts";
import { watchedCalls } from "../../src/failure-watch/calls.ts";
import { addWatchResults, failureSize, missingInCage, parseFailure } from "../../src/failure-watch/result.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { noRules } from "../../src/service/application.ts";
import { directory, empty, tree } from "../plan/tree.ts";
import { begin, fold } from "../trace/folding.ts";

const architectures = ["x64", "arm64"] as const;

function record(
	path: string,
	call: SyscallName = "openat",
	result = -2,
	directory = -100,
	architecture: Architecture = "x64",
): Buffer {
	const bytes = Buffer.alloc(failureSize);
	bytes.writeUInt32LE(syscallNumber(call, architecture) ?? 0xffff_fff0);
	bytes.writeInt32LE(result, 4);
	bytes.writeInt32LE(directory, 8);
	bytes.write(path, 16, "latin1");
	return bytes;
}

const parse = (bytes: Buffer, architecture: Architecture = "x64") => parseFailure(bytes, architecture, "/srv/app" as Path);
const failure = (...words: Parameters<typeof record>) => parse(record(...words));

test("a record of the kernel program is parsed or ignored", () => {
	for (const architecture of architectures) {
		expect(parse(record("/etc/../etc/x\n\x1b[2J", "openat", -2, -100, architecture), architecture)).toEqual({
			path: "/etc/x\n\x1b[2J",
			call: "openat",
			error: "ENOENT",
			does: "read",
		});
	}
	expect(failure("data/x", "open", -13)).toEqual({ path: "/srv/app/data/x", call: "open", error: "EACCES", does: "read" });
	// A path below a descriptor is unknown, and a path that may be cut is invalid.
	expect(failure("data/x", "openat", -2, 5)).toBeUndefined();
	expect(failure(`/${"a".repeat(253)}`)).toBeDefined();
	for (const length of [254, 255]) expect(failure(`/${"a".repeat(length)}`)).toBeUndefined();
	expect(failure("/a", "openat", -5)).toBeUndefined();
	expect(failure("/a", "mmap")).toBeUndefined();
	expect(failure("")).toBeUndefined();
	expect(parse(record("/a").subarray(1))).toBeUndefined();
	expect(parse(Buffer.alloc(failureSize, 0xff))).toBeUndefined();
});

test("several watches are added, each failure once", () => {
	const one = failure("/a");
	const other = failure("/b");
	if (!one || !other) throw new Error("no failures");
	const first: WatchResult = { since: "1", until: "2", seconds: 10, failures: [one] };
	expect(addWatchResults(undefined, first)).toBe(first);
	expect(addWatchResults(first, { since: "3", until: "4", seconds: 5, failures: [one, other], full: true })).toEqual({
		since: "1",
		until: "4",
		seconds: 15,
		failures: [one, other],
		full: true,
	});
});

test("a file is missing if the host has it, and the plan neither has it nor leaves it out", () => {
	const files = tree({
		...empty("/srv/app/page", "/srv/app/planned", "/srv/app/excluded", "/usr/share/locale/locale.alias"),
		"/var/lib/app": directory(),
	});
	const host = fold(`${begin}10  openat(AT_FDCWD</>, "/srv/app/both", O_RDONLY) = -1 ENOENT (No such file or directory)`).trace;
	const plan = {
		entries: [
			{ path: "/srv/app/planned", kind: "file", decision: "include", reasons: [] },
			{ path: "/srv/app/excluded", kind: "file", decision: "declined", reasons: [] },
		],
		declined: [],
		writable: [],
		rules: noRules,
		identity: { uid: 5 },
		permissions: { capabilities: [] },
	} as unknown as Plan;
	const paths = ["page", "planned", "excluded", "both", "nowhere"].map((name) => `/srv/app/${name}`);
	const failures = [...paths, "/usr/share/locale/locale.alias"].flatMap((path) => failure(path) ?? []);
	const missed = missingInCage({ since: "", until: "", seconds: 1, failures }, host, plan, files);
	expect(missed).toEqual([
		expect.objectContaining({
			path: "/srv/app/page",
			kind: "absent",
			remedy: { kind: "path", path: "/srv/app/page", round: 0, call: "openat" },
		}),
	]);
});

test("the C program watches the calls that we know", () => {
	const source = readFileSync(new URL("../../native/failures.c", import.meta.url), "utf8");
	const calls = [...source.matchAll(/\{ __NR_(\w+), [01] \}/g)].map(([, name]) => name);
	expect(calls.sort()).toEqual([...watchedCalls.keys()].sort());
});
