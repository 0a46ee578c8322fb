import { pathToJson } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import { countEntries } from "../../cage/manifest.ts";
import { section } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { byGroup, byPackage, sumOf, sumsBy } from "../../plan/minimised.ts";
import { restartedText } from "../../unit/report/restart.ts";
import type { MinimiseResult } from "../engine/minimise.ts";
import type { Subject } from "../engine/subject.ts";
import { trialsToCome } from "../search.ts";
import type { FileUnit, SearchOutcome } from "../units.ts";

/** Maximum number of packages to name, the largest first. */
const mostPackages = 12;
const mostPaths = 8;

export function minimisePlanText({ cage, units }: Subject, messages: Messages): string {
	const words = messages.cli.minimise;
	const open = units.filter(({ pin }) => pin === undefined);
	const { bytes, files } = sumOf(open);
	return [
		words.would(cage.name, { files, bytes: messages.bytes(bytes) }, sumOf(units).files, estimateFor(open)),
		...section(words.tried, groupRows(open, messages)),
		...section(
			words.stays,
			keptRows(
				units.filter(({ pin }) => pin),
				messages,
			),
		),
	].join("\n");
}

/** Estimate before the search: a tenth of the files is needed. */
function estimateFor(open: readonly FileUnit[]): number {
	return open.length ? trialsToCome({ kept: Math.ceil(open.length / 10), leftOut: open.length, open: 0 }, [open.length]) : 0;
}

interface SearchedCage {
	readonly cage: Pick<Subject["cage"], "name" | "application">;
	readonly units: Subject["units"];
}

/** The result of a search, with the proof and its limits. */
export function foundText({ cage, units }: SearchedCage, found: SearchOutcome, messages: Messages): string {
	const words = messages.cli.minimise;
	const whole = sumOf(units);
	const out = sumOf(found.left);
	const { exercises, isComplete, kept, left, seconds, signals, trials, uncounted } = found;
	const more = isComplete ? [] : [words.stopped];
	const apart = uncounted.length ? [words.uncounted(uncounted.map((one) => printable(one)).join("; "))] : [];
	if (!left.length) {
		const nothing = isComplete ? words.nothing(cage.name, whole.files) : words.nothingYet(cage.name, whole.files);
		return [nothing, words.how(trials, seconds), ...more, ...apart].join("\n");
	}
	const probes = cage.application.probes.length;
	return [
		words.found(cage.name, { ...out, bytes: messages.bytes(out.bytes) }, { ...whole, bytes: messages.bytes(whole.bytes) }),
		words.how(trials, seconds),
		...more,
		...section(words.byGroup, groupRows(left, messages)),
		...section(
			words.byPackage,
			byPackage(left)
				.slice(0, mostPackages)
				.map((one) => [one.package ?? words.noPackage, String(one.files), messages.bytes(one.bytes)]),
		),
		...section(words.kept, keptRows(kept, messages)),
		...configurationText(left, messages),
		words.depends(probes, exercises.length, signals),
		...(exercises.length ? [] : [words.noExercise]),
		...apart,
	].join("\n");
}

function configurationText(left: readonly FileUnit[], messages: Messages): string[] {
	const paths = left.filter(({ group }) => group === "configuration").map(({ path }) => showPath(path));
	if (!paths.length) return [];
	const shown = paths.slice(0, mostPaths).join(", ");
	return [messages.cli.minimise.configuration(paths.length > mostPaths ? `${shown} … (${paths.length})` : shown)];
}

function groupRows(units: readonly FileUnit[], messages: Messages): string[][] {
	return byGroup(units).map(({ bytes, files, group }) => [messages.cli.plan.groups[group], String(files), messages.bytes(bytes)]);
}

function keptRows(units: readonly FileUnit[], messages: Messages): string[][] {
	const words = messages.cli.minimise;
	// Without a pin, trials showed the need.
	return sumsBy(units, (unit) => unit.pin).map(({ bytes, files, key: pin }) => [
		pin === undefined ? words.needed : words.pins[pin],
		String(files),
		messages.bytes(bytes),
	]);
}

/** `commandLine` returns a command line for these words. */
export function minimisedText(
	result: MinimiseResult,
	commandLine: (...words: readonly string[]) => string,
	messages: Messages,
	isShown: boolean,
): string {
	const { found, from, made, restarted, subject } = result;
	const words = messages.cli.minimise;
	const { name } = subject.cage;
	const lines = isShown ? [] : [foundText(subject, found, messages)];
	if (!made) return [...lines, ...(found.left.length ? [words.leftAsIs] : [])].join("\n");
	const { bytes, files } = countEntries(made.manifest);
	return [
		...lines,
		words.made({
			name,
			generation: made.manifest.generation,
			count: files,
			bytes: messages.bytes(bytes),
			before: from,
			rollback: commandLine("rollback", name),
		}),
		words.explain(commandLine("explain", name), commandLine("trial", name)),
		...restartedText(name, restarted, messages),
	].join("\n");
}

export function minimisePlanToJson({ cage, exercises, units }: Subject) {
	const open = units.filter(({ pin }) => pin === undefined);
	return {
		dryRun: true as const,
		name: cage.name,
		files: sumOf(units).files,
		tried: { ...sumOf(open), groups: byGroup(open) },
		kept: keptToJson(units.filter(({ pin }) => pin)),
		probes: cage.application.probes,
		exercises,
		estimated: estimateFor(open),
	};
}

export function minimisedToJson({ found, from, made, restarted, subject }: MinimiseResult) {
	const { cage, units } = subject;
	return {
		name: cage.name,
		outcome: made ? ("minimised" as const) : ("unchanged" as const),
		from,
		...(made ? { to: made.manifest.generation, answered: made.answered, record: made.record } : {}),
		trials: found.trials,
		seconds: found.seconds,
		complete: found.isComplete,
		probes: cage.application.probes,
		exercises: found.exercises,
		signals: found.signals,
		uncounted: found.uncounted,
		before: sumOf(units),
		after: made ? counted(made.manifest) : sumOf(found.kept),
		dropped: {
			...sumOf(found.left),
			groups: byGroup(found.left),
			packages: byPackage(found.left),
			paths: found.left.map(({ path }) => pathToJson(path)),
		},
		kept: keptToJson(found.kept),
		...restarted,
	};
}

function counted(manifest: Parameters<typeof countEntries>[0]) {
	const { bytes, files } = countEntries(manifest);
	return { files, bytes };
}

function keptToJson(units: readonly FileUnit[]) {
	return sumsBy(units, (unit) => unit.pin).map(({ key, ...sum }) => ({ why: key ?? ("tried" as const), ...sum }));
}
