import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { isLong } from "./test/long.ts";

/**
 * Tests that install packages, check all files or processes of the machine, measure time, or read or flood the kernel's log, of which
 * the machine has only one. And one that makes what many others need.
 */
const alone = [
	"alarms",
	"alarm-storm",
	"booted-tree",
	"install-hook",
	"sandbox/sandbox",
	"selftest-leavings",
	"unchanged",
	"update",
	"watch",
].map((name) => `test/system/${name}.test.ts`);
/** Tests that replace a module of ours, which an earlier file of the same worker may have loaded. */
const replacing = ["init-search", "leftovers"].map((name) => `test/system/${name}.test.ts`);
/**
 * They boot many systems, install many daemons, boot a kernel of their own, build a release, interrupt verbs at many moments, or try
 * on a terminal, in a booted system or with other tools what others try without.
 */
const longOnly = [
	"system/adopt-site",
	"system/census",
	"system/confined-booted",
	"system/cut-off",
	"system/distribution-upgrade",
	"system/fleet",
	"system/interrupted-anywhere",
	"system/machine",
	"system/older-unit-booted",
	"system/other-tools",
	"system/package-bytes",
	"system/package-npm",
	"system/portable",
	"system/power-cuts",
	"system/processors",
	"system/reactions-booted",
	"system/release-before",
	"system/release-before-booted",
	"system/renewed-unit-booted",
	"system/sandbox/changing-mounts",
	"system/socket-alone-booted",
	"system/stack-matrix",
	"system/verified-install",
	"terminal/files-step",
	"terminal/home-booted",
	"terminal/minimise",
	"terminal/resume-killed",
	"terminal/rootless-wizard",
	"terminal/template-choice",
].map((name) => `test/${name}.test.ts`);
/**
 * A worker runs many files, because loading the modules and the program again for each takes a second. So `setup.ts` registers the
 * helpers' hooks for each file. Node loads the built program for `inProcess`, without another transformation.
 */
const sharedWorkers = {
	isolate: false,
	setupFiles: ["test/system/setup.ts"],
	server: { deps: { external: [/\/dist\/[\w-]+\.js$/] } },
};
/**
 * The slowest files start first, because a slow file that starts last would run alone at the end. Files that mostly wait for a booted
 * system alternate with files that mostly compute.
 */
const slowest = [
	"booted-tree",
	"adopt-clients",
	"stacks",
	"unit-booted",
	"killed",
	"accept",
	"templates",
	"adopt",
	"adopt-in-place",
	"rootless",
	"unit-selftest",
	"probes",
	"readme",
	"neighbours",
	"lockout",
	"interrupted",
	"leftovers",
	"ansible",
	"dedicated-account",
	"package-deb",
	"minimise",
	"terminal/trial",
	"data-links",
	"unit-launched",
	"outputs",
	"offered-sockets",
	"published-files",
	"reactions",
	"hostile-text",
	"import-account",
	"terminal/resume",
	"selftest",
	"attribution",
	"refused-calls",
];
class SlowestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const rank = ({ moduleId }: TestSpecification) =>
			[...slowest, ""].findIndex((name) => name === "" || moduleId.endsWith(`/${name}.test.ts`));
		return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
	}
}

/** Daemons and terminals mostly wait, and each file has its own namespaces and folders. */
const parallel = { maxWorkers: availableParallelism() + 1, sequence: { groupOrder: 1 } };
const systemTests = "test/{system,terminal}/**/*.test.ts";
/**
 * Much longer than any test takes, so that only a hanging test fails, even on a busy machine: the first boot downloads packages. Long
 * tests have no limit.
 */
const limit = isLong ? 0 : 1_800_000;
const timeouts = { testTimeout: limit, hookTimeout: limit };

export default defineConfig({
	test: {
		globalSetup: ["test/global-setup.ts"],
		sequence: { sequencer: SlowestFirst },
		// Of the tests without daemons. `--maxWorkers` overrides it.
		maxWorkers: availableParallelism(),
		projects: [
			{
				oxc: { jsx: { development: false } },
				test: {
					name: "quick",
					include: ["test/**/*.test.{ts,tsx}"],
					exclude: [systemTests],
					sequence: { groupOrder: 0 },
					// These tests leave no state in modules. Loading modules once per worker saves half of the time.
					isolate: false,
					// Under CI, Ink draws only the last frame.
					env: { CI: "false", CONTINUOUS_INTEGRATION: "false", NODE_ENV: "production" },
					...timeouts,
				},
			},
			{
				test: {
					name: "system",
					include: [systemTests],
					exclude: [...alone, ...replacing, ...(isLong ? [] : longOnly)],
					...parallel,
					...sharedWorkers,
					...timeouts,
				},
			},
			{
				test: { name: "replacing", include: replacing, ...parallel, ...sharedWorkers, isolate: true, ...timeouts },
			},
			{
				test: {
					name: "alone",
					include: alone,
					fileParallelism: false,
					maxWorkers: 1,
					sequence: { groupOrder: 2 },
					...sharedWorkers,
					...timeouts,
				},
			},
		],
	},
});
