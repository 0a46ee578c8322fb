import { basename, dirname, join } from "node:path";
import picomatch from "picomatch";
import { Failure, type Note } from "../../base/failure.ts";
import { namesIn } from "../../base/host/proc.ts";
import { shellLinePath } from "../../base/host/shell-line.ts";
import { accountNames, parsePasswd } from "../../base/machine/accounts.ts";
import { type Path, pathFromText } from "../../base/path/path.ts";
import { launchPath } from "../../service/application.ts";
import { parseCreatedDirectory } from "../../service/created-directory.ts";
import { type ApplicationDraft, compareFound, type FoundApplication } from "../../service/found.ts";
import { distributionIds } from "../../service/host/packages.ts";
import { draftFromProcess, lookUpProgram, mainProcesses } from "../../service/host/process-application.ts";
import { type ListeningProcess, listeningProcesses } from "../../service/host/processes.ts";
import { findService, findServices, serviceDirectories } from "../../service/host/services.ts";
import { UnitFiles } from "../../service/host/unit-files.ts";
import { UnitTree } from "../../service/host/unit-tree.ts";
import type { Packages } from "../../service/ports.ts";
import type { MergeContext } from "../merge.ts";
import type { ParameterValues } from "../parameters.ts";
import type { HostApplications } from "../ports.ts";
import type { Template } from "../template.ts";
import { placeholders } from "./sources.ts";

interface FindOptions {
	/** The tree of unit files, programs and accounts; tests use their own. */
	readonly root?: string;
	readonly proc?: string;
	/** Names the package of each program, if given. */
	readonly packages?: Packages;
	/** Templates that are listed if their programs are installed. */
	readonly templates?: readonly TemplateOffer[];
}

/** The parts of a template that a listing needs. */
interface TemplateOffer {
	readonly name: string;
	readonly description: string;
	readonly programs: readonly string[];
	readonly application: ApplicationDraft;
}

/**
 * Everything on this machine that could be caged: services except the system's own, listening processes of no service, and
 * templates whose programs are installed. Sorted by `compareFound`. Only reads; needs no running systemd.
 */
export async function findApplications(options: FindOptions = {}): Promise<FoundApplication[]> {
	const { packages, root = "/", proc = "/proc", templates = [] } = options;
	const tree = new UnitTree(root);
	const processes = mainProcesses(await listeningProcesses(proc).catch(() => []));
	const claimed = new Set<number>();
	const found: FoundApplication[] = [...findServices(tree, processes, claimed)];

	const accounts = accountsOf(tree);
	for (const process of processes) {
		if (claimed.has(process.pid) || process.exe === undefined || isSystemProcess(process)) continue;
		const { application, notes } = draftFromProcess(process, (uid) => accounts.get(uid));
		const all: Note[] = [...notes, ...(process.elsewhere ? [{ code: "found-elsewhere", values: {} }] : [])];
		found.push({
			name: basename(application.command?.[0] ?? process.exe),
			reason: "process",
			description: "",
			pid: process.pid,
			ports: process.ports,
			application,
			startable: !process.elsewhere,
			notes: all,
		});
	}

	const programs = new Set(
		found.flatMap(({ application }) => (application.command?.[0] === undefined ? [] : [application.command[0]])),
	);
	for (const { name, description, programs: needed, application } of templates) {
		const own = application.command?.[0];
		const covered = own !== undefined && (programs.has(own) || programs.has(tree.resolve(own)));
		const installed = needed.every((program) => (program.startsWith("/") ? tree.exists(program) : isInstalled(program)));
		if (!covered && installed) {
			found.push({ name, reason: "template", description, ports: [], application, startable: true, notes: [] });
		}
	}
	return (await withPackages(found, tree, packages)).sort(compareFound);
}

/**
 * The application of one systemd service (`nginx`, `nginx.service`, `db@main`). Undefined if there is none of that name or it is
 * masked.
 */
