import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { some } from "../long.ts";
import { type Appended, appended, editJson, folders } from "./archives.ts";
import { cagewright, must, temporaryFolder } from "./cagewright.ts";
import { exportedRedis, holes, map, sparse } from "./hostile-archives.ts";

/** Archives that attack this machine. Each is refused with one line, and nothing changes inside or outside the state folder. */

const { archive, changed, data, expectRefused, file, folder, state, take, there, victim, withData } = exportedRedis();

test("the unchanged archive is imported", async () => {
	await must(take(archive, "--yes", "--no-trial"));
});

describe("links", () => {
	const trees: readonly [string, (tree: string) => void][] = [
		["in place of the log", (tree) => relinked(`${tree}/log`, `${victim}/log`)],
		["in place of the data", (tree) => fs.symlinkSync(victim, `${tree}/data`)],
		[
			"in place of a writable directory",
			(tree) => {
				fs.mkdirSync(dirname(withData(tree)), { recursive: true });
				fs.rmSync(`${tree}/data${data()}`, { recursive: true });
				fs.symlinkSync(victim, `${tree}/data${data()}`);
			},
		],
		[
			"on the path to a writable directory",
			(tree) => {
				fs.mkdirSync(`${tree}/data`);
				fs.symlinkSync(victim, `${tree}/data/${data().split("/")[1]}`);
			},
		],
		["in the data, to a directory of the host", (tree) => fs.symlinkSync(victim, `${withData(tree)}/in`)],
		[
			"in the data, that leave through each other",
			(tree) => {
				fs.mkdirSync(`${withData(tree)}/a/b`, { recursive: true });
				fs.symlinkSync("../..", `${tree}/data${data()}/a/b/top`);
				fs.symlinkSync("a/b/top/..", `${tree}/data${data()}/out`);
			},
		],
		["in place of a trace", (tree) => relinked(`${tree}/traces/host.json.gz`, `${victim}/trace`)],
		["in place of the head", (tree) => relinked(`${tree}/export.json`, `${victim}/secret`)],
		["in place of a manifest", (tree) => relinked(`${tree}/manifests/1.json`, `${victim}/secret`)],
		["in place of the generation", (tree) => relinked(`${tree}/generations/1`, victim)],
		["in place of a directory of the generation", (tree) => relinked(`${tree}/generations/1/etc`, "/etc")],
	];
	test.each(some(6, trees))("%s are refused", async (_, change) => {
		await expectRefused(changed(change), /link|is not a cage|missing|changed/);
	});

	test("in a generation are refused if they lead outside, even if the manifest names them", async () => {
		const outside = changed((tree) => {
			fs.symlinkSync("/root/secret", `${tree}/generations/1/etc/out`);
			editJson(`${tree}/manifests/1.json`, (json) => {
				const entry = { path: "/etc/out", kind: "symlink", mode: 0o777, uid: 0, gid: 0, size: 0, mtime: 0 };
				(json.entries as unknown as object[]).push({ ...entry, target: "/root/secret", reasons: [], risks: [] });
			});
		});
		await expectRefused(outside, /link to .* missing in the cage/);
	});

	test("are refused if a later entry would be written through them", async () => {
		const entries = (name: string, link: string): Appended[] => [
			...folders(data()),
			{ name, type: "2", link },
			{ name: `${name}/written`, data: "by the archive" },
		];
		await expectRefused(appended(archive, file, entries(`data${data()}/evil`, victim)), /link|no part of an exported cage/);
		await expectRefused(appended(archive, file, entries("generations/1/evil", victim)), /link|no part of an exported cage/);
		await expectRefused(appended(archive, file, [...entries("traces", victim)]), /twice|link|no part of an exported cage/);
	});
});

