import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bootedTree } from "./booted-tree.ts";

/** Runs first, beside the tests without daemons. Otherwise every process that runs tests would wait for the first one that boots. */
test("the system that tests boot can be made", () => {
	expect(existsSync(join(bootedTree(), "usr/lib/systemd/systemd"))).toBe(true);
});
