import { basename } from "node:path";
import { type ApplicationDraft, compareFound, type FoundApplication } from "../../core/application/found.ts";
import type { Note } from "../../core/application/note.ts";
import { applicationFromUnit } from "../../core/application/unit-application.ts";
import { lookUpProgram } from "./path-lookup.ts";
import { isPlumbing } from "./plumbing.ts";
import { draftFromProcess, mainProcesses } from "./process-application.ts";
import { type ListeningProcess, listeningProcesses } from "./processes.ts";
import { UnitFiles } from "./unit-files.ts";
import { UnitTree } from "./unit-tree.ts";

export interface FindOptions {
	/** Tree in which unit files, programs and accounts are looked for; a test's own. */
	readonly root?: string;
	readonly proc?: string;
	/** Templates to offer where their programs are installed. */
	readonly templates?: readonly TemplateOffer[];
}

/** What is needed of a template to offer it. */
export interface TemplateOffer {
	readonly name: string;
	readonly description: string;
	readonly programs: readonly string[];
	readonly application: ApplicationDraft;
}

export type FoundNoteCode =
	/** {program}: named by the unit, not installed. */
	| "found-program-missing"
	/** It runs with another root than ours: in a container or a cage. */
	| "found-elsewhere"
	/** The process has written over its command line: the arguments are lost. */
	| "found-title-rewritten"
	/** {uid}: no account of that number. */
	| "found-account-unknown";

/**
 * Everything on this machine that could be caged: services that are no plumbing of the system, processes that listen and belong to
 * none of them, templates whose programs are there. Sorted by `compareFound`. Reads only; needs no systemd that runs.
 */
export async function findApplications(options: FindOptions = {}): Promise<FoundApplication[]> {
	const { root = "/", proc = "/proc", templates = [] } = options;
	const tree = new UnitTree(root);
	const processes = mainProcesses(await listeningProcesses(proc).catch(() => []));
	const claimed = new Set<number>();
	const found: FoundApplication[] = [...services(root, tree, processes, claimed)];

	const accounts = accountNames(tree);
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
	return found.sort(compareFound);
}

function services(
	root: string,
	tree: UnitTree,
	processes: readonly ListeningProcess[],
	claimed: Set<number>,
): readonly FoundApplication[] {
	const units = new UnitFiles(root);
	const loaded = units.services().flatMap((file) => {
		const service = units.load(file.name);
		return service === undefined || isPlumbing(service.unit) ? [] : [{ file, service }];
	});
	const drafts = loaded.map(({ file, service }) => {
		const { application, notes } = applicationFromUnit(service.unit, service.environmentFiles);
		return { file, service, ...withAbsoluteProgram(application, tree, notes) };
	});
	// Where systemd runs, the control group tells whose a process is; else its program does, if it is one unit's alone.
	const users = new Map<string, number>();
	for (const { program, service } of drafts) {
		if (program !== undefined && !service.unit.name.template) users.set(program, (users.get(program) ?? 0) + 1);
	}
	return drafts.map(({ file, service, application, notes, program, missing }): FoundApplication => {
		const names = [file.name, ...file.aliases];
		const own = processes.filter(
			(process) =>
				!process.elsewhere &&
				(names.some((name) => process.cgroup.split("/").includes(name)) ||
					(process.exe === program && users.get(program ?? "") === 1 && !/\.(service|scope)(\/|$)/.test(process.cgroup))),
		);
		if (!service.unit.name.template) for (const { pid } of own) claimed.add(pid);
		const first = service.unit.name.template ? undefined : own[0];
		const { unit } = service;
		return {
			name: file.name.replace(/\.service$/, ""),
			reason: "unit",
			description: unit.description,
			unit: file.name,
			aliases: file.aliases,
			...(first === undefined ? {} : { pid: first.pid }),
			ports: first === undefined ? [] : own.flatMap(({ ports }) => ports),
			application,
			startable: !unit.name.template && unit.type !== "oneshot" && application.command !== undefined && !missing,
			notes,
		};
	});
}

/** systemd.service(5): a program without a slash is looked up in a fixed path. Also finds the file that would run. */
function withAbsoluteProgram(
	application: ApplicationDraft,
	tree: UnitTree,
	notes: readonly Note[],
): { application: ApplicationDraft; notes: readonly Note[]; missing: boolean; program?: string } {
	const [name, ...rest] = application.command ?? [];
	if (name === undefined) return { application, notes, missing: false };
	const path = name.startsWith("/")
		? name
		: (searchPath.map((directory) => `${directory}/${name}`).find((candidate) => tree.exists(candidate)) ?? name);
	const there = path.startsWith("/") && tree.exists(path);
	return {
		application: { ...application, command: [path, ...rest] },
		notes: there ? notes : [...notes, { code: "found-program-missing", values: { program: name } } satisfies Note<FoundNoteCode>],
		missing: !there,
		...(there ? { program: tree.resolve(path) } : {}),
	};
}

const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

function isInstalled(program: string): boolean {
	return "path" in lookUpProgram(program);
}

/** Sessions and the system's own helpers listen as well. */
function isSystemProcess({ exe = "", ports }: ListeningProcess): boolean {
	if (/^\/(usr\/)?lib\/systemd\//.test(exe)) return true;
	if (
		/^(systemd|init|dbus-daemon|dbus-broker.*|polkitd|udevd|agetty|login|gpg-agent|ssh-agent|tmux.*|screen|Xorg|Xwayland)$/.test(
			basename(exe),
		)
	)
		return true;
	// Editors, shells and desktops talk to themselves over unix sockets; a server that has nothing else is found by its unit.
	return ports.every(({ protocol }) => protocol === "unix");
}

function accountNames(tree: UnitTree): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	for (const line of (tree.read("/etc/passwd") ?? "").split("\n")) {
		const [name, , uid] = line.split(":");
		if (name !== undefined && name !== "" && /^\d+$/.test(uid ?? "") && !names.has(Number(uid))) names.set(Number(uid), name);
	}
	return names;
}
