import { completionOf } from "./completion.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { keysPage } from "./keys.ts";
import { manualPages } from "./manual.ts";
import { commandLinePage } from "./markdown.ts";
import { readModel } from "./model.ts";
import { roomsPicture } from "./rooms.ts";
import { schemaFiles } from "./schemas.ts";
import { techniqueModule } from "./techniques.ts";

/** The committed files that `npm run reference` writes, by their path. People read them in the repository. */
export function referenceFiles(root: string): ReadonlyMap<string, string> {
	const model = readModel(root);
	return new Map([
		["docs/reference/command-line.md", commandLinePage(model)],
		["docs/reference/keys.md", keysPage()],
		["docs/rooms.svg", roomsPicture(root)],
		...schemaFiles(),
		["src/selftest/technique-list.ts", techniqueModule(root)],
	]);
}

/** The files that the build writes below dist/: man pages and completions, which machines read. */
export function builtFiles(root: string): ReadonlyMap<string, string> {
	const model = readModel(root);
	const completion = completionOf(model);
	return new Map([
		...manualPages(model).map(({ name, text }) => [`man/${name}`, text] as const),
		["completion/cagewright.bash", bashCompletion(completion)],
		["completion/_cagewright", zshCompletion(completion)],
		["completion/cagewright.fish", fishCompletion(completion)],
	]);
}
