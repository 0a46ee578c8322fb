import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { isLong, some } from "../long.ts";
import { home } from "./cagewright.ts";

/** What compilers and checkers say about native/. */

const folder = join(home, "native");
const all = readdirSync(folder).filter((name) => name.endsWith(".c") && !name.endsWith(".bpf.c"));
/** The analyzer needs longer for escape.c than for all others. */
const programs = all.filter((name) => isLong || name !== "escape.c");

// The analyzer takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

function judge(tool: string, ...words: readonly string[]) {
	const { status, stderr, stdout } = spawnSync(tool, words, { cwd: home, encoding: "utf8" });
	return { status, output: stdout + stderr };
}

describe.each(some(1, ["gcc", "aarch64-linux-gnu-gcc"]))("%s", (compiler) => {
	test.each(programs)("finds no fault in %s", (program) => {
		const warnings = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fanalyzer"];
		const words = [...warnings, "-Os", "-ffreestanding", "-S", "-o", "/dev/null", join("native", program)];
		expect(judge(compiler, ...words)).toEqual({ status: 0, output: "" });
	});
});

test("cppcheck finds no fault", () => {
	const checks = ["--enable=warning,performance,portability", "--check-level=exhaustive", "--inline-suppr", "--error-exitcode=1"];
	// It does not know registers of variables.
	const language = ["--std=c11", "-D__x86_64__", "-D__asm__(x)="];
	expect(judge("cppcheck", "--quiet", ...checks, ...language, "native")).toEqual({ status: 0, output: "" });
});
