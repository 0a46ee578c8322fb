import { completionOf } from "./completion.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { keysPage } from "./keys.ts";
import { manualPages } from "./manual.ts";
import { commandLinePage } from "./markdown.ts";
import { readModel } from "./model.ts";
import { schemaFiles } from "./schemas.ts";
import { techniqueModule } from "./techniques.ts";

/** Folders that contain generated files only. */
export const generatedFolders = ["docs/reference/schemas", "packaging/man", "packaging/completion"];

/** Every generated file by its path in the repository. */
export function generatedFiles(root: string): ReadonlyMap<string, string> {
	const model = readModel(root);
	const completion = completionOf(model);
	return new Map([
		["docs/reference/command-line.md", commandLinePage(model)],
		["docs/reference/keys.md", keysPage()],
		...schemaFiles(),
		["src/core/selftest/technique-list.ts", techniqueModule(root)],
		...manualPages(model).map(({ name, text }) => [`packaging/man/${name}`, text] as const),
		["packaging/completion/cagewright.bash", bashCompletion(completion)],
		["packaging/completion/_cagewright", zshCompletion(completion)],
		["packaging/completion/cagewright.fish", fishCompletion(completion)],
	]);
}
