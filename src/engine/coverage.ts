import type { Application } from "../core/application/application.ts";
import type { Cage } from "../core/cage/cage.ts";
import { broughtFile, type Coverage, CoverageMeter, shortCoverage } from "../core/plan/coverage.ts";
import { type NextExercise, nextExercises } from "../core/plan/next-exercises.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { Context } from "./context.ts";

/** How far an application was exercised, and what would go further. */
export interface Reached {
	/** Absent where no package brings the application. */
	readonly coverage?: Coverage;
	readonly next: readonly NextExercise[];
}

/** Measures what the traces of an application reach, while it runs and afterwards. */
export class Reach {
	readonly #context: Context;
	readonly #application: Application;
	readonly #earlier: readonly Trace[];
	readonly #run: string[];
	/** The packages are known. */
	readonly ready: Promise<void>;
	#meter: CoverageMeter | undefined;
	#told = "";
	/** Signals that it handles and that come at the end of a trace. */
	signals: readonly string[] = [];

	/** `run` are the exercises of before. The packages are looked up meanwhile. */
	constructor(context: Context, application: Application, earlier: readonly Trace[] = [], run: readonly string[] = []) {
		this.#context = context;
		this.#application = application;
		this.#earlier = earlier;
		this.#run = [...run];
		this.ready = this.#lookUp();
	}

	async #lookUp(): Promise<void> {
		const { files, packages } = this.#context.machine;
		const file = broughtFile(this.#application.command, files);
		const contents = file === undefined ? [] : await packages.related(file);
		if (contents.length) this.#meter = new CoverageMeter(contents, files);
	}

	exercised(command: string): void {
		this.#run.push(command);
	}

	/** As far as the packages are known by now. */
	measure(trace: Pick<Trace, "accesses">): Reached {
		const coverage = this.#meter?.measure(...this.#earlier, trace);
		const known = coverage ? { coverage } : {};
		const exercised = { application: this.#application, run: this.#run, signals: this.signals, ...known };
		return { ...known, next: nextExercises(exercised) };
	}

	async measured(trace: Pick<Trace, "accesses">): Promise<Reached> {
		await this.ready;
		return this.measure(trace);
	}

	/** Tells of it with no more names than a screen shows, unless that is what was told last. */
	tell({ coverage, next }: Reached): void {
		const shown = { ...(coverage ? { coverage: shortCoverage(coverage) } : {}), next };
		const text = JSON.stringify(shown);
		if (text === this.#told) return;
		this.#told = text;
		this.#context.emit({ event: "coverage-measured", ...shown });
	}
}

/** How far the stored traces of a cage reach. */
export function reachedOf(context: Context, cage: Pick<Cage, "application" | "exercises">, trace: Trace): Promise<Reached> {
	return new Reach(context, cage.application, [], cage.exercises).measured(trace);
}
