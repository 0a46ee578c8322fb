import { inkEdits } from "./ink-edits.js";

/** What the program and everything that measures it are bundled with. */
export const bundled = {
	bundle: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	// React for development tells Node of each of its steps, and Node keeps all of them.
	define: { "process.env.NODE_ENV": '"production"' },
	// Ink imports its developer tools only when DEV is set; without this stub the bundle would ask for a package that nobody installs.
	alias: { "react-devtools-core": "./src/ui/no-devtools.ts" },
	// The library of the bill of materials asks for it in case it is there; XML is none of our forms.
	external: ["xmlbuilder2"],
	banner: {
		js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	},
	plugins: [inkEdits],
};
