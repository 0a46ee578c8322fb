import type { Application } from "../../core/application/application.ts";
import type { Cage } from "../../core/cage/cage.ts";
import {
	type Coverage,
	CoverageMeter,
	lifeReach,
	type NextExercise,
	nextExercises,
	type StageReach,
	shortCoverage,
} from "../../core/plan/coverage.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Context } from "../context.ts";
import { type Brought, broughtWith } from "./brought.ts";

/** How far an application was exercised, and what would go further: what plan, wizard, `show` and record tell of it. */
export interface Reached {
	/** Absent where no package brings the application. */
	readonly coverage?: Coverage;
	/** Stages of its life, with those that never came up; absent while it runs, for most come at the end of a trace. */
	readonly life?: readonly StageReach[];
	readonly next: readonly NextExercise[];
}

/** Measures what the traces of an application reach, while it runs and afterwards. */
export class Reach {
	readonly #context: Context;
	readonly #application: Application;
	readonly #unit: string | undefined;
	readonly #earlier: readonly Trace[];
	readonly #run: string[];
	/** The packages are known. */
	readonly ready: Promise<void>;
	#meter: CoverageMeter | undefined;
	#service: Brought["service"];
	#told = "";
	/** Signals that it handles and that come at the end of a trace. */
	signals: readonly string[] = [];

	/** `unit` is its service, where it was read from one, `run` are the exercises of before. The packages are looked up meanwhile. */
	constructor(
		context: Context,
		{ application, unit }: Pick<Cage, "application" | "unit">,
		earlier: readonly Trace[] = [],
		run: readonly string[] = [],
	) {
		this.#context = context;
		this.#application = application;
		this.#unit = unit;
		this.#earlier = earlier;
		this.#run = [...run];
		this.ready = this.#lookUp();
	}

	async #lookUp(): Promise<void> {
		const { machine } = this.#context;
		const { packages, service } = await broughtWith(machine, this.#application, this.#unit);
		this.#service = service;
		if (packages.length) this.#meter = new CoverageMeter(packages, machine.files);
	}

	exercised(command: string): void {
		this.#run.push(command);
	}

	/** As far as the packages are known by now. */
	measure(trace: Pick<Trace, "accesses">, life?: readonly StageReach[]): Reached {
		const coverage = this.#meter?.measure(...this.#earlier, trace);
		const known = { ...(coverage ? { coverage } : {}), ...(life ? { life } : {}) };
		const exercised = { application: this.#application, run: this.#run, signals: this.signals, ...known };
		return { ...known, next: nextExercises(exercised) };
	}

	/** All of it, once the traces are over; `signals` are those that the application lived through. */
	async measured(trace: Pick<Trace, "accesses" | "gaps">, signals: readonly string[]): Promise<Reached> {
		await this.ready;
		const service = this.#service;
		const life = lifeReach({
			command: this.#application.command,
			signals,
			gaps: trace.gaps,
			...(service ? { unit: service.unit, sockets: service.sockets } : {}),
			...(service?.reloadSignal === undefined ? {} : { reloadSignal: service.reloadSignal }),
		});
		return this.measure(trace, life);
	}

	/** Tells of it with no more names than a screen shows, unless that is what was told last. */
	tell({ coverage, life, next }: Reached): void {
		const shown = { ...(coverage ? { coverage: shortCoverage(coverage) } : {}), ...(life ? { life } : {}), next };
		const text = JSON.stringify(shown);
		if (text === this.#told) return;
		this.#told = text;
		this.#context.emit({ event: "coverage-measured", ...shown });
	}
}

/** How far the stored traces of a cage reach. */
export function reachedOf(
	context: Context,
	cage: Pick<Cage, "application" | "exercises" | "signals" | "unit">,
	trace: Trace,
): Promise<Reached> {
	return new Reach(context, cage, [], cage.exercises).measured(trace, cage.signals);
}
