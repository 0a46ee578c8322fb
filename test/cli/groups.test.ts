import { build } from "esbuild";
import { expect, test } from "vitest";

/** Reading code is most of a short command's time, and one import can add the code of many verbs. */
const plans = ["core/plan/make-plan.ts", "engine/build/", "engine/trace/"];
const launches = ["engine/run/", "system/launch/launcher.ts"];
const records = ["engine/record/", "report/record/build.ts"];
const others = ["adopt", "export", "minimise", "selftest", "trial"].map((family) => `engine/${family}/`);

const excludedFrom = {
	reading: [...plans, ...launches, ...records, ...others],
	running: [...plans, ...records, ...others],
	comparing: [...launches, ...others],
};

test("no group of verbs loads code of larger groups", async () => {
	const { metafile } = await build({
		entryPoints: Object.keys(excludedFrom).map((group) => `src/cli/${group}.ts`),
		outdir: "dist",
		bundle: true,
		packages: "external",
		format: "esm",
		platform: "node",
		write: false,
		metafile: true,
	});
	for (const [group, excluded] of Object.entries(excludedFrom)) {
		const loaded = Object.keys(metafile.outputs[`dist/${group}.js`]?.inputs ?? {});
		expect(loaded).toContain(`src/cli/${group}.ts`);
		expect(loaded.filter((file) => excluded.some((start) => file.startsWith(`src/${start}`)))).toEqual([]);
	}
});
