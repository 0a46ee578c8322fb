import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Installs packages, claims something of all files and processes of the machine, or measures time. */
const alone = ["import-account", "install", "killed", "sandbox/sandbox", "selftest-leavings", "unchanged", "update"].map(
	(name) => `test/system/${name}.test.ts`,
);
const systemTests = "test/{system,terminal}/**/*.test.ts";
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
	test: {
		globalSetup: ["test/global-setup.ts"],
		projects: [
			{
				test: {
					name: "quick",
					include: ["test/**/*.test.{ts,tsx}"],
					exclude: [systemTests],
					sequence: { groupOrder: 0 },
					// These tests leave no state in modules; to load those once a worker saves half of the time.
					isolate: false,
					// Under CI Ink draws the last frame alone.
					env: { CI: "false", CONTINUOUS_INTEGRATION: "false" },
					...timeouts,
				},
			},
			{
				test: {
					name: "system",
					include: [systemTests],
					exclude: alone,
					// Daemons and terminals wait most of the time; each file has its own namespaces and folders.
					maxWorkers: availableParallelism() + 1,
					sequence: { groupOrder: 1 },
					...timeouts,
				},
			},
			{
				test: { name: "alone", include: alone, fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 2 }, ...timeouts },
			},
		],
	},
});
