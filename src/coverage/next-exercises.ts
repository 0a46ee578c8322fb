import { append, omitUndefined } from "../base/collections.ts";
import { type Path, parent } from "../base/path/path.ts";
import { isCommand } from "../plan/areas.ts";
import { type Further, furtherExercises } from "../probe/propose.ts";
import type { Application } from "../service/application.ts";
import { type Coverage, type LifecycleStage, type StageCoverage, untracedStages } from "./coverage.ts";

/** An action that would show more of an application than the traces so far. */
export type NextExercise =
	/** A shell line that works as an exercise. */
	| { readonly kind: "command"; readonly command: string; readonly shows: Further }
	/** Sent automatically at the end of a trace. */
	| { readonly kind: "signal"; readonly signal: string }
	/** A stage of the lifecycle that no trace has seen, and what triggers it. */
	| { readonly kind: "stage"; readonly stage: LifecycleStage; readonly by?: string }
	/** `paths` are the first few of `count` unused files in a directory. */
	| {
			readonly kind: "modules" | "helpers" | "configuration";
			readonly directory: Path;
			readonly paths: readonly Path[];
			readonly count: number;
	  };

interface ExercisedApplication {
	readonly application: Application;
	/** Shell lines that were run, whatever their result. */
	readonly run: readonly string[];
	/** Signals that it handles and that were not sent yet. */
	readonly signals: readonly string[];
	/** Absent if no package contains the application. */
	readonly coverage?: Coverage;
	/** Absent while the application runs. */
	readonly life?: readonly StageCoverage[];
}

const maxNamed = 5;
const maxDirectories = 4;

/** Returns proposals, runnable ones first. Probes count as run. */
export function nextExercises({ application, coverage, life = [], run, signals }: ExercisedApplication): NextExercise[] {
	const known = new Set([...application.probes, ...application.exercises, ...run]);
	const commands = furtherExercises(application)
		.filter(({ command }) => !known.has(command))
		.map((further): NextExercise => ({ kind: "command", ...further }));
	const untouched = coverage?.groups;
	return [
		...commands,
		...signals.map((signal): NextExercise => ({ kind: "signal", signal })),
		...untracedStages(life).map(({ by, stage }): NextExercise => ({ kind: "stage", stage, ...omitUndefined({ by }) })),
		...byDirectory("modules", untouched?.modules.untouched ?? []),
		// Commands in bin directories are for people and scripts; a daemon's helpers are elsewhere.
		...byDirectory("helpers", untouched?.programs.untouched.filter((path) => !isCommand(path)) ?? []),
		...byDirectory("configuration", untouched?.configuration.untouched ?? []),
	];
}

/** Returns the directories with the most paths, because nobody can act on a long list of single files. */
function byDirectory(kind: "modules" | "helpers" | "configuration", paths: readonly Path[]): NextExercise[] {
	const directories = new Map<Path, Path[]>();
	for (const path of paths) append(directories, parent(path), path);
	return [...directories]
		.sort((a, b) => b[1].length - a[1].length)
		.slice(0, maxDirectories)
		.map(([directory, all]) => ({ kind, directory, paths: all.slice(0, maxNamed), count: all.length }));
}
