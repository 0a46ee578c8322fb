import { omitUndefined } from "../../base/collections.ts";
import type { Note } from "../../base/failure.ts";
import { baseName, pathFromText } from "../../base/path/path.ts";
import { createdDirectoryText, parseCreatedDirectory } from "../created-directory.ts";
import type { ApplicationDraft, FoundApplication } from "../found.ts";
import { applicationFromUnit } from "../unit-application.ts";
import type { ServiceUnit } from "../unit-file.ts";
import type { ListeningProcess } from "./processes.ts";
import { type LoadedService, type ServiceFile, UnitFiles } from "./unit-files.ts";
import type { UnitTree } from "./unit-tree.ts";

/** This machine's services except the system's own, with their processes. Adds the processes' pids to `claimed`. */
export function findServices(
	tree: UnitTree,
	processes: readonly ListeningProcess[],
	claimed: Set<number>,
): readonly FoundApplication[] {
	const units = new UnitFiles(tree);
	const drafts = units.services().flatMap((file) => {
		const service = units.load(file.name);
		return service === undefined || isPlumbing(service.unit) ? [] : [draftOf(file, service, tree)];
	});
	// Under systemd, the cgroup shows a process's service. Otherwise its program does if only one unit uses it.
	const users = new Map<string, number>();
	for (const { program, service } of drafts) {
		if (program !== undefined && !service.unit.name.template) users.set(program, (users.get(program) ?? 0) + 1);
	}
	const services = drafts.map((draft) => {
		const own = processesOf(draft, processes, users.get(draft.program ?? "") === 1);
		for (const { pid } of own) claimed.add(pid);
		return foundFrom(draft, own);
	});
	const broken = units.damaged().filter(({ name }) => !isPlumbingName(name));
	const damaged = broken.map(
		({ name, path, problem }): FoundApplication => ({
			name: name.replace(/\.service$/, ""),
			reason: "unit",
			description: "",
			unit: name,
			file: path,
			ports: [],
			application: {},
			startable: false,
			notes: [{ code: problem, values: { path } }],
		}),
	);
	return [...services, ...damaged];
}

/** One service by its name, with or without `.service`, even one of the system's own. Undefined if there is none or it is masked. */
export function findService(name: string, tree: UnitTree, processes: readonly ListeningProcess[]): FoundApplication | undefined {
	const units = new UnitFiles(tree);
	const service = units.load(name.endsWith(".socket") ? (units.serviceOfSocket(name) ?? name) : name);
	if (service === undefined) return undefined;
	const { full } = service.unit.name;
	const file = units.services().find((each) => each.name === full);
	const draft = draftOf(file ?? { name: full, path: service.files[0] ?? "", aliases: [], enabled: false }, service, tree);
	const members = units.members(service.unit);
	return { ...foundFrom(draft, processesOf(draft, processes, true)), ...(members.length ? { members } : {}) };
}

/**
 * Directories, in the form of `--directory`, that a program's units create before it starts, with their owner if it is not root.
 * Includes the system's own units, because starting sshd by hand needs /run/sshd too. `program` is an absolute path, as the unit
 * names it or with links followed.
 */
export function serviceDirectories(program: string, tree: UnitTree): string[] {
	const units = new UnitFiles(tree);
	const real = tree.resolve(program);
	const names = [program, real].map((path) => baseName(pathFromText(path)));
	// Reading every unit would take longer than everything else before a trace.
	const mentions = (file: ServiceFile) => {
		const text = `${file.name}\n${tree.read(file.path) ?? ""}`;
		return names.some((name) => text.includes(name));
	};
	return units.services().flatMap((file) => {
		const service = mentions(file) ? units.load(file.name) : undefined;
		const draft = service && draftOf(file, service, tree);
		if (draft?.program !== real) return [];
		const { directories = [], user } = draft.application;
		return directories.map((text) => {
			const directory = parseCreatedDirectory(text);
			return createdDirectoryText({
				...directory,
				...(directory.owner === undefined && user !== undefined ? { owner: user } : {}),
			});
		});
	});
}

interface Draft {
	readonly file: ServiceFile;
	readonly service: LoadedService;
	readonly application: ApplicationDraft;
	readonly notes: readonly Note[];
	readonly startable: boolean;
	readonly dynamicUser?: string;
	/** The real path of the program, if it exists. */
	readonly program?: string;
}

