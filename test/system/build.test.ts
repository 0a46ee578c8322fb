import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { build as bundle } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countEntries, type Manifest } from "../../src/core/cage/manifest.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../src/core/path/path.ts";
import type { Entry, Plan } from "../../src/core/plan/plan.ts";
import { type BuildRequest, buildGeneration, isUpToDate } from "../../src/system/files/build.ts";
import {
	clearLeftovers,
	currentGeneration,
	listGenerations,
	readManifest,
	removeGeneration,
	switchGeneration,
} from "../../src/system/files/generations.ts";
import { entry, plan, writable } from "../core/cage/plans.ts";

let folder: Path;
let host: Path;
let cage: Path;
const now = new Date("2025-01-02T03:04:05.678Z");
const below = (path: Path, name: string) => join(path, name);
const root = (generation = 1) => below(cage, `generations/${generation}`);
const inCage = (path: string, generation = 1) => `${root(generation)}${path}`;
const inHost = (name: string) => below(host, name);
const build = (from: Plan, values: Partial<BuildRequest> = {}) => buildGeneration({ plan: from, cage, now, ...values });
const previous = (manifest: Manifest) => ({ manifest, root: root(manifest.generation) });
const everything = () =>
	execFileSync("find", [cage, "-mindepth", "1"], { encoding: "latin1" }).split("\n").filter(Boolean).sort();

/** An entry for a file of the host as it is now. */
function fileEntry(name: string, values: Partial<Entry> = {}): Entry {
	const { mode, mtimeMs, size } = lstatSync(pathToBytes(inHost(name)));
	return { ...entry("/"), path: inHost(name), mode: mode & 0o7777, mtime: Math.floor(mtimeMs), size, ...values };
}

function hostFile(name: string, content: string | Buffer = name): Entry {
	writeFileSync(pathToBytes(inHost(name)), content);
	// Long enough ago that a later change cannot hide in the same moment; ctime follows by itself.
	utimesSync(pathToBytes(inHost(name)), 1_600_000_000, 1_600_000_000);
	return fileEntry(name);
}

