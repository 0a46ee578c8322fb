import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	ancestors,
	baseName,
	clean,
	isWithin,
	join,
	normalise,
	type Path,
	parent,
	pathFromBytes,
	pathFromJson,
	pathFromText,
	pathToBytes,
	pathToJson,
	pathToText,
	resolvePath,
	root,
} from "../../../src/core/path/path.ts";

/** Any valid file name: bytes except NUL and slash. */
const name = fc
	.uint8Array({ minLength: 1, maxLength: 12 })
	.map((bytes) => pathFromBytes(bytes.map((byte) => (byte === 0 || byte === 47 ? 120 : byte))));
const path = fc.array(name, { maxLength: 5 }).map((names) => `/${names.join("/")}` as Path);

describe("paths are bytes", () => {
	test("any bytes survive conversion, also through JSON", () => {
		fc.assert(
			fc.property(path, (made) => {
				expect(pathFromBytes(pathToBytes(made))).toBe(made);
				expect(pathFromJson(JSON.parse(JSON.stringify(pathToJson(made))))).toBe(made);
			}),
		);
	});
	test("any text survives conversion, including a byte order mark", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (text) => {
				expect(pathToText(pathFromText(text))).toBe(text);
				expect(pathToJson(pathFromText(text))).toBe(text);
			}),
		);
		expect(pathToText(pathFromText("/\ufeffa"))).toBe("/\ufeffa");
	});
	test("paths sort and compare like their bytes", () => {
		fc.assert(
			fc.property(path, path, (a, b) => {
				expect(Math.sign(Buffer.compare(pathToBytes(a), pathToBytes(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
			}),
		);
	});
	test.each([
		["a byte alone", [0xff]],
		["half a character", [0xc3]],
		["a character spelt too long", [0xc0, 0xaf]],
		["half of a surrogate pair", [0xed, 0xa0, 0x80]],
		["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
	])("%s is no text, and base64 in JSON", (_, bytes) => {
		const made = pathFromBytes(Uint8Array.from([47, ...bytes]));
		expect(pathToText(made)).toBeUndefined();
		expect(pathToJson(made)).toEqual({ base64: Buffer.from([47, ...bytes]).toString("base64") });
	});
	test("a view into a larger buffer returns only its own bytes", () => {
		expect(pathFromBytes(new Uint8Array(Buffer.from("xx/abyy")).subarray(2, 5))).toBe("/ab");
	});
});

describe("clean and normalise", () => {
	test.each([
		["/", "/", "/"],
		["//", "/", "/"],
		["/a/", "/a", "/a"],
		["/a//b/./c/.", "/a/b/c", "/a/b/c"],
		["/a/../b", "/a/../b", "/b"],
		["/../..", "/../..", "/"],
		["/a/..", "/a/..", "/"],
		["/.a/..b/c..", "/.a/..b/c..", "/.a/..b/c.."],
		["/...", "/...", "/..."],
	])("%s", (given, cleaned, normal) => expect([clean(given as Path), normalise(given as Path)]).toEqual([cleaned, normal]));
	test("a second call changes nothing, and no path climbs above the root", () => {
		const any = fc
			.array(fc.constantFrom("a", "..", ".", "", "b"), { maxLength: 8 })
			.map((parts) => `/${parts.join("/")}` as Path);
		fc.assert(
			fc.property(any, (given) => {
				expect(clean(clean(given))).toBe(clean(given));
				expect(normalise(clean(given))).toBe(normalise(given));
				expect(normalise(given)).toMatch(/^\/((?!\.\.?(\/|$))[^/]+(\/(?!\.\.?(\/|$))[^/]+)*)?$/);
			}),
		);
	});
	test("a name is resolved against a directory, unless it is absolute", () => {
		expect(resolvePath("/a" as Path, "b/./c" as Path)).toBe("/a/b/c");
		expect(resolvePath("/a" as Path, "../b" as Path)).toBe("/a/../b");
		expect(resolvePath("/a" as Path, "/b/" as Path)).toBe("/b");
		expect(resolvePath(root, "." as Path)).toBe("/");
	});
});

describe("parts", () => {
	test("a path consists of its parent and its name", () => {
		fc.assert(
			fc.property(path, name, (directory, last) => {
				const whole = join(directory, last);
				expect([parent(whole), baseName(whole)]).toEqual([directory, last]);
				expect(ancestors(whole)).toEqual(directory === "/" ? [] : [...ancestors(directory), directory]);
				expect(isWithin(whole, directory)).toBe(true);
				expect(isWithin(directory, whole)).toBe(false);
			}),
		);
		expect([parent(root), ancestors(root)]).toEqual([root, []]);
	});
	test("a directory contains no path that only begins like it", () => {
		expect(isWithin("/a/b" as Path, "/a" as Path)).toBe(true);
		expect(isWithin("/a" as Path, "/a" as Path)).toBe(true);
		expect(isWithin("/ab" as Path, "/a" as Path)).toBe(false);
		expect(isWithin("/x" as Path, root)).toBe(true);
	});
});
