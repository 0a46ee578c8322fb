import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle } from "../bundle.ts";
import { times } from "../long.ts";

/** Reading arbitrary bytes as an archive ends with a result or a `Failure`, in little memory. `CAGEWRIGHT_SEED` tries other bytes. */

const seed = process.env.CAGEWRIGHT_SEED ?? "1";
const runs = String(times(600, 20_000));

test("any archive is read and unpacked to an end, and nothing outside changes", () => {
	const folder = mkdtempSync(join(tmpdir(), "cagewright-archive-fuzz-"));
	try {
		const child = bundle(join(folder, "child.mjs"), { file: "test/fuzz/archive-child.ts" });
		const { signal, status, stderr, stdout } = spawnSync(
			process.execPath,
			["--max-old-space-size=192", child, folder, seed, runs],
			{ encoding: "utf8", timeout: 1_200_000, killSignal: "SIGKILL" },
		);
		expect({ seed, status, signal, said: stderr.slice(0, 4000) }).toEqual({ seed, status: 0, signal: null, said: "" });
		// Otherwise the test tried nothing but refusals.
		expect(Number(stdout)).toBeGreaterThan(Number(runs) / 100);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
