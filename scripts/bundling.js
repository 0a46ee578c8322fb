import { inkEdits } from "./ink-edits.js";

const common = {
	bundle: true,
	platform: "node",
	target: "node20.19",
	// The library of the bill of materials asks for it in case it is there; XML is none of our forms.
	external: ["xmlbuilder2"],
	plugins: [inkEdits],
};

// React for development tells Node of each of its steps, and Node keeps all of them.
const forProduction = { "process.env.NODE_ENV": '"production"' };

/** What the program is bundled with: scripts, of which V8 can keep the code (build.js), and no ES modules. */
export const asScript = {
	...common,
	format: "cjs",
	define: { ...forProduction, "import.meta.url": "__moduleUrl" },
	banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/** And what measures it, which awaits more than a script can. */
export const asModule = {
	...common,
	format: "esm",
	define: forProduction,
	banner: {
		js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	},
};
