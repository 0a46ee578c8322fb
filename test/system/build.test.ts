import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { stampOf } from "../../src/base/host/hash.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import {
	currentGeneration,
	listGenerations,
	readManifest,
	removeGeneration,
	switchGeneration,
} from "../../src/cage/host/generations.ts";
import { countEntries } from "../../src/cage/manifest.ts";
import { needsHash } from "../../src/check/tampering.ts";
import { entry, plan, writable } from "../cage/plans.ts";
import {
	build,
	buildOnly,
	cage,
	fileEntry,
	folder,
	hostFile,
	inCage,
	inHost,
	now,
	openWorkshop,
	ownProcess,
	root,
} from "./workshop.ts";

openWorkshop();

describe("a generation", () => {
	test("contains everything that is planned, with a manifest of it", async () => {
		hostFile("program");
		hostFile("odd\xff\n", "odd");
		const manifest = await build(
			plan(
				[
					fileEntry("program", { mode: 0o4755, uid: 33, gid: 34, path: inHost("program") }),
					fileEntry("odd\xff\n", { mode: 0o666 }),
					entry("/usr/lib", { kind: "directory", mode: 0o555, uid: 5, gid: 6, mtime: 1_500_000_000_000 }),
					entry("/lib", { kind: "symlink", target: "usr/lib" as Path, uid: 7, gid: 8, mtime: 1_400_000_000_000 }),
					entry("/abs", { kind: "symlink", target: "/etc/../\xfe" as Path }),
					entry("/dev/null", { kind: "device", mode: 0o666, device: { type: "c", major: 1, minor: 3 } }),
					entry("/usr/lib/z\xff", {
						kind: "device",
						path: "/usr/lib/z\xff" as Path,
						mode: 0o640,
						gid: 3,
						device: { type: "c", major: 1, minor: 5 },
					}),
					entry("/etc/passwd", { kind: "generated", content: "app:x:900:900::/:/usr/sbin/nologin\n", mode: 0o644 }),
				],
				{ writable: [writable("/var/lib/app")] },
			),
		);
		expect(fs.lstatSync(inCage(inHost("program")))).toMatchObject({
			mode: 0o100755,
			uid: 33,
			gid: 34,
			mtimeMs: 1_600_000_000_000,
		});
		const odd = pathToBytes(inCage(inHost("odd\xff\n")) as Path);
		expect(fs.readFileSync(odd, "utf8")).toBe("odd");
		expect(fs.lstatSync(odd).mode & 0o7777).toBe(0o644);
		expect(fs.lstatSync(inCage("/usr/lib"))).toMatchObject({ mode: 0o40555, uid: 5, gid: 6, mtimeMs: 1_500_000_000_000 });
		expect(fs.lstatSync(inCage("/lib"))).toMatchObject({ uid: 7, gid: 8, mtimeMs: 1_400_000_000_000 });
		expect(fs.readlinkSync(inCage("/lib"))).toBe("usr/lib");
		expect(fs.readlinkSync(inCage("/abs"), "latin1")).toBe("/etc/../\xfe");
		expect(fs.statSync(inCage("/dev/null"))).toMatchObject({ rdev: 0x103, mode: 0o20666 });
		expect(fs.statSync(pathToBytes(inCage("/usr/lib/z\xff") as Path))).toMatchObject({ rdev: 0x105, mode: 0o20640, gid: 3 });
		expect(fs.readFileSync(inCage("/etc/passwd"), "utf8")).toContain("app:x:900");
		expect(fs.lstatSync(inCage("/etc/passwd")).mtimeMs).toBe(0);
		for (const mount of ["/.launch", "/dev", "/tmp", "/var/tmp", "/var/lib/app"]) {
			expect(fs.lstatSync(inCage(mount))).toMatchObject({ mode: 0o40755, uid: 0 });
		}
		expect(fs.readdirSync(inCage("/var/lib/app"))).toEqual([]);
		expect(fs.lstatSync(root()).mode & 0o7777).toBe(0o755);
		expect(fs.lstatSync(cage).mode & 0o7777).toBe(0o700);
		expect(fs.lstatSync(join(cage, "manifests/1.json")).mode & 0o7777).toBe(0o600);
		expect(fs.readlinkSync(join(cage, "current"))).toBe("generations/1");

		expect(await readManifest(cage, 1)).toEqual(manifest);
		expect(manifest).toMatchObject({ generation: 1, name: "app", madeAt: now.toISOString() });
		const counts = countEntries(manifest);
		const find = (type: string) => execFileSync("find", [root(), "-type", type, "-printf", "x"], { encoding: "latin1" }).length;
		expect(counts).toMatchObject({ files: find("f"), symlinks: find("l"), directories: find("d") });
		expect(counts.devices.length).toBe(find("c"));
		for (const { kind, path, sha256 } of manifest.entries) {
			if (kind !== "file" || !/^[\x20-\x7e]*$/.test(path)) continue;
			expect(execFileSync("sha256sum", [inCage(path)], { encoding: "utf8" }).slice(0, 64)).toBe(sha256);
		}
	});

	test("is the same for the same plan, except for its time", async () => {
		const one = plan([hostFile("a"), entry("/etc/group", { kind: "generated", content: "x" })]);
		await build(one);
		await build(one);
		const list = (generation: number) =>
			execFileSync("find", [".", "-printf", "%P %y %m %U:%G %s %T@ %l\n"], { cwd: root(generation), encoding: "latin1" })
				.split("\n")
				.map((line) => line.replace(/ d (.*) \d+ /, " d $1 "))
				.sort();
		expect(list(2)).toEqual(list(1));
	});

	test("keeps holes, and may contain a file that its owner cannot read", async () => {
		hostFile("sparse");
		fs.truncateSync(inHost("sparse"), 30_000_000);
		await build(plan([fileEntry("sparse", { mode: 0, uid: 12 })]));
		expect(fs.statSync(inCage(inHost("sparse")))).toMatchObject({ size: 30_000_000, mode: 0o100000, uid: 12 });
		expect(fs.statSync(inCage(inHost("sparse"))).blocks).toBeLessThan(200);
	});

	test("has a loader cache for its own libraries, and no other file of ldconfig", async () => {
		const library = execFileSync("sh", ["-c", "ldconfig -p | sed -n 's/.*libc.so.6.*x86-64.* => //p' | head -1"], {
			encoding: "utf8",
		}).trim();
		const real = pathFromText(execFileSync("realpath", [library], { encoding: "utf8" }).trim());
		const manifest = await build(
			plan([
				{ ...entry("/"), path: real, mode: 0o755 },
				entry("/lib", { kind: "symlink", target: "usr/lib" as Path }),
				entry("/var/cache", { kind: "directory", mode: 0o755 }),
				entry("/etc/ld.so.cache", { kind: "generated", content: "", reasons: [{ kind: "loader-cache" }] }),
			]),
		);
		const cached = execFileSync("ldconfig", ["-p", "-C", inCage("/etc/ld.so.cache")], { encoding: "utf8" });
		expect(cached).toMatch(/^1 libs found/);
		expect(cached).toContain("libc.so.6");
		expect(fs.existsSync(inCage("/var/cache/ldconfig"))).toBe(false);
		expect(manifest.entries.find(({ path }) => path === "/etc/ld.so.cache")?.size).toBe(
			fs.lstatSync(inCage("/etc/ld.so.cache")).size,
		);
		expect(fs.lstatSync(inCage("/etc/ld.so.cache")).mode & 0o7777).toBe(0o644);
	});

	test("has stamps, so that no file has to be read again before a launch", async () => {
		const manifest = await build(
			plan([
				hostFile("a"),
				entry("/etc/group", { kind: "generated", content: "x" }),
				entry("/etc/ld.so.cache", { kind: "generated", content: "", reasons: [{ kind: "loader-cache" }] }),
			]),
		);
		const files = manifest.entries.filter(({ sha256 }) => sha256 !== undefined);
		expect(files).toHaveLength(3);
		for (const file of files) {
			expect(needsHash(file, stampOf(fs.lstatSync(inCage(file.path), { bigint: true })))).toBe(false);
		}
	});

	test("can be built without a switch, and be switched to later and back", async () => {
		const one = plan([hostFile("a")]);
		await build(one);
		await buildOnly(one);
		expect([await currentGeneration(cage), await listGenerations(cage)]).toEqual([1, [1, 2]]);
		await switchGeneration(cage, 2);
		expect(await currentGeneration(cage)).toBe(2);
		await expect(removeGeneration(cage, 2)).rejects.toMatchObject({ code: "generation-in-use", exit: 4 });
		await removeGeneration(cage, 1);
		expect(await listGenerations(cage)).toEqual([2]);
		await expect(switchGeneration(cage, 1)).rejects.toMatchObject({ code: "no-such-generation" });
	});
});

