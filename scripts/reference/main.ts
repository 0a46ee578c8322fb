import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtFiles, referenceFiles } from "./files.ts";
import { schemaFolder } from "./schemas.ts";

/** `main.ts ROOT`: the reference in the repository. `main.ts ROOT dist`: man pages and completions in dist/. */
const [root = ".", built] = process.argv.slice(2);

const [folder, files] = built === undefined ? [root, referenceFiles(root)] : [join(root, built), builtFiles(root)];
const replaced = built === undefined ? [schemaFolder] : ["man", "completion"];
for (const place of replaced) rmSync(join(folder, place), { recursive: true, force: true });
for (const [path, text] of files) {
	mkdirSync(dirname(join(folder, path)), { recursive: true });
	writeFileSync(join(folder, path), text);
}