describe("sizes", () => {
	test("a compressed archive is refused before it is unpacked", async () => {
		fs.copyFileSync(archive, `${folder}/packed.tar`);
		execFileSync("gzip", ["-kf1", `${folder}/packed.tar`]);
		await expectRefused(`${folder}/packed.tar.gz`, /is not a cage archive/);
	});

	test("a file with a petabyte of holes is refused", async () => {
		await expectRefused(appended(archive, file, [...folders(data()), holes(`data${data()}/x`, 2 ** 50)]), /limit/);
		await expectRefused(appended(archive, file, [holes("log", 2 ** 50)]), /limit|twice/);
		await expectRefused(appended(archive, file, [holes("seeded.json", 2 ** 23)]), /damaged/);
	});

	test("many files whose holes exceed the limit together are refused", async () => {
		const many = Array.from({ length: 6 }, (_, index) => holes(`data${data()}/${index}`, 2 ** 40));
		await expectRefused(appended(archive, file, [...folders(data()), ...many]), /limit/);
	});

	test("numbers that the system would truncate are refused", async () => {
		for (const pax of [{ uid: "4294967295" }, { mtime: "9".repeat(15) }, { size: "-1" }]) {
			await expectRefused(appended(archive, file, [...folders(data()), { name: `data${data()}/x`, pax }]), /damaged/);
		}
	});

	test("a map of holes that does not fit its file is refused", async () => {
		const maps = ["2\n0\n10\n5\n10\n", "1\n100\n10\n", "9999999999\n", "x\n"];
		for (const text of maps) {
			const entry = { name: "x", pax: sparse(`data${data()}/x`, 20), data: map(text) };
			await expectRefused(appended(archive, file, [...folders(data()), entry]), /damaged/);
		}
	});

	test("an archive that does not fit on the disk is refused before anything is written", async () => {
		const small = temporaryFolder("small-disk");
		const script = 'mount -t tmpfs -o size=12m tmpfs "$0" || exit 99; "$@"; status=$?; ls -A "$0"/state/cages; exit $status';
		const enter = ["unshare", "--mount", "sh", "-c", script, small];
		const taken = await cagewright(["import", archive, "--yes", "--no-trial"], { state: `${small}/state`, enter });
		expect(taken).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("No space left") });
	});

	test.each([
		["its second half missing", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
		["no zeros at its end", (bytes: Buffer) => bytes.subarray(0, bytes.length - 10240)],
		["more behind its end", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
		["a changed header", (bytes: Buffer) => Buffer.from(bytes).fill("7", 1030, 1031)],
	])("an archive with %s is refused", async (_, change) => {
		fs.writeFileSync(file, change(fs.readFileSync(archive)));
		await expectRefused(file, /damaged|is not a cage archive/);
	});

	test("an archive with a terabyte of zeros behind its end, or nothing else, is refused before they are read", async () => {
		for (const content of [fs.readFileSync(archive), ""]) {
			fs.writeFileSync(file, content);
			fs.truncateSync(file, 2 ** 40);
			await expectRefused(file, /damaged|is not a cage archive/);
		}
	});

	test("extended headers that change later entries are refused", async () => {
		for (const pax of [{ "GNU.sparse.map": "0,1" }, { "SCHILY.xattr.security.capability": "x" }, { "GNU.dumpdir": "x" }]) {
			await expectRefused(appended(archive, file, [...folders(data()), { name: `data${data()}/x`, pax }]), /damaged/);
		}
		const global = Buffer.from(fs.readFileSync(archive));
		global.write("g", 156);
		fs.writeFileSync(file, global);
		await expectRefused(file, /damaged|is not a cage archive/);
	});
});

const program = "generations/1/usr/bin/redis-check-rdb";
const contents: readonly [string, (tree: string) => void, RegExp][] = [
	["a changed program", (tree) => fs.appendFileSync(`${tree}/${program}`, "x"), /changed/],
	["a file too many", (tree) => fs.writeFileSync(`${tree}/generations/1/usr/bin/more`, "x"), /added/],
	["a missing file", (tree) => fs.rmSync(`${tree}/generations/1/etc/nsswitch.conf`), /removed/],
	["a setuid file", (tree) => fs.chmodSync(`${tree}/${program}`, 0o4755), /setuid|another mode/],
	["another name inside", (tree) => editJson(`${tree}/cage.json`, (json) => Object.assign(json, { name: "x" })), /is damaged/],
	[
		"another processor",
		(tree) => editJson(`${tree}/export.json`, (json) => Object.assign(json, { architecture: "mips" })),
		/processor/,
	],
	[
		"a name that leads elsewhere",
		(tree) => editJson(`${tree}/export.json`, (json) => Object.assign(json, { name: "../x" })),
		/is not a cage/,
	],
];
test.each(some(4, contents))("an archive with %s is refused", async (_, change, why) => {
	await expectRefused(changed(change), why, [2, 3, 4]);
});

test("invalid lines of the archive's log are omitted", async () => {
	const strange = changed((tree) => fs.appendFileSync(`${tree}/log`, "2026-01-01T00:00:00Z record {broken}\nnothing\n"));
	expect((await take(strange, "--yes", "--no-trial")).status).toBe(0);
	expect(fs.readFileSync(`${there}/cages/taken/log`, "utf8")).not.toMatch(/broken|nothing/);
	expect((await cagewright(["show", "taken", "--history"], { state: there })).status).toBe(0);
});

