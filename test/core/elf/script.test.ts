import fc from "fast-check";
import { expect, test } from "vitest";
import { parseShebang } from "../../../src/core/elf/script.ts";

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

test("any bytes are read without an exception", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
			parseShebang(Buffer.concat([Buffer.from("#!/usr/bin/env -S "), bytes]));
			parseShebang(bytes);
		}),
	);
});
