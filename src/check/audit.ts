import { type FileKind, type PathComponent, untrustedComponents } from "../base/machine/facts.ts";
import { ancestors, isWithin, type Path, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Finding, FindingCode } from "../cage/finding.ts";
import { placeOf } from "../plan/links.ts";

export interface ObservedFile {
	/** The path in the cage; `/` is the cage's root. */
	readonly path: Path;
	readonly kind: FileKind;
	/** Permission bits including setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Number of hard links (st_nlink). */
	readonly links: number;
	readonly device?: { readonly major: number; readonly minor: number };
	/** A symlink's target, verbatim. */
	readonly target?: Path;
	/** Content of account files, as latin1. */
	readonly content?: string;
	/** File capabilities as getcap(8) prints them. */
	readonly capabilities?: string;
	/** True if another file system is mounted there, whose content was not read. */
	readonly mounted?: boolean;
}

export interface AuditPolicy {
	/** The cage's owner: 0, or without root the account that built it. */
	readonly owner: number;
	/** The account that the application starts as. Absent for root. */
	readonly account?: number;
	/** Devices in the plan. */
	readonly devices: readonly { readonly type: "c" | "b"; readonly major: number; readonly minor: number }[];
	/** Files that may be setuid or setgid. */
	readonly setuid: readonly Path[];
	/** Sockets and FIFOs in the plan. */
	readonly special: readonly Path[];
	/** Worthless files of the plan, whatever they are named. Another content is tampering. */
	readonly decoys?: readonly Path[];
	/** Mount points of the running cage. Files below them are not the cage's, and links may lead there. */
	readonly mounts: readonly Path[];
	/** Accounts that the application runs as, without root, because only the read-only mount stops root. */
	readonly accounts: readonly { readonly uid: number; readonly gids: readonly number[] }[];
}

const groupOrWorldWrite = 0o022;
const sticky = 0o1000;

/**
 * Audits the directories from `/` to the cage's root, both included, as lstat(2) sees them: anyone who can write to one of them can
 * replace the cage. In a sticky directory of root, nobody can rename root's files, so it gets only a warning.
 */
export function auditPathToCage(way: readonly Omit<ObservedFile, "links">[], owner: number): Finding[] {
	const findings: Finding[] = [];
	for (const { path, kind, mode, uid } of way) {
		const find = (code: FindingCode, severity: Finding["severity"], values: Finding["values"]) =>
			findings.push({ code, path, severity, values });
		if (kind !== "directory") {
			find("way-not-directory", "danger", { kind });
			continue;
		}
		if (uid !== 0 && uid !== owner) find("way-foreign-owner", "danger", { uid });
		if (mode & groupOrWorldWrite) {
			// The cage's root needs no sticky bit: its content is mounted read-only.
			const passes = mode & sticky && uid === 0 && path !== way.at(-1)?.path;
			find(passes ? "way-sticky" : "way-writable", passes ? "warning" : "danger", { mode: showMode(mode) });
		}
	}
	return findings;
}

/** Audits a cage's files. Each rule stops an escape that we have reproduced. */
export function auditFiles(observed: readonly ObservedFile[], policy: AuditPolicy): Finding[] {
	const byPath = new Map(observed.map((one) => [one.path, one]));
	const setuid = new Set(policy.setuid);
	const special = new Set(policy.special);
	const decoys = new Set(policy.decoys);
	const devices = new Set(policy.devices.map(({ type, major, minor }) => `${type} ${major} ${minor}`));
	return observed.flatMap((one) => [
		...auditPrivilege(one, setuid),
		...auditKind(one, special, devices),
		...auditWriting(one, policy),
		...(decoys.has(one.path) ? [] : auditSecrets(one)),
		...auditLink(one, byPath, policy.mounts),
	]);
}

/**
 * Audits files that the application wrote itself. Outside of the cage, where nosuid and nodev do not apply, they must not be
 * traps.
 */
