import { existsSync } from "node:fs";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Reading code is most of a short command's time, and one import can add the code of many verbs. */
const plans = ["plan/make-plan.ts", "trace/engine/"];
const launches = ["launch/engine/", "launch/host/launcher.ts"];
const records = ["record/engine/", "record/report/build.ts"];
const others = ["adopt", "make", "minimise", "selftest", "transfer", "unit"].map((room) => `${room}/engine/`);

const excludedFrom = {
	reading: [...plans, ...launches, ...records, ...others],
	running: [...plans, ...records, ...others],
	comparing: [...launches, ...others],
};

const all = [...plans, ...launches, ...records, ...others];

test("what groups must not load exists", () => {
	expect(all.filter((place) => !existsSync(`src/${place}`))).toEqual([]);
});

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