describe("a cage's folder", () => {
	test("is refused below another user's link or below a directory that others may write to", async () => {
		fs.mkdirSync(join(folder, "theirs"));
		fs.symlinkSync("theirs", join(folder, "link"));
		execFileSync("chown", ["-h", "33:33", join(folder, "link")]);
		const failing = (path: string, problem: string) =>
			expect(build(plan([]), { cage: join(folder, path) })).rejects.toMatchObject({
				code: "unsafe-directory",
				exit: 4,
				values: { problem },
			});
		await failing("link/app", "link");
		execFileSync("chmod", ["777", join(folder, "theirs")]);
		await failing("theirs/app", "writable");
		execFileSync("chmod", ["755", join(folder, "theirs")]);
		execFileSync("chown", ["33", join(folder, "theirs")]);
		await failing("theirs/app", "owner");
		fs.writeFileSync(join(folder, "file"), "");
		await failing("file/app", "not-a-directory");
		expect(fs.readdirSync(join(folder, "theirs"))).toEqual([]);
	});

	test("may be reached via a link of root", async () => {
		fs.mkdirSync(join(folder, "real"));
		fs.symlinkSync("real", join(folder, "link"));
		await build(plan([]), { cage: join(folder, "link/app") });
		expect(await currentGeneration(join(folder, "real/app"))).toBe(1);
	});
});

