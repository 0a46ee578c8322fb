import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./project.js";

/**
 * Modules that are loaded on demand and share a file of the bundle. With a file each, the bundle would be split into hundreds, and opening
 * a hundred takes longer than reading code that is not used.
 */
const pieces = {
	/** What every verb needs, and verbs that people and scripts wait for. */
	"waited-for": [
		"cli/open-terminal.ts",
		"check/verbs/check.ts",
		"explain/verbs/explain.ts",
		"launch/verbs/run.ts",
		"record/verbs/record.ts",
		"upkeep/verbs/diff.ts",
		"upkeep/verbs/list.ts",
		"upkeep/verbs/show.ts",
		"upkeep/verbs/stale.ts",
		"watch/verbs/metrics.ts",
	],
	/** What few commands need. */
	rare: ["cli/events.ts", "cli/help.ts", "cli/state-in-messages.ts", "cli/usage-error.ts"],
	/** With all other verbs. */
	others: ["upkeep/verbs/unfinished.ts"],
};

const source = join(root, "src");

/** Every verb's file and function, as the definitions load them. */
function verbs() {
	return readdirSync(source).flatMap((room) => {
		const definitions = join(source, room, "verbs/definitions.ts");
		if (!existsSync(definitions)) return [];
		const loaded = readFileSync(definitions, "utf8").matchAll(/import\("\.\/([\w-]+\.ts)"\)\)\.(\w+)/g);
		return [...loaded].map(([, file, name]) => ({ file: `${room}/verbs/${file}`, name }));
	});
}

const isVerb = (importer) => importer.endsWith("/verbs/definitions.ts");

function pieceOf(file, isOfVerb) {
	return Object.keys(pieces).find((name) => pieces[name].includes(file)) ?? (isOfVerb ? "others" : undefined);
}

/** Loads a piece instead of each of its modules. */
export const sharedPieces = {
	name: "shared-pieces",
	setup({ onLoad, onResolve }) {
		onResolve({ filter: /^\.\.?\// }, ({ importer, kind, path }) => {
			const file = relative(source, join(dirname(importer), path));
			const piece = kind === "dynamic-import" ? pieceOf(file, isVerb(importer)) : undefined;
			return piece === undefined ? undefined : { path: piece, namespace: "pieces" };
		});
		onLoad({ filter: /^/, namespace: "pieces" }, ({ path }) => {
			const own = verbs().filter(({ file }) => pieceOf(file, true) === path);
			const further = pieces[path].filter((file) => own.every((verb) => verb.file !== file));
			const lines = [
				...own.map(({ file, name }) => `export { ${name} } from "./${file}";`),
				...further.map((file) => `export * from "./${file}";`),
			];
			return { contents: lines.join("\n"), resolveDir: source };
		});
	},
};