function draftOf(file: ServiceFile, service: LoadedService, tree: UnitTree): Draft {
	const { application, dynamicUser, notes, startable } = applicationFromUnit(service.unit, service.surroundings);
	const ofUnit = dynamicUser === undefined ? {} : { dynamicUser };
	const located = withAbsoluteProgram(application, tree);
	if (located === undefined) return { file, service, application, notes, startable: false, ...ofUnit };
	const { command, there } = located;
	return {
		file,
		service,
		application: { ...application, command },
		notes: there ? notes : [...notes, { code: "found-program-missing", values: { program: application.command?.[0] ?? "" } }],
		startable: startable && there,
		...ofUnit,
		...(there ? { program: tree.resolve(command[0] ?? "") } : {}),
	};
}

function processesOf(
	{ file, program, service }: Draft,
	processes: readonly ListeningProcess[],
	alone: boolean,
): readonly ListeningProcess[] {
	if (service.unit.name.template) return [];
	const names = [file.name, ...file.aliases];
	return processes.filter(
		(process) =>
			!process.elsewhere &&
			(names.some((name) => process.units.includes(name)) || (process.exe === program && alone && process.units.length === 0)),
	);
}

function foundFrom(
	{ application, dynamicUser, file, notes, service, startable }: Draft,
	own: readonly ListeningProcess[],
): FoundApplication {
	const first = own[0];
	return {
		name: file.name.replace(/\.service$/, ""),
		reason: "unit",
		description: service.unit.description,
		unit: file.name,
		file: file.path,
		enabled: file.enabled,
		aliases: file.aliases,
		...(first === undefined ? {} : { pid: first.pid }),
		ports: own.flatMap(({ ports }) => ports),
		application,
		...omitUndefined({ dynamicUser }),
		startable,
		notes,
	};
}

/** A program without a slash is looked up in a fixed path (systemd.service(5)). */
function withAbsoluteProgram(
	{ command }: ApplicationDraft,
	tree: UnitTree,
): { readonly command: readonly string[]; readonly there: boolean } | undefined {
	const [name, ...rest] = command ?? [];
	if (name === undefined) return undefined;
	const path = name.startsWith("/")
		? name
		: (searchPath.map((directory) => `${directory}/${name}`).find((candidate) => tree.exists(candidate)) ?? name);
	return { command: [path, ...rest], there: path.startsWith("/") && tree.exists(path) };
}

const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The system's own services, which manage its devices, sessions, mounts and packages. Hardly any would work in a cage. */
const names = [
	/^systemd-/,
	/^(dbus|dbus-broker|dbus-org\..*|polkit|accounts-daemon|udisks2|upower|colord|rtkit-daemon|power-profiles-daemon|switcheroo-control)$/,
	/^(autovt|getty|serial-getty|container-getty|capsule|user|user-runtime-dir|session-.*|run-.*)@/,
	/^(console-getty|getty-static|emergency|rescue|debug-shell|display-manager|gdm3?|sddm|lightdm)$/,
	/^(initrd-|plymouth|dracut-|lvm2?-|lvm2|dm-event|blk-availability|mdadm|mdcheck|mdmonitor|multipath|iscsi|open-iscsi|cryptdisks|cryptsetup|zfs-)/,
	/^(kmod|modprobe@|udev|ldconfig|procps|sysctl|quota|rc-local|hwclock|fstrim|e2scrub|xfs_scrub|btrfs|fsck|system-update-cleanup)/,
	/^(apt-daily|apt-news|dpkg-db-backup|unattended-upgrades|packagekit|dnf-|logrotate|man-db|mlocate|plocate|ucf|snapd)/,
	/^(networking|ifup@|ifupdown|NetworkManager|wpa_supplicant|ModemManager|bluetooth|resolvconf|nftables|iptables|firewalld|ufw)/,
	/^(keyboard-setup|console-setup|setvtrgb|alsa-|x11-common|apparmor|auditd|selinux|cloud-|grub|kexec|kdump|secureboot|fwupd|smartd|smartmontools)/,
	/^(cron|crond|anacron|atd|acpid|irqbalance|thermald|haveged|rngd|qemu-guest-agent|open-vm-tools|vgauth|spice-vdagentd)$/,
];

/** Whether a service is part of the system, not an application. */
function isPlumbing(unit: ServiceUnit): boolean {
	return unit.refuseManualStart || unit.onTerminal || !unit.defaultDependencies || isPlumbingName(unit.name.full);
}

/** The same by name alone, for an unreadable unit. */
function isPlumbingName(unit: string): boolean {
	const name = unit.replace(/\.service$/, "");
	return names.some((pattern) => pattern.test(name));
}
