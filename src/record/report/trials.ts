import { append } from "../../base/collections.ts";
import { maskLine } from "../../base/mask.ts";
import { baseName, type Path, parent } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { coverageGroups } from "../../coverage/coverage.ts";
import { coverageLine, lifeLines, nextText } from "../../coverage/report/coverage.ts";
import type { Messages } from "../../messages/messages.ts";
import { selftestLines } from "../../selftest/report/selftest.ts";
import type { Evidence } from "../evidence.ts";
import { type CageRecord, lastTrial, selftestOf, trialsOf } from "../record.ts";
import { type Block, type Cell, code, type Inline, joined, list, table, text } from "./document.ts";

/** Sections about plan, trials, escape techniques and the history. */

export function trials(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record;
	const { cage, evidence } = record;
	const { build, plan, trace, trial } = evidence?.seconds ?? cage.seconds;
	const last = lastTrial(record);
	const seconds = ({ seconds: known }: { readonly seconds?: number }) =>
		known === undefined ? "" : messages.fill(words.parts.figures.seconds, { seconds: known });
	return [
		text(words.seconds(trace, plan, build, trial)),
		...list((evidence?.notes ?? cage.notes ?? []).map((note) => messages.note(note.code, note.values))),
		{ kind: "picture", picture: "trials" },
		...table(
			"trials",
			words.trialHead,
			trialsOf(record).map((one) => [
				String(one.round),
				one.at,
				String(one.generation),
				yesNo(one.answered, messages),
				joined(one.added.map((what) => code(maskLine(what)))),
				String(one.missing.filter((each) => !each.declined).length),
				seconds(one),
			]),
		),
		...list((last?.probes ?? []).map((probe) => [words.probed(probe.ok), ": ", code(maskLine(probe.command))])),
		...table(
			"missing",
			words.missingHead,
			(last?.missing ?? []).map((one) => [
				messages.missingKind(one.kind),
				code(one.what),
				code(one.call),
				one.error,
				yesNo(one.declined, messages),
			]),
		),
		...generations(record, messages),
	];
}

/** Only with more than one generation, because it would otherwise repeat the text above. */
function generations({ earlier, evidence }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const all = [...earlier, ...(evidence ? [evidence] : [])].sort((a, b) => a.generation - b.generation);
	if (all.length < 2) return [];
	const row = ({ at, generation, selftest, trials: rounds, who }: Evidence): Cell[] => [
		String(generation),
		at,
		who,
		String(rounds.length),
		answeredOf(rounds, messages),
		selftest ? messages.fill(parts.escapesTried, { escaped: selftest.escaped.length, tried: selftest.tried }) : parts.open,
	];
	return [text(parts.generationsIntro), ...table("generations", parts.generationsHead, all.map(row))];
}

/** A generation without a trial says nothing about answers. */
function answeredOf(rounds: Evidence["trials"], messages: Messages): Inline {
	const last = rounds.at(-1);
	return last ? yesNo(last.answered, messages) : { state: "open", text: messages.record.parts.open };
}

export function selftest(record: CageRecord, messages: Messages): Block[] {
	return selftestLines(selftestOf(record), messages).map((line) => text(line));
}

export function history({ history: lines }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const shown = lines.map((line) => ({ ...line, details: maskLine(line.details) }));
	return [text(parts.historyIntro), { kind: "log", head: parts.historyHead, lines: shown }];
}

export function yesNo(value: boolean, { record }: Messages): Inline {
	return { state: value ? "yes" : "no", text: value ? record.yes : record.no };
}

/** The trace's coverage, and files missed in production. */
export function coverage({ coverage: reached, life, next = [], watched }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const words = messages.wizard.coverage;
	return [
		text(reached ? coverageLine(reached, messages) : life ? parts.notCovered : { state: "open", text: parts.notTraced }),
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

/** Groups modules by folder, because a package may have a hundred of them in one. */
function byFolder(paths: readonly Path[]): Cell {
	const folders = new Map<Path, Path[]>();
	for (const path of paths) append(folders, parent(path), path);
	return [...folders].flatMap(([folder, files], index) => [
		...(index ? ["; "] : []),
		...(files.length > 1
			? [code(`${showPath(folder)}/`), ": ", ...joined(files.map((path) => code(showPath(baseName(path)))))]
			: files.map((path) => code(showPath(path)))),
	]);
}
