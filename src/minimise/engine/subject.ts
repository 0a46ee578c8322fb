import type { Context } from "../../base/engine/context.ts";
import { normalise, type Path, pathFromText } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import type { CageLayout } from "../../launch/ports.ts";
import { groupOf } from "../../plan/groups.ts";
import { matchPaths } from "../../plan/rules.ts";
import type { Trace } from "../../trace/trace.ts";
import { type PinRules, pinsOf } from "../pins.ts";
import { extensionsOf, type FileUnit, needsOf, unitsOf, withNeeded } from "../units.ts";

/** A cage that files are to be left out of, with the reasons for and against each. */
export interface Subject {
	readonly cage: Cage;
	readonly manifest: Manifest;
	readonly layout: CageLayout;
	readonly trace: Trace;
	/** Every requested exercise, whether or not it passed. */
	readonly exercises: readonly string[];
	readonly units: readonly FileUnit[];
}

export interface SubjectRules extends PinRules {
	/** In addition to the cage's own. */
	readonly exercises: readonly string[];
}

export async function subjectOf(
	{ emit, machine, signal }: Context,
	{ cage, layout, manifest, trace }: Pick<Subject, "cage" | "layout" | "manifest" | "trace">,
	rules: SubjectRules,
): Promise<Subject> {
	const { files, store } = machine;
	const { application } = cage;
	const edits = await store.edits(manifest, signal);
	const program = files.resolve(normalise(pathFromText(application.command[0] ?? "")));
	const { entries } = manifest;
	const pinOf = pinsOf({ entries, application, program, edited: new Set(edits.map(({ path }) => path)) }, rules);
	for (const pattern of rules.keep) {
		const isNamed = matchPaths([pattern]);
		if (!entries.some(({ path }) => isNamed(path) !== undefined)) {
			emit({ event: "warned", code: "minimise-keep-unmatched", values: { pattern, name: cage.name } });
		}
	}
	const copied = entries.filter(({ kind }) => kind === "file");
	const paths = copied.map(({ path }) => path);
	const settings = copied.filter((entry) => groupOf({ ...entry, decision: "include" }) === "configuration");
	const needs = needsOf(paths, application, files);
	for (const [path, wanted] of extensionsOf(
		settings.map(({ path }) => path),
		paths,
		files,
	))
		needs.set(path, wanted);
	const units = withNeeded(unitsOf(entries, needs, pinOf));
	return {
		cage,
		manifest,
		layout,
		trace,
		exercises: [...new Set([...application.exercises, ...cage.exercises, ...rules.exercises])],
		units,
	};
}

/** Files and links of these units. */
export function pathsOf(units: readonly FileUnit[], numbers: Iterable<number>): Set<Path> {
	const paths = new Set<Path>();
	for (const number of numbers) {
		const unit = units[number];
		if (!unit) continue;
		paths.add(unit.path);
		for (const link of unit.links) paths.add(link);
	}
	return paths;
}
