import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/** Creates a folder that all tests share, and removes it at the end. */
export default function setUp({ provide }: TestProject): () => void {
	buildProgram();
	const prepared = mkdtempSync(join(process.env.CAGEWRIGHT_TEST_FOLDER ?? tmpdir(), "cagewright-prepared-"));
	chmodSync(prepared, 0o755);
	provide("prepared", prepared);
	return () => rmSync(prepared, { recursive: true, force: true });
}

/**
 * System tests drive the program as shipped, so this builds it first if its source is newer. CAGEWRIGHT_PROGRAM names another build to
 * test instead, such as an installed one.
 */
function buildProgram(): void {
	if (process.env.CAGEWRIGHT_PROGRAM) return;
	const names = ["src", "native", "templates", "package.json", "package-lock.json", "build.js", "scripts/native.js"];
	const sources = names.map((name) => join(home, name));
	const built = statSync(join(home, "dist/main.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (Math.max(...sources.map(newest)) < built) return;
	execFileSync(process.execPath, ["build.js"], { cwd: home, stdio: "inherit" });
}

function newest(path: string): number {
	const status = statSync(path);
	if (!status.isDirectory()) return status.mtimeMs;
	return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
