import type { Application } from "../application/application.ts";
import { type Further, furtherExercises } from "../application/probe.ts";
import { type Path, parent } from "../path/path.ts";
import type { Coverage } from "./coverage.ts";
import { type LifeStage, neverCameUp, type StageReach } from "./life.ts";

/** What would show more of an application than was seen so far. */
export type NextExercise =
	/** A shell line that can be run as an exercise as it stands. */
	| { readonly kind: "command"; readonly command: string; readonly shows: Further }
	/** Sent by itself at the end of a trace. */
	| { readonly kind: "signal"; readonly signal: string }
	/** Part of a life that no trace has seen, with what brings it about. */
	| { readonly kind: "stage"; readonly stage: LifeStage; readonly by?: string }
	/** `paths` are the first few of `count` in a directory that were not touched. */
	| {
			readonly kind: "modules" | "helpers" | "configuration";
			readonly directory: Path;
			readonly paths: readonly Path[];
			readonly count: number;
	  };

export interface Exercised {
	readonly application: Application;
	/** Shell lines that were run, whatever came of them. */
	readonly run: readonly string[];
	/** Signals that it handles and that were not sent yet. */
	readonly signals: readonly string[];
	/** Absent where no package brings the application. */
	readonly coverage?: Coverage;
	/** Absent while the application runs. */
	readonly life?: readonly StageReach[];
}

const mostNamed = 5;
const mostDirectories = 4;
const binaries = /^(\/usr(\/local)?)?\/s?bin\//;

/** Proposals, those that can be run first. A probe was run as well: what it asks for is no news. */
export function nextExercises({ application, coverage, life = [], run, signals }: Exercised): NextExercise[] {
	const known = new Set([...application.probes, ...application.exercises, ...run]);
	const commands = furtherExercises(application)
		.filter(({ command }) => !known.has(command))
		.map((further): NextExercise => ({ kind: "command", ...further }));
	const untouched = coverage?.groups;
	return [
		...commands,
		...signals.map((signal): NextExercise => ({ kind: "signal", signal })),
		...neverCameUp(life).map(({ by, stage }): NextExercise => ({ kind: "stage", stage, ...(by === undefined ? {} : { by }) })),
		...byDirectory("modules", untouched?.modules.untouched ?? []),
		// Commands for people and scripts are not what a daemon starts; what lies elsewhere is there for it.
		...byDirectory("helpers", untouched?.programs.untouched.filter((path) => !binaries.test(path)) ?? []),
		...byDirectory("configuration", untouched?.configuration.untouched ?? []),
	];
}

/** The fullest directories; a long list of single names is nothing that anybody could act on. */
function byDirectory(kind: "modules" | "helpers" | "configuration", paths: readonly Path[]): NextExercise[] {
	const directories = new Map<Path, Path[]>();
	for (const path of paths) {
		const directory = parent(path);
		const others = directories.get(directory);
		if (others) others.push(path);
		else directories.set(directory, [path]);
	}
	return [...directories]
		.sort((a, b) => b[1].length - a[1].length)
		.slice(0, mostDirectories)
		.map(([directory, all]) => ({ kind, directory, paths: all.slice(0, mostNamed), count: all.length }));
}