export function auditData(observed: readonly ObservedFile[]): Finding[] {
	const none: ReadonlySet<string> = new Set();
	return observed.flatMap((one) => {
		const device = one.kind === "character-device" || one.kind === "block-device";
		const findings = [...auditPrivilege(one, none), ...(device ? auditKind({ ...one, links: 1 }, none, none) : [])];
		return findings.map((finding): Finding => ({ ...finding, code: dataCodes[finding.code] ?? finding.code }));
	});
}

/** Files in the cage come from the build, data from the application; each needs another remedy. */
const dataCodes: Partial<Record<FindingCode, FindingCode>> = {
	setuid: "data-setuid",
	setgid: "data-setgid",
	"file-capabilities": "data-file-capabilities",
	device: "data-device",
};

function* auditPrivilege({ path, kind, mode, capabilities }: ObservedFile, setuid: ReadonlySet<string>): Generator<Finding> {
	// On a directory, setgid only sets the group of new files (inode(7)).
	if (kind === "file" && !setuid.has(path)) {
		if (mode & 0o4000) yield { code: "setuid", path, severity: "danger", values: { mode: showMode(mode) } };
		if (mode & 0o2000) yield { code: "setgid", path, severity: "danger", values: { mode: showMode(mode) } };
	}
	if (capabilities !== undefined) yield { code: "file-capabilities", path, severity: "danger", values: { capabilities } };
}

function* auditKind(one: ObservedFile, special: ReadonlySet<string>, devices: ReadonlySet<string>): Generator<Finding> {
	const { path, kind, links, device } = one;
	if (kind === "character-device" || kind === "block-device") {
		const type = kind === "character-device" ? "c" : "b";
		const { major, minor } = device ?? { major: -1, minor: -1 };
		if (!devices.has(`${type} ${major} ${minor}`)) {
			yield { code: "device", path, severity: "danger", values: { type, major, minor } };
		}
	} else if ((kind === "fifo" || kind === "socket") && !special.has(path)) {
		yield { code: kind, path, severity: "danger", values: {} };
	}
	// The other name may be outside of the cage: writing to one writes to both.
	if (kind !== "directory" && links > 1) yield { code: "hard-link", path, severity: "danger", values: { links } };
	if (one.mounted) yield { code: "mounted", path, severity: "warning", values: {} };
}

function* auditWriting({ path, kind, mode, uid, gid }: ObservedFile, policy: AuditPolicy): Generator<Finding> {
	// Links have no mode, and the application may write to its devices.
	if (kind === "symlink" || kind === "character-device" || kind === "block-device") return;
	if (policy.mounts.some((mount) => isWithin(path, mount))) return;
	if (mode & 0o002) {
		yield { code: "world-writable", path, severity: "danger", values: { mode: showMode(mode) } };
		return;
	}
	const accounts = policy.accounts.filter((account) => account.uid !== policy.owner);
	// An owner can change the mode, so that only the read-only mount stops it.
	if (accounts.some((account) => account.uid === uid)) {
		yield { code: "application-owns", path, severity: "warning", values: { uid, mode: showMode(mode) } };
	} else if (mode & 0o020 && accounts.some(({ gids }) => gids.includes(gid))) {
		yield { code: "application-may-write", path, severity: "danger", values: { gid, mode: showMode(mode) } };
	}
}

/** shadow(5), gshadow(5), their backups, and the files of pam_pwhistory and BSD. */
const shadowFiles = new Set(
	["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd", "/etc/master.passwd"].map(
		pathFromText,
	),
);
/** The second field of passwd(5) and group(5) is a password. The walker reads these files. */
export const accountFiles: readonly Path[] = ["/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-"].map(pathFromText);

