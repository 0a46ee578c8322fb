import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseElf } from "../../../src/plan/elf/elf.ts";
import { parseShebang } from "../../../src/plan/elf/script.ts";
import { makeElf } from "./make-elf.ts";

const everything = {
	interpreter: "/lib64/ld-linux-x86-64.so.2",
	needed: ["liba.so.1", "libb.so"],
	rpath: "$ORIGIN/../lib:/opt/lib",
	soname: "me.so.3",
	dlopen: ['[{"soname":["libx.so.2","libx.so.1"],"feature":"x","description":"Does x","priority":"suggested"}]'],
};

describe("parseElf", () => {
	for (const bits of [32, 64] as const) {
		test(`reads ${bits} bits`, () => {
			expect(parseElf(makeElf({ ...everything, class: bits, machine: 21 }))).toEqual({
				class: bits,
				machine: 21,
				interpreter: "/lib64/ld-linux-x86-64.so.2",
				needed: ["liba.so.1", "libb.so"],
				rpath: ["$ORIGIN/../lib", "/opt/lib"],
				runpath: [],
				soname: "me.so.3",
				noDefaultDirectories: false,
				dlopen: [{ sonames: ["libx.so.2", "libx.so.1"], feature: "x", priority: "suggested" }],
				isStatic: false,
			});
		});
	}

	test("a DT_RUNPATH makes the loader ignore DT_RPATH", () => {
		expect(parseElf(makeElf({ rpath: "/a", runpath: "/b" }))).toMatchObject({ rpath: [], runpath: ["/b"] });
	});

	test("names are bytes", () => expect(parseElf(makeElf({ needed: ["lib\xff\xe9.so"] }))?.needed).toEqual(["lib\xff\xe9.so"]));

	test("a static program differs from the loader, which needs nothing either", () => {
		expect(parseElf(makeElf({ type: 2 }))?.isStatic).toBe(true);
		expect(parseElf(makeElf({ type: 3, flags1: 0x8000001 }))?.isStatic).toBe(true);
		expect(parseElf(makeElf({ type: 3, soname: "ld-linux-x86-64.so.2" }))?.isStatic).toBe(false);
	});

	test("DF_1_NODEFLIB is read", () => expect(parseElf(makeElf({ flags1: 0x801 }))?.noDefaultDirectories).toBe(true));

	test("object files, core dumps and other files are no programs", () => {
		expect(parseElf(makeElf({ type: 1 }))).toBeUndefined();
		expect(parseElf(makeElf({ type: 4 }))).toBeUndefined();
		expect(parseElf(Buffer.from("#!/bin/sh\n"))).toBeUndefined();
		expect(parseElf(Buffer.alloc(0))).toBeUndefined();
	});

	test.each([
		["no JSON", "[{"],
		["no array", '{"soname":["a"]}'],
		["no names", '[{"soname":[]},{"soname":"a"},{},null,7]'],
		["names that are paths", '[{"soname":["../../etc/shadow","a/b",7]}]'],
	])("a dlopen note with %s is ignored", (_, json) => expect(parseElf(makeElf({ dlopen: [json] }))?.dlopen).toEqual([]));

	test("a note without a priority is recommended", () => {
		expect(parseElf(makeElf({ dlopen: ['[{"soname":["a.so"]}]'] }))?.dlopen).toEqual([
			{ sonames: ["a.so"], priority: "recommended" },
		]);
	});
});

describe("real files", () => {
	test("this node is read in small parts", () => {
		const file = openSync(process.execPath, "r");
		let total = 0;
		const elf = parseElf((offset, length) => {
			const buffer = Buffer.alloc(length);
			const got = readSync(file, buffer, 0, length, offset);
			total += got;
			return buffer.subarray(0, got);
		});
		closeSync(file);
		expect(elf?.needed).toContain("libc.so.6");
		expect(elf?.interpreter).toMatch(/^\/lib/);
		expect(total).toBeLessThan(64 * 1024);
		expect(parseElf(readFileSync(process.execPath))).toEqual(elf);
	});
});

