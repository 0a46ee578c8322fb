import { describe, expect, test } from "vitest";
import { groupWords, limitWords, parseSize } from "../../../src/core/confinement/limits.ts";

describe("a size", () => {
	test.each([
		["4096", 4096],
		["512M", 512 * 1024 ** 2],
		["2g", 2 * 1024 ** 3],
		["1T", 1024 ** 4],
		["0", undefined],
		["-1", undefined],
		["1.5G", undefined],
		["M", undefined],
		["999999999999999T", undefined],
		["", undefined],
	])("%s", (text, bytes) => expect(parseSize(text)).toBe(bytes));
});

describe("limits", () => {
	const limits = { memory: 1 << 26, processes: 20, files: 100 };

	test("are resource limits without a cgroup", () => {
		expect(limitWords(limits, [])).toEqual(["prlimit", "--as=67108864:67108864", "--nproc=20:20", "--nofile=100:100", "--"]);
	});
	test("of a cgroup are no resource limits", () => {
		const groups = (["memory", "processes"] as const).map((kind) => ({ kind, folder: "/g" }));
		expect(limitWords(limits, groups)).toEqual(["prlimit", "--nofile=100:100", "--"]);
	});
	test("need no program if there are none", () => expect(limitWords({}, [])).toEqual([]));
	test("enter each cgroup once", () => {
		const groups = [
			{ kind: "memory" as const, folder: "/sys/fs/cgroup/a b" },
			{ kind: "processes" as const, folder: "/sys/fs/cgroup/a b" },
		];
		const script = "echo 0 >'/sys/fs/cgroup/a b'/cgroup.procs\nexec \"$@\"";
		expect(groupWords(groups)).toEqual(["sh", "-euc", script, "sh"]);
	});
});