function* auditSecrets({ path, kind, content }: ObservedFile): Generator<Finding> {
	if (shadowFiles.has(path) && kind !== "directory") yield { code: "shadow-file", path, severity: "danger", values: {} };
	if (content === undefined) return;
	for (const [index, text] of content.split("\n").entries()) {
		const [name = "", password] = text.split(":");
		if (name === "" || name.startsWith("#") || password === undefined) continue;
		const line = index + 1;
		// Without a password, anybody may switch to the account. In group(5), an empty field is normal.
		if (password === "") {
			if (path.startsWith("/etc/passwd")) yield { code: "password-empty", path, severity: "danger", values: { line } };
		} else if (!/^(x|[*!]+)$/.test(password)) {
			yield { code: "password-hash", path, severity: "danger", values: { line } };
		}
	}
}

/**
 * The application follows a link inside the cage, root may follow it outside: both must reach the same file. A link that leaves
 * the cage (absolute, or `..` above the root) must therefore end at a file of the cage.
 */
function* auditLink(one: ObservedFile, byPath: ReadonlyMap<Path, ObservedFile>, mounts: readonly Path[]): Generator<Finding> {
	if (one.kind !== "symlink" || one.target === undefined) return;
	const leaves = one.target.startsWith("/") || leavesRoot(one.path, one.target);
	if (!leaves) return;
	const end = placeOf(one.path, {
		status: (path) => byPath.get(path) ?? { kind: "directory" },
		readLink: (path) => byPath.get(path)?.target,
	});
	const isInCage = byPath.has(end) || [...mounts, ...kernelTrees].some((mount) => isWithin(end, mount));
	// Only a loop ends at a link.
	if (isInCage && byPath.get(end)?.kind !== "symlink") return;
	yield { code: "link-leads-outside", path: one.path, severity: "warning", values: { target: one.target } };
}

/** The launcher mounts these if the plan contains them. A link to them (/etc/mtab) reaches no file of the host. */
const kernelTrees = ["/proc", "/dev", "/sys"].map(pathFromText);

/** Whether the target's `..` lead above the root, ignoring other links. */
function leavesRoot(link: Path, target: Path): boolean {
	let depth = ancestors(link).length;
	for (const part of target.split("/")) {
		if (part === "..") depth--;
		else if (part !== "" && part !== ".") depth++;
		if (depth < 0) return true;
	}
	return false;
}

/** As a message shows a mode: `01777`. */
export function showMode(mode: number): string {
	return `0${(mode & 0o7777).toString(8)}`;
}

/** The path to a bound host directory, as far as it consists of directories. */
export interface BindPath {
	readonly bind: Path;
	readonly seen: readonly PathComponent[];
	/** The first missing part. */
	readonly absent?: Path;
	/** The start creates a missing directory, or leaves out a missing socket. */
	readonly mayBeAbsent?: boolean;
	/** A socket is mounted instead of a directory. */
	readonly isSocket?: boolean;
}

/**
 * Audits the paths to binds. A mount follows links (mount(8), and BindPaths= in systemd.exec(5)): anyone who can create one on the
 * path chooses what is mounted. If root launches the cage, that can be any directory of the host; otherwise only one that the
 * user can see anyway.
 */
export function auditBinds(ways: readonly BindPath[], owner: number): Finding[] {
	const findings = new Map<string, Finding>();
	const find = (code: FindingCode, path: Path, severity: Finding["severity"], values: Finding["values"]) => {
		// Several binds may share a directory; report it once.
		if (!findings.has(`${code} ${path}`)) findings.set(`${code} ${path}`, { code, path, severity, values });
	};
	for (const { absent, bind: place, isSocket = false, mayBeAbsent, seen } of ways) {
		const bind = showPath(place);
		// If the path ends early, more parts follow the last one seen.
		const end: PathComponent[] = absent === undefined ? [] : [{ path: absent, kind: "directory", mode: 0o755, uid: 0 }];
		const parts = seen.map((part) => (isSocket && part.path === place ? inPlaceOfSocket(part) : part));
		for (const { fault, part } of untrustedComponents([...parts, ...end], owner)) {
			const { path, uid } = part;
			const { kind } = seen.find((one) => one.path === path) ?? part;
			if (fault === "not-directory") find("bind-not-directory", path, "danger", { bind, kind });
			else if (fault === "foreign-owner") find("bind-foreign-owner", path, severityFor(owner), { bind, uid });
			else find("bind-writable", path, severityFor(owner), { bind, mode: showMode(part.mode) });
		}
		if (absent !== undefined && !mayBeAbsent) find("bind-absent", absent, "danger", { bind });
	}
	return [...findings.values()];
}

