import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * What is done to Ink 6.8 when it is bundled, and when tests load it. It remembers every text that it ever measured or wrapped, which a live log
 * fills with gigabytes in a day; and it makes each frame anew from every character of it, which at 200x60 is most of what a key takes (measured).
 * And nothing of it may await while it is loaded, for the program is no ES module (build.js). Each edit has to be found, so that another version of Ink is
 * looked at before it is taken.
 */
const mostTexts = 5000;
const rows = JSON.stringify(fileURLToPath(new URL("../src/wizard/ink-rows.ts", import.meta.url)));

/** What Ink lays out with, loaded before Ink is. */
const yoga = fileURLToPath(new URL("../src/wizard/yoga.ts", import.meta.url));

const edits = {
	"measure-text.js": [
		["cache.set(text, dimensions);", `if (cache.size >= ${mostTexts}) cache.clear();\n    cache.set(text, dimensions);`],
	],
	"wrap-text.js": [
		["const cache = {};", "let cache = {};\nlet kept = 0;"],
		[
			"cache[cacheKey] = wrappedText;",
			`if (kept++ >= ${mostTexts}) {\n        cache = {};\n        kept = 1;\n    }\n    cache[cacheKey] = wrappedText;`,
		],
	],
	// Its developer tools, for which it awaits a package that nobody installs and its own description.
	"reconciler.js": [
		["await import('./devtools.js');", ""],
		["await loadPackageJson()", "{}"],
	],
	"renderer.js": [
		[
			"import Output from './output.js';",
			`import InkOutput from './output.js';\nimport { rememberingRows } from ${rows};\nconst Output = rememberingRows(InkOutput);`,
		],
	],
};

const edited = /[\\/]ink[\\/]build[\\/](measure-text|wrap-text|renderer|reconciler)\.js$/;

function edit(path, source) {
	return edits[path.match(edited)[0].split(/[\\/]/).at(-1)].reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`${path} has no "${from}": scripts/ink-edits.js is for another version of Ink`);
		return text.replace(from, () => to);
	}, source);
}

/** For esbuild. */
export const inkEdits = {
	name: "ink-edits",
	setup({ onLoad, onResolve }) {
		onResolve({ filter: /^yoga-layout$/ }, () => ({ path: yoga }));
		onLoad({ filter: edited }, ({ path }) => ({ contents: edit(path, readFileSync(path, "utf8")), loader: "js" }));
	},
};

const ink = /[\\/]ink[\\/]build[\\/].*\.js$/;

/** For vitest, which has to be told to load Ink through its plugins. Ink names maps of its source that it does not bring along. */
export const inkEditsForTests = {
	name: "ink-edits",
	load(path) {
		if (!ink.test(path)) return undefined;
		const source = readFileSync(path, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
		return edited.test(path) ? edit(path, source) : source;
	},
};
