#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "../dist/main.js");
if (existsSync(main)) require(main);
else {
	process.stderr.write("cagewright: it is not built yet; run npm start in its folder once.\n");
	process.exitCode = 3;
}
