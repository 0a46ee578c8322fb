import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles, generatedFolders } from "./files.ts";

const root = process.argv[2] ?? ".";
const files = generatedFiles(root);
for (const folder of generatedFolders) rmSync(join(root, folder), { recursive: true, force: true });
for (const [path, text] of files) {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}