beforeEach(() => {
	folder = pathFromText(mkdtempSync(`${tmpdir()}/cagewright-build-`));
	host = below(folder, "host");
	cage = below(folder, "cages/app");
	mkdirSync(host);
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

describe("a generation", () => {
	test("has everything as planned, and a manifest that says so", async () => {
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
		expect(lstatSync(inCage(inHost("program")))).toMatchObject({ mode: 0o100755, uid: 33, gid: 34, mtimeMs: 1_600_000_000_000 });
		const odd = pathToBytes(inCage(inHost("odd\xff\n")) as Path);
		expect(readFileSync(odd, "utf8")).toBe("odd");
		expect(lstatSync(odd).mode & 0o7777).toBe(0o644);
		expect(lstatSync(inCage("/usr/lib"))).toMatchObject({ mode: 0o40555, uid: 5, gid: 6, mtimeMs: 1_500_000_000_000 });
		expect(lstatSync(inCage("/lib"))).toMatchObject({ uid: 7, gid: 8, mtimeMs: 1_400_000_000_000 });
		expect(readlinkSync(inCage("/lib"))).toBe("usr/lib");
		expect(readlinkSync(inCage("/abs"), "latin1")).toBe("/etc/../\xfe");
		expect(statSync(inCage("/dev/null"))).toMatchObject({ rdev: 0x103, mode: 0o20666 });
		expect(statSync(pathToBytes(inCage("/usr/lib/z\xff") as Path))).toMatchObject({ rdev: 0x105, mode: 0o20640, gid: 3 });
		expect(readFileSync(inCage("/etc/passwd"), "utf8")).toContain("app:x:900");
		expect(lstatSync(inCage("/etc/passwd")).mtimeMs).toBe(0);
		for (const mount of ["/.launch", "/dev", "/tmp", "/var/tmp", "/var/lib/app"]) {
			expect(lstatSync(inCage(mount))).toMatchObject({ mode: 0o40755, uid: 0 });
		}
		expect(readdirSync(inCage("/var/lib/app"))).toEqual([]);
		expect(lstatSync(root()).mode & 0o7777).toBe(0o755);
		expect(lstatSync(cage).mode & 0o7777).toBe(0o700);
		expect(lstatSync(below(cage, "manifests/1.json")).mode & 0o7777).toBe(0o600);
		expect(readFileSync(below(cage, "current"), "utf8")).toBe("1\n");

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

	test("twice from the same plan is the same, but for the moment", async () => {
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

	test("keeps holes, and a file's owner may be one that cannot read it", async () => {
		hostFile("sparse");
		truncateSync(inHost("sparse"), 30_000_000);
		await build(plan([fileEntry("sparse", { mode: 0, uid: 12 })]));
		expect(statSync(inCage(inHost("sparse")))).toMatchObject({ size: 30_000_000, mode: 0o100000, uid: 12 });
		expect(statSync(inCage(inHost("sparse"))).blocks).toBeLessThan(200);
	});

	test("has a loader cache for its own libraries, and nothing of ldconfig's beside it", async () => {
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
		expect(existsSync(inCage("/var/cache/ldconfig"))).toBe(false);
		expect(manifest.entries.find(({ path }) => path === "/etc/ld.so.cache")?.size).toBe(
			lstatSync(inCage("/etc/ld.so.cache")).size,
		);
		expect(lstatSync(inCage("/etc/ld.so.cache")).mode & 0o7777).toBe(0o644);
	});

	test("can be built beside the present one and switched to later, and back", async () => {
		const one = plan([hostFile("a")]);
		await build(one);
		await build(one, { activate: false });
		expect([await currentGeneration(cage), await listGenerations(cage)]).toEqual([1, [1, 2]]);
		await switchGeneration(cage, 2);
		expect(await currentGeneration(cage)).toBe(2);
		await expect(removeGeneration(cage, 2)).rejects.toMatchObject({ code: "generation-in-use", exit: 4 });
		await removeGeneration(cage, 1);
		expect(await listGenerations(cage)).toEqual([2]);
		await expect(switchGeneration(cage, 1)).rejects.toMatchObject({ code: "no-such-generation" });
	});
});

describe("building again", () => {
	test("reads no unchanged file of the host", async () => {
		const one = plan([hostFile("same", Buffer.alloc(3_000_000, 1)), hostFile("changed"), hostFile("touched")]);
		await sleep(150);
		const first = await build(one);
		expect(await isUpToDate(one, previous(first))).toBe(true);
		hostFile("changed", "otherwise");
		// Reading moves a file's time of access where it is older than its change (relatime).
		execFileSync("touch", ["-a", "-d", "2001-01-01", inHost("same"), inHost("touched")]);
		const again = plan([fileEntry("same"), fileEntry("changed"), fileEntry("touched")]);
		await sleep(150);
		const atime = () => lstatSync(inHost("same")).atimeMs;
		// That touch counts as a change of the source, so one build takes it in first.
		const second = await build(again, { previous: previous(first) });
		execFileSync("touch", ["-a", "-d", "2001-01-01", inHost("same")]);
		await sleep(150);
		const third = await build(again, { previous: previous(second) });
		expect(atime()).toBeGreaterThan(1e12);
		const readBefore = atime();
		const opened = await openedBy(() => build(again, { previous: previous(third) }));
		expect(opened.filter((path) => path.startsWith(`${host}/`))).toEqual([]);
		expect(atime()).toBe(readBefore);
		expect(readFileSync(inCage(inHost("changed"), 4), "utf8")).toBe("otherwise");
		expect((await readManifest(cage, 4)).entries).toEqual(
			third.entries.map((one) => ({ ...one, ...(one.copy && { copy: expect.anything() }) })),
		);
	});

	test("takes a file from the host where the copy was touched", async () => {
		const one = plan([hostFile("a", "good")]);
		await sleep(150);
		const first = await build(one);
		writeFileSync(inCage(inHost("a")), "evil");
		utimesSync(inCage(inHost("a")), 1_600_000_000, 1_600_000_000);
		expect(await isUpToDate(one, previous(first))).toBe(false);
		await build(one, { previous: previous(first) });
		expect(readFileSync(inCage(inHost("a"), 2), "utf8")).toBe("good");
	});

	test("sees a change that kept size and time", async () => {
		const one = plan([hostFile("a", "good")]);
		await sleep(150);
		const first = await build(one);
		hostFile("a", "new!");
		expect(await isUpToDate(one, previous(first))).toBe(false);
		await build(one, { previous: previous(first) });
		expect(readFileSync(inCage(inHost("a"), 2), "utf8")).toBe("new!");
	});
});

/** Paths that this process opened while something ran, as the kernel told strace. */
async function openedBy(work: () => Promise<unknown>): Promise<string[]> {
	const strace = spawn("strace", ["-f", "-q", "-e", "trace=open,openat,openat2", "-p", String(process.pid)], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let text = "";
	strace.stderr.on("data", (data) => {
		text += data;
	});
	await sleep(500);
	await work();
	strace.kill("SIGINT");
	await once(strace, "close");
	expect(text).toContain("openat(");
	return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path ?? "");
}

describe("what the host does meanwhile", () => {
	test("a vanished file, a FIFO or a link in its place: one failure, nothing left", async () => {
		const one = plan([hostFile("a"), hostFile("b")]);
		const failing = async (code: string) => {
			await expect(build(one)).rejects.toMatchObject({ code, values: { path: inHost("b") } });
			expect(everything()).toEqual([below(cage, "generations"), below(cage, "manifests")]);
			rmSync(inHost("b"));
		};
		rmSync(inHost("b"));
		symlinkSync("/etc/shadow", inHost("b"));
		await failing("source-is-link");
		execFileSync("mkfifo", [inHost("b")]);
		await failing("source-not-regular");
		await expect(build(one)).rejects.toMatchObject({ code: "source-gone" });
	});

	test("a link that is swapped in after the look at all files", async () => {
		const one = plan([
			hostFile("a", Buffer.alloc(2_000_000)),
			hostFile("b"),
			hostFile("c"),
			hostFile("d"),
			hostFile("e"),
			hostFile("f"),
		]);
		const swap = () => {
			rmSync(inHost("f"), { force: true });
			symlinkSync("/etc/shadow", inHost("f"));
		};
		await expect(build(one, { onFile: swap })).rejects.toMatchObject({ code: "source-is-link" });
		expect(everything().length).toBe(2);
	});

	test("a plan with something below a link never writes where it points", async () => {
		hostFile("victim", "old");
		const one = plan([
			entry("/lib", { kind: "symlink", target: host }),
			entry("/lib/victim", { kind: "generated", content: "new" }),
		]);
		await expect(build(one)).rejects.toMatchObject({ code: "plan-path-below-file" });
		expect(readFileSync(inHost("victim"), "utf8")).toBe("old");
	});

	test("an abort in the middle leaves nothing", async () => {
		const entries = Array.from({ length: 20 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(3_000_000, index)));
		const controller = new AbortController();
		const stop = (_: Path, done: number) => {
			if (done > 20_000_000) controller.abort();
		};
		await expect(build(plan(entries), { onFile: stop, signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
		expect(everything().length).toBe(2);
		expect((await build(plan(entries))).generation).toBe(1);
	});

	test("progress counts bytes up to all of them", async () => {
		const entries = Array.from({ length: 9 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(300_000, index)));
		const steps: number[][] = [];
		await build(plan([...entries, hostFile("empty", "")]), { onFile: (_, done, total) => steps.push([done, total]) });
		expect(steps.at(-1)).toEqual([2_700_000, 2_700_000]);
		expect(steps.length).toBe(10);
	});
});

describe("a full disk", () => {
	const onSmallDisk = async (options: string, work: () => Promise<void>) => {
		mkdirSync(cage, { recursive: true });
		execFileSync("mount", ["-t", "tmpfs", "-o", `mode=700,${options}`, "tmpfs", cage]);
		try {
			await work();
			expect(everything()).toEqual([below(cage, "generations"), below(cage, "manifests")]);
		} finally {
			execFileSync("umount", [cage]);
		}
	};

	test("is found before anything is copied", async () => {
		const one = plan([hostFile("big", Buffer.alloc(9_000_000, 1))]);
		await onSmallDisk("size=5m", async () => {
			const failure = { code: "disk-full", exit: 1, values: { needed: expect.any(Number), free: expect.any(Number) } };
			await expect(build(one)).rejects.toMatchObject(failure);
		});
	});

	test("that fills meanwhile, by bytes or by names, is one failure", async () => {
		const entries = Array.from({ length: 40 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(100_000, 1)));
		await onSmallDisk("size=5m", async () => {
			const fill = () => writeFileSync(below(folder, "cages/app/ballast"), Buffer.alloc(1_500_000));
			await expect(build(plan(entries), { onFile: fill })).rejects.toMatchObject({ code: "disk-full" });
			rmSync(below(cage, "ballast"));
		});
		await onSmallDisk("nr_inodes=30", async () => {
			await expect(build(plan(entries))).rejects.toMatchObject({
				code: "disk-full",
				values: { path: expect.stringContaining("/f") },
			});
		});
	});
});

describe("a cage's folder", () => {
	test("below a link of somebody else, or below what others may write to, is refused", async () => {
		mkdirSync(below(folder, "theirs"));
		symlinkSync("theirs", below(folder, "link"));
		execFileSync("chown", ["-h", "33:33", below(folder, "link")]);
		const failing = (path: string, problem: string) =>
			expect(build(plan([]), { cage: below(folder, path) })).rejects.toMatchObject({
				code: "unsafe-directory",
				exit: 4,
				values: { problem },
			});
		await failing("link/app", "link");
		execFileSync("chmod", ["777", below(folder, "theirs")]);
		await failing("theirs/app", "writable");
		execFileSync("chmod", ["755", below(folder, "theirs")]);
		execFileSync("chown", ["33", below(folder, "theirs")]);
		await failing("theirs/app", "owner");
		writeFileSync(below(folder, "file"), "");
		await failing("file/app", "not-a-directory");
		expect(readdirSync(below(folder, "theirs"))).toEqual([]);
	});

	test("may be reached through a link of root", async () => {
		mkdirSync(below(folder, "real"));
		symlinkSync("real", below(folder, "link"));
		await build(plan([]), { cage: below(folder, "link/app") });
		expect(await currentGeneration(below(folder, "real/app"))).toBe(1);
	});
});

describe("after a kill", () => {
	/** Runs lines of ours in a process of its own, with a plan and the cage's folder at hand. */
	async function inOwnProcess(from: Plan, lines: string) {
		const script = below(folder, "build.mjs");
		await bundle({
			stdin: {
				contents: `import { buildGeneration } from "./src/system/files/build.ts";
					const { plan, cage } = JSON.parse(process.argv[2]);
					const build = (onFile) => buildGeneration({ plan, cage, now: new Date(0), onFile });
					${lines}`,
				resolveDir: process.cwd(),
			},
			outfile: script,
			bundle: true,
			platform: "node",
			format: "esm",
			logLevel: "error",
			banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
		});
		return spawn(process.execPath, [script, JSON.stringify({ plan: from, cage })], { stdio: ["ignore", "pipe", "inherit"] });
	}

	async function buildAndKill(entries: Entry[]): Promise<void> {
		const child = await inOwnProcess(plan(entries), 'await build((path, done) => process.stdout.write(done + "\\n"));');
		let seen = 0;
		child.stdout.on("data", () => {
			if (++seen === 2) child.kill("SIGKILL");
		});
		expect((await once(child, "close"))[1]).toBe("SIGKILL");
	}

	test("at any moment, there is one whole present generation", async () => {
		const entries = Array.from({ length: 6 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(200_000, index)));
		const from = plan([...entries, entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 } })]);
		await build(from);
		for (let delay = 0; delay < 60; delay += 7) {
			const child = await inOwnProcess(from, 'process.stdout.write("x"); for (;;) await build();');
			await once(child.stdout, "data");
			await sleep(delay);
			child.kill("SIGKILL");
			await once(child, "close");
			await clearLeftovers(cage);
			const present = await currentGeneration(cage);
			const { entries: made } = await readManifest(cage, present ?? 0);
			for (const { kind, path, sha256 } of made) {
				if (kind === "file")
					expect(
						createHash("sha256")
							.update(readFileSync(inCage(path, present)))
							.digest("hex"),
					).toBe(sha256);
			}
			expect(
				readdirSync(below(cage, "generations"))
					.map(Number)
					.sort((a, b) => a - b),
			).toEqual(await listGenerations(cage));
			expect(readdirSync(cage).sort()).toEqual(["current", "generations", "manifests"]);
		}
		expect(await currentGeneration(cage)).toBeGreaterThan(1);
	});

	test("the old generation is whole, and the next command clears away the rest", async () => {
		const entries = Array.from({ length: 30 }, (_, index) => hostFile(`f${index}`, Buffer.alloc(4_000_000, index)));
		await build(plan([hostFile("old")]));
		await buildAndKill(entries);
		const left = readdirSync(below(cage, "generations")).filter((name) => name.startsWith(".staging-"));
		expect(left.length).toBe(1);
		expect(lstatSync(below(cage, `generations/${left[0]}`)).mode & 0o7777).toBe(0o700);
		expect(await currentGeneration(cage)).toBe(1);
		expect(await clearLeftovers(cage)).toEqual([below(cage, `generations/${left[0]}`)]);
		expect(readdirSync(below(cage, "generations"))).toEqual(["1"]);
		expect(await clearLeftovers(cage)).toEqual([]);
		expect((await build(plan(entries))).generation).toBe(2);
	});

	test("a generation that was never recorded goes; what a living process makes stays", async () => {
		await build(plan([hostFile("a")]));
		mkdirSync(below(cage, "generations/7/usr"), { recursive: true });
		const start = readFileSync("/proc/self/stat", "latin1").split(") ")[1]?.split(" ")[19];
		const alive = `.staging-${process.pid}-${start}-0123456789ab`;
		const dead = `.staging-${process.pid}-1-0123456789ab`;
		for (const name of [alive, dead]) mkdirSync(below(cage, `generations/${name}`));
		writeFileSync(below(cage, ".tmp-1-1-0123456789ab"), "");
		expect((await clearLeftovers(cage)).length).toBe(3);
		expect(readdirSync(below(cage, "generations")).sort()).toEqual([alive, "1"]);
	});
});
