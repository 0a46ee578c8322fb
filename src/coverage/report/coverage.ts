import { omitUndefined } from "../../base/collections.ts";
import type { CoverageReport } from "../../base/engine/events.ts";
import { pathToJson } from "../../base/path/path.ts";
import { printable, quoteShellLine, showPath } from "../../base/path/quote.ts";
import { indent } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { isEmptyDifference, type TraceDifference } from "../../trace/trace.ts";
import { type Coverage, type CoverageGroup, coverageGroups, type StageCoverage } from "../coverage.ts";
import type { NextExercise } from "../next-exercises.ts";

/** The coverage of an application and the next exercises, as text and JSON. */

export function coverageToJson({ coverage, life, next }: CoverageReport) {
	return {
		coverage: coverage
			? {
					packages: coverage.packages,
					programs: groupToJson(coverage.groups.programs),
					modules: groupToJson(coverage.groups.modules),
					configuration: groupToJson(coverage.groups.configuration),
					data: groupToJson(coverage.groups.data),
				}
			: null,
		...omitUndefined({ life }),
		next: next.map((one) =>
			"directory" in one ? { ...one, directory: pathToJson(one.directory), paths: one.paths.map(pathToJson) } : one,
		),
	};
}

function groupToJson({ of, reached, untouched }: Coverage["groups"][CoverageGroup]) {
	return { reached, of, untouched: untouched.map(pathToJson) };
}

export function addedToJson(added: TraceDifference) {
	return { ...added, paths: added.paths.map(pathToJson), programs: added.programs.map(pathToJson) };
}

/** Returns one line, or undefined if no package is known. */
export function coverageLine({ groups, packages }: Coverage, messages: Messages): string {
	const words = messages.wizard.coverage;
	const shares = coverageGroups
		.filter((group) => groups[group].of > 0)
		.map((group) => {
			const { of, reached } = groups[group];
			return messages.fill(words.share, { group: words.groups[group], of, reached });
		});
	return messages.fill(words.line, { packages: packages.map(({ name }) => name).join(", "), groups: shares.join(", ") });
}

/** Returns a proposed exercise as text; for a command, with what it adds. */
export function nextText(next: NextExercise, messages: Messages): string {
	const words = messages.wizard.coverage;
	switch (next.kind) {
		case "command":
			return next.command;
		case "signal":
			return messages.fill(words.signal, { signal: next.signal });
		case "stage":
			return messages.fill(words.never, { stage: stageText(next, messages) });
		default: {
			const { count, directory, paths } = next;
			const names = paths.map((path) => showPath(path).slice(showPath(directory).length + 1)).join(", ");
			const more = count > paths.length ? ", …" : "";
			return messages.fill(words[next.kind], { count, directory: showPath(directory), names: names + more });
		}
	}
}

function stageText({ by, stage }: Omit<StageCoverage, "cameUp">, messages: Messages): string {
	const word = messages.wizard.coverage.stages[stage];
	return by === undefined ? word : `${word} (${by})`;
}

/** Returns the stages of the lifecycle that occurred and those that did not, or undefined if they are unknown. */
export function lifeLines({ life = [] }: Pick<CoverageReport, "life">, messages: Messages): string[] {
	const words = messages.wizard.coverage;
	const list = (cameUp: boolean, sentence: string) => {
		const stages = life.filter((one) => one.cameUp === cameUp).map((one) => stageText(one, messages));
		return stages.length ? [messages.fill(sentence, { stages: stages.join(", ") })] : [];
	};
	return [...list(true, words.cameUp), ...list(false, words.neverCameUp)];
}

/** `add` is the command that adds a run to the trace. */
export function coverageText(reached: CoverageReport, add: readonly string[], messages: Messages): string {
	const { coverage, next } = reached;
	const words = messages.wizard.coverage;
	const lines = next.map((one) =>
		one.kind === "command"
			? `${printable(quoteShellLine([...add, "--exercise", one.command]))}  (${words.shows[one.shows]})`
			: printable(nextText(one, messages)),
	);
	return [
		coverage ? coverageLine(coverage, messages) : words.noPackage,
		...lifeLines(reached, messages),
		...(lines.length ? [`${words.next}:`, indent(lines.join("\n"))] : []),
	].join("\n");
}

export function addedText(added: TraceDifference, accountOf: (uid: number) => string, messages: Messages): string {
	const words = messages.wizard.coverage;
	if (isEmptyDifference(added)) return words.addedNothing;
	const list = (sentence: string, names: readonly string[]) =>
		names.length ? [messages.fill(sentence, { names: names.join(", ") })] : [];
	const what = [
		...(added.paths.length ? [added.paths.slice(0, 3).map(showPath).join(", ") + (added.count > 3 ? ", …" : "")] : []),
		...list(words.addedPrograms, added.programs.map(showPath)),
		...list(words.addedCapabilities, added.capabilities),
		...list(words.addedPorts, added.ports),
		...list(words.addedAccounts, added.uids.map(accountOf)),
	];
	return messages.fill(words.added, { paths: added.count, what: what.join("; ") });
}
