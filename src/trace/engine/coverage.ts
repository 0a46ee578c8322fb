import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import type { CoverageReport } from "../../base/engine/events.ts";
import type { PackageContents, PackageRef } from "../../base/machine/facts.ts";
import { baseName, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { Manifest } from "../../cage/manifest.ts";
import {
	CoverageMeter,
	foreignModules,
	lifecycleCoverage,
	packagedFile,
	type StageCoverage,
	shortCoverage,
} from "../../coverage/coverage.ts";
import { nextExercises } from "../../coverage/next-exercises.ts";
import type { Application } from "../../service/application.ts";
import { hasSamePackages } from "../../service/engine/packages.ts";
import { parseServiceUnit, type ServiceUnit } from "../../service/unit-file.ts";
import type { HostService } from "../../unit/ports.ts";
import type { Trace } from "../trace.ts";

/** Packages and service of an application on this machine. */
export interface ApplicationPackages {
	/**
	 * The program's package first, then others of the same source, then those that add modules to it. Empty if no package
	 * contains the program.
	 */
	readonly packages: readonly PackageContents[];
	/** Its service, from the unit and its drop-ins. */
	readonly service?: HostService & { readonly unit: ServiceUnit };
}

const remembered = new WeakMap<
	Machine,
	Map<string, { readonly changedAt: number; readonly brought: Promise<ApplicationPackages> }>
>();

/**
 * Cached until packages are installed or removed. `unit` is the one that the application was read from. A manifest knows the
 * program's package, or that it has none, and asking it saves most of the time.
 */
export function packagesOfApplication(
	machine: Machine,
	{ command }: Pick<Application, "command">,
	unit?: string,
	manifest?: Manifest,
): Promise<ApplicationPackages> {
	const changedAt = machine.packages.changedAt();
	const all = remembered.get(machine) ?? new Map();
	remembered.set(machine, all);
	const key = JSON.stringify([command, unit]);
	const known = all.get(key);
	if (known?.changedAt === changedAt) return known.brought;
	const brought = lookUp(machine, command, unit, manifest);
	all.set(key, { changedAt, brought });
	return brought;
}

async function lookUp(
	machine: Machine,
	command: readonly string[],
	unit: string | undefined,
	manifest: Manifest | undefined,
): Promise<ApplicationPackages> {
	const { files, packages } = machine;
	const file = packagedFile(command, files);
	const isCurrent = manifest !== undefined && hasSamePackages({ machine }, manifest);
	const entry = isCurrent ? manifest.entries.find(({ path }) => path === file) : undefined;
	const isUnpackaged = file === undefined || (entry !== undefined && entry.package === undefined);
	const own = isUnpackaged ? [] : await packages.related(file, entry?.package);
	const service = serviceOf(machine, command, own, unit);
	return { packages: [...own, ...(await modulePackages(machine, own))], ...(service ? { service } : {}) };
}

/** Packages of other sources that add modules. */
async function modulePackages({ files, packages }: Machine, own: readonly PackageContents[]): Promise<PackageContents[]> {
	const modules = foreignModules(own, files);
	const found = new Map<string, { ref: PackageRef; files: Path[] }>();
	for (const [path, ref] of modules.length ? await packages.owners(modules) : []) {
		const known = found.get(ref.name);
		if (known) known.files.push(path);
		else found.set(ref.name, { ref, files: [path] });
	}
	return [...found.values()];
}

/** The unit that starts this program. If a packaged script starts it, the unit with the program's name. */
function serviceOf(
	{ units }: Machine,
	command: readonly string[],
	own: readonly PackageContents[],
	named: string | undefined,
): ApplicationPackages["service"] {
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

/** What a cage's earlier runs covered. */
interface EarlierCoverage {
	readonly traces?: readonly Trace[];
	readonly exercises?: readonly string[];
	/** Of a built cage. */
	readonly manifest?: Manifest | undefined;
}

/** Measures an application's coverage during and after its traces. */
export class CoverageTracker {
	readonly #context: Context;
	readonly #application: Application;
	readonly #unit: string | undefined;
	readonly #earlier: readonly Trace[];
	readonly #run: string[];
	/** Resolves when the packages are known. */
	readonly ready: Promise<void>;
	#meter: CoverageMeter | undefined;
	#service: ApplicationPackages["service"];
	#lastReport = "";
	/** Signals that the application handles and that the end of a trace will send. */
	signals: readonly string[] = [];

	/** `unit` is the service it was read from. The package lookup starts in the background. */
	constructor(
		context: Context,
		{ application, unit }: Pick<Cage, "application" | "unit">,
		{ exercises = [], manifest, traces = [] }: EarlierCoverage,
	) {
		this.#context = context;
		this.#application = application;
		this.#unit = unit;
		this.#earlier = traces;
		this.#run = [...exercises];
		this.ready = this.#lookUp(manifest);
	}

	async #lookUp(manifest: Manifest | undefined): Promise<void> {
		const { machine } = this.#context;
		const { packages, service } = await packagesOfApplication(machine, this.#application, this.#unit, manifest);
		this.#service = service;
		if (packages.length) this.#meter = new CoverageMeter(packages, machine.files);
	}

	exercised(command: string): void {
		this.#run.push(command);
	}

	/** Uses the packages that are known so far. */
	measure(trace: Pick<Trace, "accesses">, life?: readonly StageCoverage[]): CoverageReport {
		const coverage = this.#meter?.measure(...this.#earlier, trace);
		const known = { ...omitUndefined({ coverage, life }) };
		const exercised = { application: this.#application, run: this.#run, signals: this.signals, ...known };
		return { ...known, next: nextExercises(exercised) };
	}

	/** The final measurement. `signals` are those that the application survived. */
	async measured(trace: Pick<Trace, "accesses" | "gaps">, signals: readonly string[]): Promise<CoverageReport> {
		await this.ready;
		const service = this.#service;
		const life = lifecycleCoverage({
			command: this.#application.command,
			signals,
			gaps: trace.gaps,
			...(service ? { unit: service.unit, sockets: service.sockets } : {}),
			...(service?.reloadSignal === undefined ? {} : { reloadSignal: service.reloadSignal }),
		});
		return this.measure(trace, life);
	}

	/** Emits a measurement with no more names than a screen shows, unless nothing changed. */
	report({ coverage, life, next }: CoverageReport): void {
		const shown = { ...(coverage ? { coverage: shortCoverage(coverage) } : {}), ...omitUndefined({ life }), next };
		const text = JSON.stringify(shown);
		if (text === this.#lastReport) return;
		this.#lastReport = text;
		this.#context.emit({ event: "coverage-measured", ...shown });
	}
}

/** The coverage of a cage's stored traces. `manifest`: that of its present generation. */
export function coverageOf(
	context: Context,
	cage: Pick<Cage, "application" | "exercises" | "signals" | "unit">,
	trace: Trace,
	manifest?: Manifest,
): Promise<CoverageReport> {
	return new CoverageTracker(context, cage, { exercises: cage.exercises, manifest }).measured(trace, cage.signals);
}
