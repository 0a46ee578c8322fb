import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Confinement, confineExecutable, confineFailed, landlockProbe } from "../../src/core/confinement/confine.ts";
import { landlockMask, landlockRuleset } from "../../src/core/confinement/landlock.ts";
import { seccompFilters } from "../../src/core/confinement/seccomp.ts";
import { pathFromText } from "../../src/core/path/path.ts";

const filters = seccompFilters("x64", { unixSockets: false, memfd: false });

test("there is no such program for processors that it was not written for", () => {
	expect(confineExecutable("vax", { landlock: 0, ruleset: landlockRuleset([], false), filters })).toBeUndefined();
	expect(landlockProbe("vax")).toBeUndefined();
});

test("an old kernel is asked only for the rights that it knows", () => {
	const { handled } = landlockRuleset([], false);
	expect([1, 2, 3, 9].map((abi) => landlockMask(abi, handled))).toEqual([0x1fff, 0x3fff, 0x7fff, 0x7fff]);
	expect(landlockMask(1, ["refer", "truncate", "execute"])).toBe(1);
});

describe.skipIf(process.arch !== "x64")("the program that confines", () => {
	let folder: string;
	let version: number;
	beforeAll(() => {
		folder = mkdtempSync(`${tmpdir()}/cagewright-confine-`);
		mkdirSync(`${folder}/data`);
		writeFileSync(`${folder}/secret`, "secret\n");
		writeFileSync(`${folder}/probe`, landlockProbe("x64") ?? "", { mode: 0o755 });
		version = spawnSync(`${folder}/probe`).status ?? 0;
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	function confined(line: string, values: Partial<Confinement> = {}) {
		const ruleset = landlockRuleset([pathFromText(`${folder}/data`)], false);
		const program = confineExecutable("x64", { landlock: version, ruleset, filters, ...values });
		writeFileSync(`${folder}/confine`, program ?? "", { mode: 0o755 });
		const { output, status } = spawnSync(`${folder}/confine`, ["/bin/sh", "-c", line], { cwd: folder, encoding: "utf8" });
		return { status, output: output.join("") };
	}
	const statusLines = (...names: string[]) => `grep -E '^(${names.join("|")}):' /proc/self/status`;

	test("hands over words and environment, and ends as the next program", () => {
		expect(confined('echo "$0 $HOME"; exit 7')).toEqual({ status: 7, output: `/bin/sh ${process.env.HOME}\n` });
	});
	test("takes away every way to new privileges, and loads the filter", () => {
		expect(confined(statusLines("NoNewPrivs", "Seccomp")).output).toBe("NoNewPrivs:\t1\nSeccomp:\t2\n");
	});
	test("the filter is ours: namespaces are refused to root", () => {
		expect(confined("unshare --mount true").output).toContain("Operation not permitted");
	});
	test("Landlock lets it write in the writable directories alone", () => {
		const { output } = confined("echo x >data/a && cat data/a; echo x >b; echo x >secret; cat secret");
		expect(output.replace(/.*Permission denied/g, "refused")).toBe("x\nsecret\nrefused\nrefused\n");
	});
	test("where reads may pass, Landlock refuses everything else as before, but for cutting a file off", () => {
		const line = `python3 -c '
import os
for what in (lambda: os.truncate("secret", 3), lambda: os.open("secret", os.O_WRONLY), lambda: os.mkdir("made")):
    try: what(); print("done")
    except OSError as error: print(error.strerror)'`;
		const data = [pathFromText(`${folder}/data`)];
		const refused = "Permission denied\n";
		expect(confined(line, { ruleset: landlockRuleset(data, false) }).output).toBe(refused.repeat(3));
		expect(confined(line, { ruleset: landlockRuleset(data, true) }).output).toBe(`done\n${refused.repeat(2)}`);
	});
	test("without Landlock the filter still holds", () => {
		const { output, status } = confined(`echo x >b && ${statusLines("Seccomp")}`, { landlock: 0 });
		expect([status, output]).toEqual([0, "Seccomp:\t2\n"]);
	});
	test("with the oldest Landlock writing is refused as well", () => {
		expect(confined("echo x >data/a; echo x >c", { landlock: 1 })).toMatchObject({
			status: 2,
			output: expect.stringContaining("Permission denied"),
		});
	});

	describe("starts nothing, and says why, where the kernel refuses", () => {
		test.each([
			["a rule's directory", { ruleset: landlockRuleset([pathFromText("/nowhere")], false) }, "Landlock"],
			["a rule on a file", { ruleset: landlockRuleset([pathFromText("/etc/passwd")], false) }, "Landlock"],
			["the filter", { filters: [{ program: Buffer.alloc(8, 0xff), isLogged: true }] }, "the system call filter"],
			["an empty filter", { filters: [{ program: Buffer.alloc(0), isLogged: false }] }, "the system call filter"],
		])("%s", (_, values, step) => {
			expect(confined("echo started", values)).toEqual({
				status: confineFailed,
				output: `cagewright-conf: ${step}: refused\n`,
			});
		});
		test("the next program", () => {
			confined("true");
			const run = spawnSync(`${folder}/confine`, ["/nowhere"], { encoding: "utf8" });
			expect([run.status, run.stderr]).toEqual([confineFailed, "cagewright-conf: starting the next program: refused\n"]);
		});
	});
});
