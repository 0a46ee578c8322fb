import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./cagewright.ts";

/** Trees of files in a folder that the test file removes. */
export function newTrees() {
	const folder = temporaryFolder("trees");
	/** A file is its text, or a link written as `-> target`. */
	function tree(name: string, files: Record<string, string>): string {
		const root = join(folder, name);
		for (const [path, content] of Object.entries(files)) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			if (content.startsWith("-> ")) symlinkSync(content.slice(3), join(root, path));
			else writeFileSync(join(root, path), content);
		}
		return root;
	}
	return { folder, tree };
}
