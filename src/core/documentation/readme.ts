import { pathFromText } from "../path/path.ts";
import type { Mention } from "./mention.ts";
import { passageAround } from "./passage.ts";
import { pathsIn } from "./text-paths.ts";

/** What a packager's README names in its prose, with the heading above. */
export function readmeMentions(document: string, text: string): Mention[] {
	const lines = text.replaceAll("\r", "").split("\n");
	const whole = lines.join("\n");
	const mentions: Mention[] = [];
	let section = "";
	let start = 0;
	for (const [index, line] of lines.entries()) {
		const isTitle = isHeading(line, lines[index + 1]);
		if (isTitle) section = line.trim().replace(/:$/, "");
		// Neither a title nor a table of contents tells anything of what it names.
		const paths = isTitle || /^(table of )?contents$/i.test(section) ? [] : pathsIn(line);
		for (const { at, path } of paths) {
			const passage = passageAround(whole, start + at);
			mentions.push({
				path: pathFromText(path),
				passage: { kind: "readme", document, ...(section === "" ? {} : { section }), line: index + 1, text: passage },
				...(/chroot|jail/i.test(paragraphAround(whole, start + at)) ? { inChroot: true } : {}),
			});
		}
		start += line.length + 1;
	}
	return mentions;
}

/** Underlined. */
function isHeading(line: string, next = ""): boolean {
	return line.trim() !== "" && line.length < 100 && /^\s*(-{3,}|={3,}|~{3,})\s*$/.test(next);
}

/** Characters in each direction, however long a paragraph is. */
const farthest = 2000;

function paragraphAround(text: string, at: number): string {
	const [before, after] = [text.slice(Math.max(0, at - farthest), at), text.slice(at, at + farthest)];
	const to = after.indexOf("\n\n");
	return before.slice(before.lastIndexOf("\n\n") + 1) + after.slice(0, to < 0 ? undefined : to);
}