describe("hostile bytes", () => {
	/** Counts the requested bytes: a limit on time and memory that is independent of the machine. */
	function cost(file: Buffer): number {
		let bytes = 0;
		parseElf((offset, length) => {
			bytes += 100 + length;
			return file.subarray(offset, offset + length);
		});
		return bytes;
	}

	test("thousands of long names have a bounded cost", () => {
		const file = makeElf({ needed: Array.from({ length: 4000 }, () => "x".repeat(4000)) });
		expect(parseElf(file)?.needed.length).toBeLessThanOrEqual(1024);
		expect(cost(file)).toBeLessThan(8e6);
	});

	test("an unterminated name is ignored", () => {
		const file = makeElf({ needed: ["abc"] });
		expect(parseElf(file.subarray(0, file.length - 1))?.needed).toEqual([]);
	});
});

describe("a script", () => {
	const parse = (text: string) => parseShebang(Buffer.from(text, "latin1"));

	test.each([
		["#!/bin/sh\necho", { interpreter: "/bin/sh" }],
		["#!/bin/sh", { interpreter: "/bin/sh" }],
		["#! \t/bin/sh  -e \t\n", { interpreter: "/bin/sh", argument: "-e" }],
		["#!/usr/bin/perl -w -T\n", { interpreter: "/usr/bin/perl", argument: "-w -T" }],
		["#!bin/sh\n", { interpreter: "bin/sh" }],
		["#!/bin/sh\r\n", { interpreter: "/bin/sh\r" }],
		["#!/bin/s\xfc\n", { interpreter: "/bin/s\xfc" }],
		["#!/usr/bin/env python3\n", { interpreter: "/usr/bin/env", argument: "python3", lookup: "python3" }],
		["#!/usr/bin/env -S python3 -u\n", { interpreter: "/usr/bin/env", argument: "-S python3 -u", lookup: "python3" }],
		[
			"#!/usr/bin/env -iS A=1 -u B 'my prog' x\n",
			{ interpreter: "/usr/bin/env", argument: "-iS A=1 -u B 'my prog' x", lookup: "my prog", lookupPath: "/bin:/usr/bin" },
		],
		["#!/usr/bin/env -S - a\n", { interpreter: "/usr/bin/env", argument: "-S - a", lookup: "a", lookupPath: "/bin:/usr/bin" }],
		[
			"#!/usr/bin/env -S -u X -i PATH=/x a\n",
			{ interpreter: "/usr/bin/env", argument: "-S -u X -i PATH=/x a", lookup: "a", lookupPath: "/x" },
		],
		[
			"#!/usr/bin/env --split-string=node\\_x\n",
			{ interpreter: "/usr/bin/env", argument: "--split-string=node\\_x", lookup: "node" },
		],
		["#!/usr/bin/env -S # nothing\n", { interpreter: "/usr/bin/env", argument: "-S # nothing" }],
		["#!/usr/bin/env -i\n", { interpreter: "/usr/bin/env", argument: "-i" }],
		["#!/usr/bin/env A=1\n", { interpreter: "/usr/bin/env", argument: "A=1" }],
		// Without -S env takes the kernel's one word as a name.
		["#!/usr/bin/env python3 -u\n", { interpreter: "/usr/bin/env", argument: "python3 -u", lookup: "python3 -u" }],
	])("%j", (line, expected) => expect(parse(line)).toEqual(expected));

	test.each(["", "#", "#!", "#!\n/bin/sh", "#!   \n", " #!/bin/sh\n", "#!\0/bin/sh\n"])("%j is no script", (line) => {
		expect(parse(line)).toBeUndefined();
	});

	test("an interpreter that the kernel's buffer cuts is refused, an argument is not", () => {
		expect(parse(`#!/${"a".repeat(300)}\n`)).toBeUndefined();
		expect(parse(`#!/a ${"b".repeat(300)}\n`)).toEqual({ interpreter: "/a", argument: "b".repeat(251) });
	});
});
