import { parseUnitText, splitWords } from "../application/unit-text.ts";
import { type Path, parent, pathFromText } from "../path/path.ts";
import { parseLogrotate } from "../upkeep/logrotate-file.ts";
import type { Mention, Passage } from "./mention.ts";

/** What those files say that tell others about a service: its unit, tmpfiles.d(5), logrotate(8). */

/** Directives of systemd.exec(5) that name what a service uses, and whether it writes there. */
const directives: ReadonlyMap<string, boolean> = new Map([
	["ReadWritePaths", true],
	["ReadWriteDirectories", true],
	["ReadOnlyPaths", false],
	["ReadOnlyDirectories", false],
	["BindPaths", true],
	["BindReadOnlyPaths", false],
]);

/** Of what is quoted. */
const longest = 160;

export function unitMentions(document: string, text: string): Mention[] {
	return parseUnitText(text).assignments.flatMap(({ line, name: key, section, value }) => {
		const writes = section === "Service" ? directives.get(key) : undefined;
		if (writes === undefined) return [];
		const text = `${key}=${value}`.slice(0, longest);
		return (splitWords(value) ?? []).flatMap((word) => {
			// `-` where it need not be there, `+` for the service's root; of a bind the place of the host comes first.
			const path = word.replace(/^[-+]+/, "").split(":")[0] ?? "";
			if (!path.startsWith("/") || path.includes("%") || path === "/") return [];
			return [mention(pathFromText(path), { kind: "unit", document, section: key, line, text }, writes)];
		});
	});
}

/** tmpfiles.d(5): directories that are made at boot. */
export function tmpfilesMentions(document: string, text: string): Mention[] {
	return text.split("\n").flatMap((line, index) => {
		const [type = "", path = ""] = line.trim().split(/\s+/);
		if (!/^[dDqQvC][!+=~^$-]*$/.test(type) || !path.startsWith("/") || path.includes("%")) return [];
		return [
			mention(
				pathFromText(path),
				{ kind: "tmpfiles", document, line: index + 1, text: line.trim().slice(0, longest).replace(/\s+/g, " ") },
				true,
			),
		];
	});
}

/** A file that names more of them is none of a service; each is looked for in the whole text. */
const mostNames = 1000;

/** The directories of the logs that are rotated. */
export function logrotateMentions(document: string, text: string): Mention[] {
	const lines = text.split("\n");
	return parseLogrotate(text).flatMap(({ patterns }) =>
		patterns.slice(0, mostNames).flatMap((pattern) => {
			const line = lines.findIndex((one) => one.includes(pattern)) + 1;
			const passage: Passage = { kind: "logrotate", document, ...(line > 0 ? { line } : {}), text: pattern };
			return pattern.startsWith("/") ? [mention(parent(pattern), passage, true)] : [];
		}),
	);
}

function mention(path: Path, passage: Passage, writes: boolean): Mention {
	return { path, passage, ...(writes ? { writes: true } : {}) };
}
