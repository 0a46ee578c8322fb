#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
if (existsSync(`${dist}/main.js`)) {
	// In the program's own folder: by default it is in /tmp, where other users could plant code for root.
	module.enableCompileCache?.(`${dist}/.cache`);
	await import("../dist/main.js");
} else {
	process.stderr.write("cagewright: it is not built yet; run npm start in its folder once.\n");
	process.exitCode = 3;
}
