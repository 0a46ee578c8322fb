import { pathFromText } from "../path/path.ts";
import type { Mention } from "./mention.ts";
import { pathsIn } from "./text-paths.ts";

const longest = 160;

/** What a file of configuration names, apart from its comments. */
export function configurationMentions(document: string, text: string): Mention[] {
	return text.split(/\r?\n/).flatMap((line, index) => {
		if (/^\s*(#|;|\/\/)/.test(line)) return [];
		const shown = line.trim().slice(0, longest).replace(/\s+/g, " ");
		return pathsIn(line).map(({ path }) => ({
			path: pathFromText(path),
			passage: { kind: "configuration" as const, document, line: index + 1, text: shown },
		}));
	});
}
