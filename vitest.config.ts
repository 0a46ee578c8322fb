import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * What installs packages on this machine, or claims something of all its files and processes, runs by itself. The rest waits for
 * daemons and terminals most of the time, and each file has namespaces and folders of its own.
 */
const alone = ["import-account", "install", "killed", "sandbox/sandbox", "selftest-leavings", "unchanged", "update"].map(
	(name) => `test/system/${name}.test.ts`,
);
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
	test: {
		globalSetup: ["test/global-setup.ts"],
		projects: [
			{
				test: {
					name: "side by side",
					include: ["test/**/*.test.{ts,tsx}"],
					exclude: alone,
					maxWorkers: availableParallelism() + 1,
					sequence: { groupOrder: 0 },
					...timeouts,
				},
			},
			{
				test: { name: "alone", include: alone, fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 1 }, ...timeouts },
			},
		],
	},
});