describe("without root", () => {
	const ordinary = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
	const possible = spawnSync("setpriv", [...ordinary.slice(1), process.execPath, "-e", "0"]).status === 0;

	test.runIf(possible)("a cage belongs to the user who built it, and can be removed", async () => {
		execFileSync("chmod", ["755", folder]);
		const home = join(folder, "home");
		fs.mkdirSync(home);
		execFileSync("chown", ["1000:1000", home]);
		const from = plan([
			entry("/usr/bin/env", { mode: 0o755 }),
			entry("/closed", { kind: "directory", mode: 0o500 }),
			entry("/closed/file", { kind: "generated", content: "x", mode: 0o400 }),
			entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } }),
			entry("/etc/ld.so.cache", { kind: "generated", reasons: [{ kind: "loader-cache" }] }),
		]);
		const lines = (then: string) => `import { buildGeneration } from "./src/cage/host/generation-store.ts";
			import { removeTree } from "./src/base/host/remove.ts";
			const { plan, cage } = JSON.parse(process.argv[2]);
			${then}`;
		const words = [JSON.stringify({ plan: from, cage: join(home, "cage") })];
		const builder = ownProcess(lines("await buildGeneration({ plan, cage, now: new Date(0) });"), words, ordinary);
		expect(await once(builder, "close")).toEqual([0, null]);
		const manifest = await readManifest(join(home, "cage"), 1);
		expect(manifest.owner).toEqual({ uid: 1000, gid: 1000 });
		for (const one of manifest.entries) {
			const path = `${home}/cage/generations/1${one.path}`;
			if (one.kind === "device") expect(fs.existsSync(path)).toBe(false);
			else expect(fs.lstatSync(path)).toMatchObject({ uid: 1000, gid: 1000 });
		}
		const remover = ownProcess(lines("await removeTree(cage);"), words, ordinary);
		expect(await once(remover, "close")).toEqual([0, null]);
		expect(fs.existsSync(join(home, "cage"))).toBe(false);
	});
});
