import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.{ts,tsx}"],
		globalSetup: ["test/global-setup.ts"],
		// System tests boot real daemons on two cores: side by side they would only wait for one another.
		fileParallelism: false,
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
