import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { parseShebang } from "../../src/plan/elf/script.ts";
import { temporaryFolder } from "./cagewright.ts";
import { patience } from "./eventually.ts";

const programs = ["tool", "my prog", "toolc", "it's", 'x"y', "back\\slash", "a#b"];
const folder = temporaryFolder("env");
beforeAll(() => {
	for (const name of programs) {
		writeFileSync(`${folder}/${name}`, `#!/bin/sh\nprintf %s ${JSON.stringify(name)}\n`, { mode: 0o755 });
	}
});

test.each([
	"tool",
	" tool ",
	"-S tool -u",
	"-Stool x",
	"-S A=1 B=2 tool x",
	"-S -u B tool",
	"-S -uB tool",
	"-S --unset=B tool",
	"-S --chdir / tool",
	"-S --block-signal=PIPE -- tool",
	"-S -S tool",
	'-S "my prog" x',
	"-S 'my prog' x",
	'-S "my\\_prog"',
	"-S tool\\_x",
	"-S \\_tool\\_x",
	'-S t"oo"l""',
	"-S 'to'ol",
	"-S tool # comment",
	"-S tool\\c rest",
	"-S it\\'s",
	"-S 'it\\'s'",
	'-S x\\"y',
	"-S 'back\\\\slash'",
	'-S "back\\\\slash"',
	"-S a#b",
	"--split-string=tool x",
])("env %s: the parser finds the program that env runs", (argument) => {
	const line = `#!/usr/bin/env ${argument}\n`;
	writeFileSync(`${folder}/script`, line, { mode: 0o755 });
	const ran = execFileSync(`${folder}/script`, { env: { PATH: `${folder}:/usr/bin:/bin` }, encoding: "utf8", timeout: patience });
	expect(ran).not.toBe("");
	expect(parseShebang(Buffer.from(line))?.lookup).toBe(ran);
});

test.each([
	["-S PATH=@/own tool", "own"],
	["-S -i PATH=@/own tool", "own"],
	["-iS PATH=@/own tool", "own"],
])("env %s: the parser searches the PATH that the line sets", (argument, expected) => {
	mkdirSync(`${folder}/own`, { recursive: true });
	writeFileSync(`${folder}/own/tool`, "#!/bin/sh\nprintf own\n", { mode: 0o755 });
	const line = `#!/usr/bin/env ${argument.replace("@", folder)}\n`;
	writeFileSync(`${folder}/script`, line, { mode: 0o755 });
	expect(execFileSync(`${folder}/script`, { env: { PATH: `${folder}:/usr/bin:/bin` }, encoding: "utf8" })).toBe(expected);
	expect(parseShebang(Buffer.from(line))).toMatchObject({ lookup: "tool", lookupPath: `${folder}/own` });
});
