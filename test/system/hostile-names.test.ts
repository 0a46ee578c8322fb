import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { describe, test } from "vitest";
import { some } from "../long.ts";
import { type Appended, appended, folders } from "./archives.ts";
import { exportedRedis, map, sparse } from "./hostile-archives.ts";

/** Archives with names and file types that no export writes. Each is refused with one line, and nothing changes on the machine. */

const { archive, changed, data, expectRefused, file, victim } = exportedRedis();

describe("names", () => {
	const named: readonly [string, () => readonly Appended[]][] = [
		["that climb", () => [{ name: "../../../../escaped" }]],
		["that are absolute", () => [{ name: `${victim}/escaped` }]],
		["with a dot", () => [...folders("/a"), { name: "data/./a/x" }]],
		["that climb in an extended header", () => [{ name: "log2", pax: { path: "../../escaped" } }]],
		["that climb in GNU's long form", () => [{ name: `${"a/".repeat(60)}${"../".repeat(70)}escaped`, gnu: true }]],
		["that climb in the header of a file with holes", () => [{ name: "x", pax: sparse("../../escaped", 10), data: map("0\n") }]],
		["that are there twice", () => [{ name: "export.json", data: "{}" }]],
		["of directories that are there twice", () => [...folders("/a"), { name: "data/a", type: "5" }]],
		["below a file", () => [...folders("/a"), { name: "data/a/x" }, { name: "data/a/x/y" }]],
		["without their directory", () => [{ name: "data/a/b/c" }]],
		["of another generation", () => [{ name: "generations/2", type: "5" }]],
		["beside the format's own", () => [{ name: "account.json", data: "{}" }]],
		[
			"of state that no generation mounts",
			() => [...folders("/.cagewright-apart/var/lib"), { name: "data/.cagewright-apart/var/x" }],
		],
		["too deep", () => [{ name: "data", type: "5" }, ...deep(400)]],
		["too long", () => [...folders("/a"), { name: `data/a/${"b".repeat(300)}` }]],
	];
	test.each(some(8, named))("%s are refused", async (_, entries) => {
		await expectRefused(appended(archive, file, entries()), /Nothing was imported|damaged|limit/);
	});
});

describe("nodes, setuid files and hard links in the data", () => {
	const nodes: readonly [string, () => readonly Appended[]][] = [
		["a FIFO", () => [{ name: `data${data()}/n`, type: "6" }]],
		["a block device", () => [{ name: `data${data()}/n`, type: "4" }]],
		["a setuid file", () => [{ name: `data${data()}/n`, mode: 0o4755, data: "x" }]],
		["a hard link to the host", () => [{ name: `data${data()}/n`, type: "1", link: `${victim}/secret` }]],
		[
			"a hard link to a program of the cage",
			() => [{ name: `data${data()}/n`, type: "1", link: "generations/1/usr/bin/redis-server" }],
		],
		["a hard link in place of the log", () => [{ name: "traces/x.json.gz", type: "1", link: "log" }]],
		[
			"a hard link within the generation",
			() => [{ name: "generations/1/n", type: "1", link: "generations/1/usr/bin/redis-server" }],
		],
		[
			"a hard link to a symbolic one",
			() => [
				{ name: `data${data()}/a`, data: "x" },
				{ name: `data${data()}/s`, type: "2", link: "a" },
				{ name: `data${data()}/n`, type: "1", link: `data${data()}/s` },
			],
		],
		["a file of an unknown type", () => [{ name: `data${data()}/n`, type: "S", data: "" }]],
	];
	test.each(some(5, nodes))("%s is refused", async (_, entries) => {
		await expectRefused(appended(archive, file, [...folders(data()), ...entries()]), /Nothing was imported|damaged/);
	});

	test.each(["{", '{"schema":"cagewright/seeded/1","paths":[{}]}'])("an invalid list of seeds is refused: %s", async (text) => {
		await expectRefused(appended(archive, file, [{ name: "seeded.json", data: text }]), /is damaged/);
	});

	test("a FIFO or a device in the generation is refused", async () => {
		await expectRefused(
			changed((tree) => execFileSync("mkfifo", [`${tree}/generations/1/etc/fifo`])),
			/fifo/,
		);
		await expectRefused(
			changed((tree) => execFileSync("mknod", [`${tree}/generations/1/dev/sda`, "b", "8", "0"])),
			/block device/,
		);
		await expectRefused(
			changed((tree) => {
				rmSync(`${tree}/generations/1/dev/null`);
				execFileSync("mknod", [`${tree}/generations/1/dev/null`, "c", "1", "1"]);
			}),
			/dev\/null/,
		);
	});
});

function deep(levels: number): Appended[] {
	return Array.from({ length: levels }, (_, index) => ({
		name: `data/${Array(index + 1)
			.fill("d")
			.join("/")}`,
		type: "5" as const,
	}));
}
