import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { deviceNumbers, systemFiles } from "../../src/base/host/files.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../src/base/path/path.ts";
import { linkChain } from "../../src/plan/links.ts";
import { temporaryFolder } from "./cagewright.ts";

const files = systemFiles();
const directory = pathFromText(temporaryFolder("files"));
const at = (name: string) => join(directory, name);
/** A name that is not valid text. */
const odd = "odd\xff\n\x1b" as Path;

beforeAll(() => {
	writeFileSync(at("file"), "hello");
	chmodSync(at("file"), 0o4751);
	utimesSync(at("file"), 1e9, 1e9 + 0.25);
	mkdirSync(at("dir"), { mode: 0o1777 });
	symlinkSync("dir/../file", at("link"));
	symlinkSync("gone", at("dangling"));
	symlinkSync("loop", at("loop"));
	writeFileSync(pathToBytes(at(odd)), "odd");
	symlinkSync(pathToBytes(odd), pathToBytes(at("to-odd")));
	execFileSync("mkfifo", [at("fifo")]);
});

describe("status", () => {
	test("is that of the file itself, not of a link's target", () => {
		const own = { uid: process.getuid?.(), gid: process.getgid?.() };
		expect(files.status(at("file"))).toEqual({ kind: "file", mode: 0o4751, size: 5, mtime: 1e12 + 250, ...own });
		expect(files.status(at("link"))?.kind).toBe("symlink");
		expect(files.status(at("fifo"))?.kind).toBe("fifo");
		expect(files.status(at("dir"))?.kind).toBe("directory");
	});

	test("knows sockets", async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
		expect(files.status(at("socket"))?.kind).toBe("socket");
		server.close();
	});

	test("has the numbers of devices", () => {
		expect(files.status("/dev/null" as Path)).toMatchObject({ kind: "character-device", device: { major: 1, minor: 3 } });
		expect(files.status("/dev/urandom" as Path)?.device).toEqual({ major: 1, minor: 9 });
	});

	test("decodes device numbers beyond eight bits as makedev(3) does", () => {
		expect(deviceNumbers(0x103)).toEqual({ major: 1, minor: 3 });
		expect(deviceNumbers(0x12345678)).toEqual({ major: 0x456, minor: 0x12378 });
		expect(deviceNumbers(0xfff00000_000)).toEqual({ major: 0, minor: 0xfff00000 });
		expect(deviceNumbers(0x1000_00012305)).toEqual({ major: 0x1123, minor: 0x5 });
	});

	test("is undefined for a missing file", () => {
		expect(files.status(at("gone"))).toBeUndefined();
		expect(files.status(at("file/below"))).toBeUndefined();
		expect(files.status(at("loop/x"))).toBeUndefined();
		expect(files.status(at("x".repeat(300)))).toBeUndefined();
		expect(files.status("/a\0b" as Path)).toBeUndefined();
	});
});

describe("names", () => {
	test("are bytes, sorted as bytes", () => {
		expect(files.list(directory)).toEqual(["dangling", "dir", "fifo", "file", "link", "loop", odd, "to-odd"]);
		expect(files.list(at("file"))).toEqual([]);
		expect(files.readLink(at("to-odd"))).toBe(odd);
		expect(files.resolve(at("to-odd"))).toBe(at(odd));
		expect(files.read(at(odd))?.toString()).toBe("odd");
	});

	test("of link targets are returned unchanged, and resolved on request", () => {
		expect(files.readLink(at("link"))).toBe("dir/../file");
		expect(files.readLink(at("file"))).toBeUndefined();
		expect(files.resolve(at("link"))).toBe(at("file"));
		expect(files.resolve(at("dangling"))).toBeUndefined();
		expect(files.resolve(at("loop"))).toBeUndefined();
	});
});

describe("read", () => {
	test("returns a regular file completely or its beginning", () => {
		expect(files.read(at("file"))?.toString()).toBe("hello");
		expect(files.read(at("file"), 2)?.toString()).toBe("he");
	});

	test("returns nothing for other files, and never waits", () => {
		for (const path of [at("link"), at("fifo"), at("dir"), at("gone"), "/dev/zero" as Path])
			expect(files.read(path)).toBeUndefined();
	});

	test("returns a file of unknown size", () => {
		expect(files.read("/proc/self/maps" as Path)?.length).toBeGreaterThan(1000);
		expect(files.read("/proc/self/maps" as Path, 10)?.length).toBe(10);
	});

	test("returns parts of a file", () => {
		expect(
			files.inspect(at("file"), (read) =>
				[read(1, 3), read(3, 100), read(5, 1), read(100, 1), read(-1, 2), read(0, 1e15)].map(String),
			),
		).toEqual(["ell", "lo", "", "", "", "hello"]);
		expect(files.inspect(at("fifo"), () => true)).toBeUndefined();
	});
});

test("a chain of links ends at the same file as realpath(3), for every link in the system's directories", () => {
	let links = 0;
	for (const place of ["/", "/etc", "/etc/alternatives", "/usr/bin", "/usr/sbin", "/lib/x86_64-linux-gnu", "/var"] as Path[]) {
		for (const name of files.list(place)) {
			const path = join(place, name);
			if (files.status(path)?.kind !== "symlink") continue;
			// The kernel resolves a link below /proc for each process separately, and /etc/mtab points there.
			if (files.resolve(path)?.startsWith("/proc/")) continue;
			links++;
			const { end, links: met } = linkChain(path, files);
			expect([path, end]).toEqual([path, files.resolve(path)]);
			expect(met.every(({ path: link }) => files.status(link)?.kind === "symlink")).toBe(true);
		}
	}
	expect(links).toBeGreaterThan(10);
});
