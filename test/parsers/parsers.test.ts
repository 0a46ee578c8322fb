import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId } from "../../src/base/machine/accounts.ts";
import { parseAcceptance } from "../../src/cage/finding.ts";
import { parseSize } from "../../src/confine/limits.ts";
import { parseBind } from "../../src/options/answers.ts";
import { parseAccountName } from "../../src/plan/accounts.ts";
import { bundle } from "../bundle.ts";
import { runToEnd } from "../run-to-end.ts";
import { parsers } from "./parsers.ts";

/**
 * Every parser ends on any text, in little memory, with a result or a `Failure`. Parsers run in child processes; one that hangs or
 * grows is killed and fails the test. `CAGEWRIGHT_SEED` tries other texts.
 */

const seed = process.env.CAGEWRIGHT_SEED ?? "1";
const processes = 4;
/** In milliseconds: much longer than a process needs for its parsers, so only an endless loop takes this long. */
const hangs = 1_200_000;
const memory = 192;
const names = Object.keys(parsers);
const shares = Array.from({ length: processes }, (_, share) => names.filter((_, at) => at % processes === share));

const folder = mkdtempSync(join(tmpdir(), "cagewright-parsers-"));
const child = join(folder, "child.mjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
	bundle(child, { file: "test/parsers/child.ts" });
});

test.each(shares.map((share, at) => [`${at + 1} of ${processes}`, share] as const))(
	"parsers survive damaged texts (share %s)",
	async (_, share) => {
		const words = [`--max-old-space-size=${memory}`, child, seed, ...share];
		const { signal, status, stderr, stdout } = await runToEnd(process.execPath, words, hangs);
		const last = status === 0 ? "" : stdout.trimEnd().split("\n").at(-1);
		expect({ seed, status, signal, last, said: stderr.slice(0, 2000) }).toEqual({
			seed,
			status: 0,
			signal: null,
			last: "",
			said: "",
		});
	},
);

/** Parsers of an administrator's input, and parsers of a part of a text in the table. */
const typed: readonly string[] = [parseAcceptance, parseAccountName, parseBind, parseId, parseSize].map(({ name }) => name);

test("every parser has a line in parsers.ts", () => {
	const source = execFileSync("grep", ["-rhoE", "^export function parse[A-Z]\\w*", "src"], { encoding: "utf8" });
	const names = source
		.trim()
		.split("\n")
		.map((line) => line.replace("export function ", ""));
	expect(names.filter((name) => !(name in parsers) && !typed.includes(name))).toEqual([]);
});
