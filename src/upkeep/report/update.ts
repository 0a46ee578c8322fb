import { pathToJson } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import { countEntries } from "../../cage/manifest.ts";
import { driftedPaths } from "../../check/drift.ts";
import { driftText, driftToJson } from "../../check/report/check.ts";
import { changedText, indent, settingsText } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { missedText, missingToJson } from "../../plan/report/missing.ts";
import { restartedText } from "../../unit/report/restart.ts";
import type { UpdatePlan, UpdateResult } from "../engine/update.ts";

/** Updates and rollbacks as text and JSON. */

export function updatePlanText(plan: UpdatePlan, messages: Messages): string {
	const { conflicts, difference, drift, edits, from, isNeeded, name } = plan;
	const words = messages.cli.update;
	const missed = missedText(name, plan.missed, messages);
	if (!isNeeded) return [words.unchanged(name, from), ...missed].join("\n");
	const drifted = driftedPaths(drift);
	const lines = [
		...drift.map((one) => `${one.security ? `${messages.cli.check.securityUpdate} ` : ""}${driftText(one, messages)}`),
		...difference.changed.filter(({ path }) => !drifted.has(path)).map((one) => `~ ${changedText(one, messages)}`),
		...difference.added.map(({ path }) => `+ ${showPath(path)}`),
		...difference.removed.map(({ path }) => `- ${showPath(path)}`),
		...difference.settings.map((setting) => messages.cli.check.wouldSet(settingsText([setting], messages))),
		...edits
			.filter((edit) => !conflicts.includes(edit) && edit.kind !== "directory")
			.map(({ path }) => words.editGoesOn(showPath(path))),
		...conflicts.map(({ path }) => words.conflict(showPath(path), name)),
	];
	return [words.would(name, from), indent(lines.join("\n")), ...missed].join("\n");
}

export function updatePlanToJson({ conflicts, difference, drift, edits, from, missed, name }: UpdatePlan) {
	return {
		name,
		from,
		drift: drift.map(driftToJson),
		added: difference.added.map(({ path }) => pathToJson(path)),
		removed: difference.removed.map(({ path }) => pathToJson(path)),
		changed: difference.changed.map(({ aspects, path }) => ({ path: pathToJson(path), aspects })),
		settings: difference.settings,
		edited: edits.map(({ path }) => pathToJson(path)),
		conflicts: conflicts.map(({ path }) => pathToJson(path)),
		missed: missed.map(missingToJson),
	};
}

/** `rollback` is a command line. */
export function updatedText({ made, plan, restarted }: UpdateResult, rollback: string, messages: Messages): string {
	const words = messages.cli.update;
	const { from, name } = plan;
	if (made === undefined) return [words.unchanged(name, from), ...restartedText(name, restarted, messages)].join("\n");
	const { files } = countEntries(made.manifest);
	const packages = plan.drift.flatMap(({ from: was, package: one, to }) =>
		one !== undefined && to !== undefined && was !== to ? [`${one} ${was ?? "?"} -> ${to}`] : [],
	);
	return [
		words.updated(name, { from, to: made.manifest.generation, files }, rollback),
		...(packages.length ? [indent(packages.join("\n"))] : []),
		...restartedText(name, restarted, messages),
	].join("\n");
}

export function updatedToJson({ made, plan, restarted }: UpdateResult) {
	return {
		...updatePlanToJson(plan),
		outcome: made ? ("updated" as const) : ("unchanged" as const),
		...(made ? { to: made.manifest.generation, answered: made.answered, record: made.record } : {}),
		...restarted,
	};
}
