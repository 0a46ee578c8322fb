import { defineConfig } from "vitest/config";
import { inkEditsForTests } from "./scripts/ink-edits.js";

export default defineConfig({
	plugins: [inkEditsForTests],
	test: {
		include: ["test/**/*.test.{ts,tsx}"],
		globalSetup: ["test/global-setup.ts"],
		// System tests boot real daemons on two cores: side by side they would only wait for one another.
		fileParallelism: false,
		// Through the plugin, so that tests draw with the same Ink as the program.
		server: { deps: { inline: [/\/ink\/build\//] } },
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
