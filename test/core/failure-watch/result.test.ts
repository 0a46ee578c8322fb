import { expect, test } from "vitest";
import { noRules } from "../../../src/core/application/application.ts";
import { failureProbe, keyBytes, pathBytes } from "../../../src/core/failure-watch/bpf-program.ts";
import { watchedCalls } from "../../../src/core/failure-watch/calls.ts";
import { addWatchResults, missingInCage, parseFailure, type WatchResult } from "../../../src/core/failure-watch/result.ts";
import type { Path } from "../../../src/core/path/path.ts";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { directory, empty, tree } from "../plan/tree.ts";
import { begin, fold } from "../trace/folding.ts";

const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
const failure = (path: string, call = "openat", result = -2, descriptor = -100) =>
	parseFailure(`${call} ${result} ${descriptor} ${hex(path)}`, "/srv/app" as Path);

test("a line of the kernel program is parsed or ignored", () => {
	expect(failure("/etc/../etc/x\n\x1b[2J")).toEqual({ path: "/etc/x\n\x1b[2J", call: "openat", error: "ENOENT", does: "read" });
	expect(failure("data/x", "open", -13)).toEqual({ path: "/srv/app/data/x", call: "open", error: "EACCES", does: "read" });
	// A path below a descriptor is unknown, and a path that may be cut is invalid.
	expect(failure("data/x", "openat", -2, 5)).toBeUndefined();
	expect(failure(`/${"a".repeat(pathBytes - 2)}`)).toBeUndefined();
	for (const line of [
		...["full", "", "openat -2 -100 ", "openat -2 -100 zz", "openat -2 -100 2", "mmap -2 -100 2f61", "openat -5 -100 2f61"],
	])
		expect(parseFailure(line, "/" as Path)).toBeUndefined();
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

test.each(["x64", "arm64"] as const)(
	"the kernel program for %s consists of whole instructions, with bounded jumps and stack",
	(architecture) => {
		const code = failureProbe(architecture);
		const instructions = code.length / 8;
		expect(Number.isInteger(instructions)).toBe(true);
		for (let at = 0; at < instructions; at++) {
			const [operation = 0, offset = 0] = [code[at * 8], code.readInt16LE(at * 8 + 2)];
			if ((operation & 0x07) === 0x05 && operation !== 0x85 && operation !== 0x95) {
				expect(offset).toBeGreaterThanOrEqual(0);
				expect(at + 1 + offset).toBeLessThan(instructions);
			}
		}
		expect(keyBytes % 8).toBe(0);
		expect(keyBytes + 40).toBeLessThanOrEqual(512);
		expect(new Set(watchedCalls.map(({ name }) => name)).size).toBe(watchedCalls.length);
	},
);
