import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/** Creates a folder that all tests share, and removes it at the end. */
export default async function setUp({ provide }: TestProject): Promise<() => void> {
	await buildProgram();
	const prepared = mkdtempSync(join(process.env.CAGEWRIGHT_TEST_FOLDER ?? tmpdir(), "cagewright-prepared-"));
	chmodSync(prepared, 0o755);
	provide("prepared", prepared);
	return () => rmSync(prepared, { recursive: true, force: true });
}

/**
 * System tests drive the program as shipped, so this builds it first if its source is newer. CAGEWRIGHT_PROGRAM names another build to
 * test instead, such as an installed one.
 */
async function buildProgram(): Promise<void> {
	if (process.env.CAGEWRIGHT_PROGRAM) return;
	const scripts = (await import(new URL("../scripts/set-up.js", import.meta.url).href)) as { setUp(): void };
	scripts.setUp();
}
