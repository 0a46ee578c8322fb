import type { Application } from "../../core/application/application.ts";
import { parseServiceUnit, type ServiceUnit } from "../../core/application/unit-file.ts";
import { baseName, type Path, pathFromText, pathToText } from "../../core/path/path.ts";
import { broughtFile, foreignModules, type PackageContents } from "../../core/plan/coverage.ts";
import type { PackageRef } from "../../core/plan/plan.ts";
import type { Machine } from "../context.ts";
import type { HostService } from "../ports.ts";

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