export async function findUnit(
	name: string,
	{ packages, proc = "/proc", root = "/" }: FindOptions = {},
): Promise<FoundApplication | undefined> {
	const processes = mainProcesses(await listeningProcesses(proc).catch(() => []));
	const tree = new UnitTree(root);
	const found = findService(name, tree, processes);
	return found && (await withPackages([found], tree, packages))[0];
}

/** Directories that a program's units create before it starts, in the form of `--directory`, except those of unknown accounts. */
export function directoriesOf(program: string): string[] {
	const tree = new UnitTree("/");
	const accounts = new Set(accountsOf(tree).values());
	return serviceDirectories(program, tree).filter((text) => {
		const [user] = parseCreatedDirectory(text).owner?.split(":") ?? [];
		return user === undefined || accounts.has(user);
	});
}

/** The full name of the service that a name means, if any. Quicker than `findUnit`. */
function unitNamed(name: string): string | undefined {
	return new UnitFiles().named(name);
}

async function withPackages(
	found: readonly FoundApplication[],
	tree: UnitTree,
	packages: Packages | undefined,
): Promise<FoundApplication[]> {
	if (packages === undefined) return [...found];
	// Prefer the package of the unit, because its program may belong to another one (redis-server, redis-tools).
	const place = ({ application, file }: FoundApplication): Path =>
		pathFromText(file ?? tree.resolve(application.command?.[0] ?? "/"));
	const owners = await packages.owners(found.map(place));
	return found.map((one) => {
		const owner = owners.get(place(one));
		return owner === undefined ? one : { ...one, package: owner };
	});
}

function isInstalled(program: string): boolean {
	return "path" in lookUpProgram(program);
}

/** Sessions and the system's own helpers listen too. */
function isSystemProcess({ exe = "", ports }: ListeningProcess): boolean {
	if (/^\/(usr\/)?lib\/systemd\//.test(exe)) return true;
	if (
		/^(systemd|init|dbus-daemon|dbus-broker.*|polkitd|udevd|agetty|login|gpg-agent|ssh-agent|tmux.*|screen|Xorg|Xwayland)$/.test(
			basename(exe),
		)
	)
		return true;
	// Editors, shells and desktops use unix sockets internally. A server with nothing else is found by its unit.
	return ports.every(({ protocol }) => protocol === "unix");
}

function accountsOf(tree: UnitTree): ReadonlyMap<number, string> {
	return accountNames(parsePasswd(tree.read("/etc/passwd") ?? ""));
}

export const systemApplications: HostApplications = {
	unit: findUnit,
	unitNamed,
	directoriesOf,
	here: templateValues,
	program(word) {
		const found = lookUpProgram(word, { path: `${launchPath}:${shellLinePath()}` });
		if ("error" in found) throw new Failure(found.error.code, { program: word }, 2);
		return found.path;
	},
};

/** This machine's values for a template. Throws `program-not-found` (exit 2) if nothing matches a program's pattern. */
function templateValues({ parameters }: Pick<Template, "parameters">, given: ParameterValues): MergeContext {
	const programs = Object.entries(parameters).flatMap(([name, { default: usual, kind }]) => {
		const value = given[name] ?? usual;
		if (kind !== "program" || value === undefined) return [];
		const program = newestProgram(value);
		if (program === undefined) throw new Failure("program-not-found", { program: value }, 2);
		return program === value ? [] : [[name, program] as const];
	});
	return { placeholders: placeholders(), systems: distributionIds(), parameters: { ...given, ...Object.fromEntries(programs) } };
}

/**
 * Distributions put versions into program names. Returns the match with the highest version, or undefined. A name without a
 * pattern is returned unchanged.
 */
export function newestProgram(pattern: string): string | undefined {
	if (!/[*?]/.test(pattern)) return pattern;
	const matches = picomatch(basename(pattern));
	const folder = dirname(pattern);
	const newest = namesIn(folder)
		.filter((name) => matches(name) && "path" in lookUpProgram(join(folder, name)))
		.sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
		.at(-1);
	return newest === undefined ? undefined : join(folder, newest);
}
