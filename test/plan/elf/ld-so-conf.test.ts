import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/base/path/path.ts";
import { libraryDirectories, matches, parseLoaderCache } from "../../../src/plan/elf/ld-so.ts";
import { madeFiles } from "./made-files.ts";

const conf = "/etc/ld.so.conf" as Path;

describe("ld.so.conf", () => {
	test("directories are in order, with includes at their place", () => {
		const files = madeFiles({
			"/etc/ld.so.conf":
				"/first/ # a comment\n  include ld.so.conf.d/*.conf  /elsewhere/x.conf\n\n#/no\n/last\n/first\nhwcap 1 nosegneg\nrelative\n",
			"/etc/ld.so.conf.d/b.conf": "/b=libc6\n",
			"/etc/ld.so.conf.d/a.conf": "# Multiarch\n/a//\n",
			"/etc/ld.so.conf.d/.hidden.conf": "/hidden\n",
			"/etc/ld.so.conf.d/c.conf~": "/backup\n",
			"/elsewhere/x.conf": "/x\n/\n",
		});
		expect(libraryDirectories(conf, files)).toEqual(["/first", "/a", "/b", "/x", "/", "/last"]);
	});

	test("circular and missing includes are ignored", () => {
		const files = madeFiles({
			"/etc/ld.so.conf": "include ld.so.conf\ninclude /etc/*.conf\ninclude /nowhere/*\ninclude\n/a\n",
			"/etc/other.conf": "include ld.so.conf\n/o\n",
		});
		expect(libraryDirectories(conf, files)).toEqual(["/o", "/a"]);
		expect(libraryDirectories("/none" as Path, files)).toEqual([]);
	});

	test.each([
		["x.conf", "*.conf", true],
		["x.conf", "?.conf", true],
		["xy.conf", "?.conf", false],
		["b.conf", "[a-c].conf", true],
		["d.conf", "[!a-c].conf", true],
		["b.conf", "[!a-c].conf", false],
		["].conf", "[]].conf", true],
		["", "*", true],
		["a", "", false],
		[".x", "*", false],
		[".x", ".*", true],
		["aXbXc", "a*X*c", true],
		["[", "[", true],
	])("%j against %j", (name, pattern, expected) => expect(matches(name, pattern)).toBe(expected));

	test("many stars take little time", () => expect(matches("a".repeat(255), `${"*a".repeat(100)}b`)).toBe(false));
});

/** The layout of glibc's dl-cache.h: header, entries (flags, name, path, OS version, hwcap), strings. */
function makeCache(entries: readonly (readonly [name: string, path: string])[]): Buffer {
	const header = Buffer.alloc(48 + 24 * entries.length);
	header.write("glibc-ld.so.cache1.1");
	header.writeUInt32LE(entries.length, 20);
	header[28] = 2;
	let strings = "";
	const text = (value: string) => {
		const at = header.length + strings.length;
		strings += `${value}\0`;
		return at;
	};
	entries.forEach(([name, path], index) => {
		header.writeUInt32LE(text(name), 48 + index * 24 + 4);
		header.writeUInt32LE(text(path), 48 + index * 24 + 8);
	});
	return Buffer.concat([header, Buffer.from(strings, "latin1")]);
}

describe("ld.so.cache", () => {
	const entries = [
		["liba.so.1", "/lib/liba.so.1"],
		["liba.so.1", "/opt/liba.so.1"],
		["libb.so", "/b/lib\xe9.so"],
	] as const;
	const expected = new Map([
		["liba.so.1", ["/lib/liba.so.1", "/opt/liba.so.1"]],
		["libb.so", ["/b/lib\xe9.so"]],
	]);

	test("names and paths are read", () => expect(parseLoaderCache(makeCache(entries))).toEqual(expected));

	test("other bytes are no cache", () => {
		expect(parseLoaderCache(Buffer.from("ld.so-1.7.0 and then nothing of it"))).toBeUndefined();
		expect(parseLoaderCache(Buffer.alloc(0))).toBeUndefined();
	});
});