test("an invalid trace is refused", async () => {
	const packs = (text: string) => execFileSync("gzip", ["-c"], { input: text });
	for (const text of some(1, ['{"schema":"cagewright/trace/1","trace":{"accesses":5}}', "", "{}", "[".repeat(100_000)])) {
		await expectRefused(
			changed((tree) => fs.writeFileSync(`${tree}/traces/host.json.gz`, packs(text))),
			/damaged/,
		);
	}
	const zeros = execFileSync("sh", ["-c", "head -c 200000000 /dev/zero | gzip -9"], { maxBuffer: 1 << 24 });
	await expectRefused(
		changed((tree) => fs.writeFileSync(`${tree}/traces/host.json.gz`, zeros)),
		/damaged/,
	);
});

test("real data are imported completely, with holes, hard links, inner links and names of any bytes and length", async () => {
	const cage = `${state}/cages/redis/data${data()}`;
	const descriptor = fs.openSync(`${cage}/holes`, "w");
	fs.writeSync(descriptor, "begin", 0);
	fs.writeSync(descriptor, "end", 2 ** 28);
	fs.writeFileSync(`${cage}/one`, "two names");
	fs.linkSync(`${cage}/one`, `${cage}/two`);
	fs.mkdirSync(`${cage}/sub`, { mode: 0o2770 });
	fs.chmodSync(`${cage}/sub`, 0o2770);
	fs.symlinkSync("../one", `${cage}/sub/link`);
	const odd = Buffer.concat([Buffer.from(`${cage}/odd-`), Buffer.from([0xff, 0xfe, 0x0a, 0x20])]);
	fs.writeFileSync(odd, "bytes");
	const long = `${"n".repeat(200)}/${"m".repeat(200)}`;
	fs.mkdirSync(`${cage}/${dirname(long)}`);
	fs.writeFileSync(`${cage}/${long}`, "long");
	// The export leaves these files out and says so.
	execFileSync("mkfifo", [`${cage}/fifo`]);
	fs.symlinkSync("/etc/passwd", `${cage}/outside`);
	const whole = `${folder}/whole.tar`;
	const exported = await must(cagewright(["export", "redis", "-o", whole, "--with-data"], { state }));
	expect(exported.stderr).toContain("omits 2 files of the data");
	expect(fs.statSync(whole).size).toBeLessThan(2 ** 26);

	// Earlier releases let GNU tar pack everything below the folder.
	const old = `${folder}/old.tar`;
	for (const name of ["fifo", "outside"]) fs.rmSync(`${cage}/${name}`);
	execFileSync("tar", ["-xf", whole, "-C", folder, "export.json"]);
	const parts = ["cage.json", "manifests/1.json", "traces", "log", "generations/1", "data"];
	execFileSync("tar", [
		"--create",
		"--format=pax",
		"--numeric-owner",
		"--sparse",
		`--file=${old}`,
		"--directory",
		folder,
		"export.json",
		"--directory",
		`${state}/cages/redis`,
		...parts,
	]);
	for (const one of [whole, old]) {
		fs.rmSync(`${there}/cages/taken`, { recursive: true, force: true });
		await must(take(one, "--yes", "--no-trial"));
		const arrived = `${there}/cages/taken/data${data()}`;
		const { blocks, size } = fs.statSync(`${arrived}/holes`);
		expect({ size, isSmall: blocks < 2048 }).toEqual({ size: 2 ** 28 + 3, isSmall: true });
		expect(execFileSync("cmp", [`${cage}/holes`, `${arrived}/holes`]).toString()).toBe("");
		expect(fs.statSync(`${arrived}/one`).ino).toBe(fs.statSync(`${arrived}/two`).ino);
		expect(fs.readFileSync(`${arrived}/sub/link`, "utf8")).toBe("two names");
		expect(fs.statSync(`${arrived}/sub`).mode & 0o7777).toBe(0o2770);
		expect(fs.statSync(arrived).uid).toBe(fs.statSync(cage).uid);
		expect(fs.readFileSync(Buffer.concat([Buffer.from(arrived), odd.subarray(cage.length)]), "utf8")).toBe("bytes");
		expect(fs.readFileSync(`${arrived}/${long}`, "utf8")).toBe("long");
		expect(fs.existsSync(`${arrived}/fifo`)).toBe(false);
		expect(fs.readdirSync(`${there}/cages/taken`)).not.toContain("export.json");
	}
	expect(fs.lstatSync(`${there}/cages/taken`).mode & 0o777).toBe(0o700);
});

function relinked(path: string, target: string): void {
	fs.rmSync(path, { recursive: true });
	fs.symlinkSync(target, path);
}
