import { baseName, type Path, parent } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { coverageGroups } from "../../core/plan/coverage.ts";
import { maskLine } from "../../core/record/mask.ts";
import type { CageRecord } from "../../core/record/record.ts";
import type { Messages } from "../../messages/messages.ts";
import { coverageLine, lifeLines, nextText } from "../coverage.ts";
import { type Block, type Cell, code, joined, list, table, text } from "./document.ts";

/** How far the application was reached while it was watched, and what it missed in production. */
export function coverage({ coverage: reached, life, next = [], watched }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const words = messages.wizard.coverage;
	return [
		text(reached ? coverageLine(reached, messages) : parts.notCovered),
		...table(
			"coverage",
			parts.coverageHead,
			coverageGroups.flatMap((name) => {
				const group = reached?.groups[name];
				if (!group?.of) return [];
				return [[words.groups[name], messages.count(group.reached), messages.count(group.of), byFolder(group.untouched)]];
			}),
		),
		...list(lifeLines(life ? { life } : {}, messages)),
		...(next.length ? [text(`${words.next}:`)] : []),
		...list(next.map((one) => (one.kind === "command" ? code(maskLine(one.command)) : nextText(one, messages)))),
		...watchedBlocks(watched, messages),
	];
}

function watchedBlocks(watched: CageRecord["watched"], messages: Messages): Block[] {
	const { parts } = messages.record;
	if (!watched) return [text(parts.notWatched)];
	const { missed, seconds, since, until } = watched;
	const time = messages.cli.watch.time(seconds);
	return [
		text(messages.fill(parts.watched, { since, until, time, count: missed.length })),
		...list(missed.map((path) => code(showPath(path)))),
	];
}

/** Each folder once, for a package may have a hundred modules that lie side by side. */
function byFolder(paths: readonly Path[]): Cell {
	const folders = new Map<Path, Path[]>();
	for (const path of paths) {
		const beside = folders.get(parent(path));
		if (beside) beside.push(path);
		else folders.set(parent(path), [path]);
	}
	return [...folders].flatMap(([folder, files], index) => [
		...(index ? ["; "] : []),
		...(files.length > 1
			? [code(`${showPath(folder)}/`), ": ", ...joined(files.map((path) => code(showPath(baseName(path)))))]
			: files.map((path) => code(showPath(path)))),
	]);
}
