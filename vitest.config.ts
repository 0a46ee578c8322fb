import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Installs packages, claims something of all files and processes of the machine, or measures time. */
const alone = [
	"alarms",
	"import-account",
	"install-hook",
	"killed",
	"sandbox/sandbox",
	"selftest-leavings",
	"unchanged",
	"update",
].map((name) => `test/system/${name}.test.ts`);
/** Files that take longest; one that starts last would run by itself at the end. */
const slowest =
	/\/(adopt|census|cut-off|dedicated-account|minimise|neighbours|resume|rootless|templates|unit-booted|unit-selftest)\.test\.ts$/;
class SlowestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const isSlow = ({ moduleId }: TestSpecification) => slowest.test(moduleId);
		return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
	}
}

const systemTests = "test/{system,terminal}/**/*.test.ts";
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Far above what a test takes: only one that hangs gets here, also on a busy machine. */
const systemTimeouts = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
	test: {
		globalSetup: ["test/global-setup.ts"],
		sequence: { sequencer: SlowestFirst },
		projects: [
			{
				test: {
					name: "quick",
					include: ["test/**/*.test.{ts,tsx}"],
					exclude: [systemTests],
					maxWorkers: availableParallelism(),
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
					// The built program is loaded as Node loads it, not transformed again (`inProcess`).
					server: { deps: { external: [/\/dist\/[\w-]+\.js$/] } },
					...systemTimeouts,
				},
			},
			{
				test: {
					name: "alone",
					include: alone,
					fileParallelism: false,
					maxWorkers: 1,
					sequence: { groupOrder: 2 },
					...systemTimeouts,
				},
			},
		],
	},
});