/** Only a socket, or nothing, is right in its place. Then its path counts, like that of a directory. */
function inPlaceOfSocket(part: PathComponent): PathComponent {
	return { ...part, kind: part.kind === "socket" ? "directory" : "file" };
}

/**
 * Audits the paths to directories in place like those to binds. A group that may write a directory on the path (/var/log on Ubuntu)
 * gets only a warning: the launch compares what it mounted, the unit refuses links, and the application sees none of it. The same
 * account may own a directory there (/var/lib/postgresql): outside the cage it may already do whatever a redirected mount would allow.
 */
export function auditWaysInPlace(
	ways: readonly BindPath[],
	{ account, owner }: Pick<AuditPolicy, "account" | "owner">,
): Finding[] {
	const isByGroup = (path: Path) => {
		const mode = ways.flatMap(({ seen }) => seen).find((one) => one.path === path)?.mode ?? 0;
		return !(mode & 0o002);
	};
	return auditBinds(ways, owner)
		.filter(({ code, values }) => code !== "bind-foreign-owner" || account === undefined || values.uid !== account)
		.map((finding): Finding => {
			return finding.code === "bind-writable" && isByGroup(finding.path) ? { ...finding, severity: "warning" } : finding;
		});
}

const severityFor = (owner: number) => (owner === 0 ? "danger" : "warning");

/** The path from a cage's data folder to one writable directory's state, both included, as far as it consists of directories. */
export interface DataPath {
	/** `like` is the host's directory, which the part may not be less protected than; absent if unknown. */
	readonly seen: readonly (PathComponent & { readonly like?: Pick<PathComponent, "mode" | "uid"> })[];
	/** The first missing part. */
	readonly absent?: Path;
}

/**
 * Audits the paths to a cage's state. A mount follows links, so that anyone who can create one on the path chooses what is mounted
 * read-write. The application reaches only the state itself. The build gives the directories above it the owner and mode of the
 * host's, and only root reaches them in the state folder: any other state is tampering. If `isPresent` is false, only links
 * count, because another generation's state moves to its place when that generation becomes the present one, and an imported cage
 * may have no state.
 */
export function auditDataPaths(ways: readonly DataPath[], owner: number, isPresent: boolean): Finding[] {
	const findings = new Map<string, Finding>();
	const find = (code: FindingCode, path: Path, values: Finding["values"]) =>
		findings.set(`${code} ${path}`, { code, path, severity: "danger", values });
	for (const { absent, seen } of ways) {
		const isLast = (index: number) => absent === undefined && index === seen.length - 1;
		for (const [index, { kind, like, mode, path, uid }] of seen.entries()) {
			if (kind !== "directory") find("data-way-not-directory", path, { kind });
			else if (isPresent && !isLast(index) && like) {
				const isTrusted = (one: number) => one === 0 || one === owner;
				if (!isTrusted(uid) && isTrusted(like.uid)) find("data-way-foreign-owner", path, { uid });
				if (mode & groupOrWorldWrite & ~like.mode) find("data-way-writable", path, { mode: showMode(mode) });
			}
		}
		if (absent !== undefined && isPresent)
			find("data-way-not-directory", absent, { kind: "absent" satisfies FileKind | "absent" });
	}
	return [...findings.values()];
}

/** Whether the state and everything on the path to it are directories. */
export function consistsOfDirectories({ absent, seen }: DataPath): boolean {
	return absent === undefined && seen.every(({ kind }) => kind === "directory");
}
