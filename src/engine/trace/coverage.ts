import type { Application } from "../../core/application/application.ts";
import { parseServiceUnit, type ServiceUnit } from "../../core/application/unit-file.ts";
import type { Cage } from "../../core/cage/cage.ts";
import { baseName, type Path, pathFromText, pathToText } from "../../core/path/path.ts";
import {
	broughtFile,
	CoverageMeter,
	foreignModules,
	lifeReach,
	nextExercises,
	type PackageContents,
	type StageReach,
	shortCoverage,
} from "../../core/plan/coverage.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Context, Machine } from "../context.ts";
import type { Reached } from "../events.ts";
import type { HostService } from "../systemd-ports.ts";

/** What comes with an application on this machine. */
export interface Brought {
	/** The package of its program first, then others of the same source, then those that plug modules into it. Empty where no package brings it. */
	readonly packages: readonly PackageContents[];
	/** Its service, as the unit and its drop-ins describe it. */
	readonly service?: HostService & { readonly unit: ServiceUnit };
}

const remembered = new WeakMap<Machine, Map<string, { readonly changedAt: number; readonly brought: Promise<Brought> }>>();

/** `unit` is the one that the application was read from. Looked up once, until packages are installed or removed. */
export function broughtWith(machine: Machine, { command }: Pick<Application, "command">, unit?: string): Promise<Brought> {
	const changedAt = machine.packages.changedAt();
	const all = remembered.get(machine) ?? new Map();
	remembered.set(machine, all);
	const key = JSON.stringify([command, unit]);
	const known = all.get(key);
	if (known?.changedAt === changedAt) return known.brought;
	const brought = lookUp(machine, command, unit);
	all.set(key, { changedAt, brought });
	return brought;
}

async function lookUp(machine: Machine, command: readonly string[], unit: string | undefined): Promise<Brought> {
	const { files, packages } = machine;
	const file = broughtFile(command, files);
	const own = file === undefined ? [] : await packages.related(file);
	const service = serviceOf(machine, command, own, unit);
	return { packages: [...own, ...(await pluggedIn(machine, own))], ...(service ? { service } : {}) };
}

/** Modules of other sources, by their packages. */
async function pluggedIn({ files, packages }: Machine, own: readonly PackageContents[]): Promise<PackageContents[]> {
	const modules = foreignModules(own, files);
	const found = new Map<string, { ref: PackageRef; files: Path[] }>();
	for (const [path, ref] of modules.length ? await packages.owners(modules) : []) {
		const known = found.get(ref.name);
		if (known) known.files.push(path);
		else found.set(ref.name, { ref, files: [path] });
	}
	return [...found.values()];
}

/** The unit that starts this program; where a script of the packages does that, the one with the program's name. */
function serviceOf(
	{ units }: Machine,
	command: readonly string[],
	own: readonly PackageContents[],
	named: string | undefined,
): Brought["service"] {
	const parsed = (name: string) => {
		const service = units.service(name);
		return service ? [{ ...service, unit: parseServiceUnit(service.name, service.texts) }] : [];
	};
	if (named !== undefined) return parsed(named)[0];
	const names = own
		.flatMap(({ files }) => files)
		.flatMap((path) => (/\/systemd\/system\/[^/@]+\.service$/.test(path) ? (pathToText(baseName(path)) ?? []) : []));
	const services = [...new Set(names)].flatMap(parsed);
	const program = command[0] ?? "";
	return (
		services.find(({ unit }) => unit.execStart[0]?.words[0] === program) ??
		services.find(({ unit }) => unit.name.full === `${baseName(pathFromText(program))}.service`)
	);
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
	#lastReport = "";
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
		if (text === this.#lastReport) return;
		this.#lastReport = text;
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
