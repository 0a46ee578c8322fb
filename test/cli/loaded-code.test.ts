import { existsSync } from "node:fs";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Reading code is most of a short command's time, and one import can add the code of many verbs. */
const slow = ["adopt", "make", "minimise", "selftest", "transfer", "unit"].map((room) => `src/${room}/engine/`);
const rarelyNeeded = [...slow, "src/cli/state-in-messages.ts"];

test.each([
	"cli/open-terminal",
	"check/verbs/check",
	"launch/verbs/run",
	"record/verbs/record",
	"upkeep/verbs/list",
	"upkeep/verbs/show",
])("%s loads neither code of verbs that take long, nor code that names the state folder", async (name) => {
	const { metafile } = await build({
		entryPoints: [`src/${name}.ts`],
		outdir: "dist",
		bundle: true,
		splitting: true,
		packages: "external",
		format: "esm",
		platform: "node",
		write: false,
		metafile: true,
	});
	const loaded = new Set<string>();
	const load = (output: string) => {
		for (const input of Object.keys(metafile.outputs[output]?.inputs ?? {})) loaded.add(input);
		for (const { kind, path } of metafile.outputs[output]?.imports ?? []) if (kind === "import-statement") load(path);
	};
	load(`dist/${name.split("/").at(-1)}.js`);
	expect(loaded).toContain(`src/${name}.ts`);
	expect([...loaded].filter((file) => rarelyNeeded.some((place) => file.startsWith(place)))).toEqual([]);
});

test("the program contains no descriptions of results, only their types", async () => {
	const { metafile } = await build({
		entryPoints: ["src/main.ts"],
		bundle: true,
		packages: "external",
		format: "esm",
		platform: "node",
		write: false,
		metafile: true,
	});
	const loaded = Object.keys(metafile.inputs);
	expect(loaded).toContain("src/upkeep/verbs/list.ts");
	expect(loaded.filter((file) => /\/((cli|verbs)\/results|descriptions|event-description)\.ts$/.test(file))).toEqual([]);
});

test("what must not be loaded exists", () => {
	expect(rarelyNeeded.filter((place) => !existsSync(place))).toEqual([]);
});
