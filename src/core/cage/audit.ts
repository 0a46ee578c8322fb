import type { FileKind } from "../machine/facts.ts";
import { type PathComponent, untrustedComponents } from "../machine/path-trust.ts";
import { ancestors, isWithin, join, type Path, parent, pathFromText, root } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import type { Finding, FindingCode } from "./finding.ts";

export type { Finding, FindingCode } from "./finding.ts";

/**
 * The audit of a cage: what must be true of its files and of the way to them, whoever made them (the list was measured together
 * with the ways out that each rule stops). Rules over observed facts; the walker in `system/` observes.
 */

export interface Observed {
	/** In the cage: `/` is its root. */
	readonly path: Path;
	readonly kind: FileKind;
	/** Permission bits including setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Number of names (st_nlink). */
	readonly links: number;
	readonly device?: { readonly major: number; readonly minor: number };
	/** Where a symlink points, verbatim. */
	readonly target?: Path;
	/** Of the files with accounts in them, as latin1. */
	readonly content?: string;
	/** File capabilities as getcap(8) writes them. */
	readonly capabilities?: string;
	/** True where another file system is mounted; what is in it was not looked at. */
	readonly mounted?: boolean;
}

export interface AuditPolicy {
	/** Whom the cage belongs to: 0, or without root the account that built it. */
	readonly owner: number;
	/** Device numbers of the plan. */
	readonly devices: readonly { readonly type: "c" | "b"; readonly major: number; readonly minor: number }[];
	/** Files that may be setuid or setgid. */
	readonly setuid: readonly Path[];
	/** Sockets and FIFOs of the plan. */
	readonly special: readonly Path[];
	/** Places that are mounted over when the cage runs: what lies below them is not the cage's, and links may lead there. */
	readonly mounts: readonly Path[];
	/** Accounts that the application runs as; root is not one of them, because only the read-only mount stops it. */
	readonly accounts: readonly { readonly uid: number; readonly gids: readonly number[] }[];
}

const groupOrWorldWrite = 0o022;
const sticky = 0o1000;

/**
 * The directories from `/` to the root of the cage, both included, as lstat sees them: whoever may write to one of them can put
 * another cage in its place. A sticky directory of root lets nobody rename what is root's, so it passes with a warning.
 */
export function auditWay(way: readonly Omit<Observed, "links">[], owner: number): Finding[] {
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
			// The root of the cage has no use for a sticky bit: what is in it is mounted read-only.
			const passes = mode & sticky && uid === 0 && path !== way.at(-1)?.path;
			find(passes ? "way-sticky" : "way-writable", passes ? "warning" : "danger", { mode: octal(mode) });
		}
	}
	return findings;
}

/** The files of a cage, in the order in which they were observed. Links are judged by what else was observed. */
export function auditFiles(observed: readonly Observed[], policy: AuditPolicy): Finding[] {
	const byPath = new Map(observed.map((one) => [one.path, one]));
	const setuid = new Set(policy.setuid);
	const special = new Set(policy.special);
	const devices = new Set(policy.devices.map(({ type, major, minor }) => `${type} ${major} ${minor}`));
	return observed.flatMap((one) => [
		...auditPrivilege(one, setuid),
		...auditKind(one, special, devices),
		...auditWriting(one, policy),
		...auditSecrets(one),
		...auditLink(one, byPath, policy.mounts),
	]);
}

/**
 * What the application has written itself: files of its own, which may be anything but a trap for whoever meets them outside, where
 * nosuid and nodev do not hold.
 */
export function auditData(observed: readonly Observed[]): Finding[] {
	const none: ReadonlySet<string> = new Set();
	return observed.flatMap((one) => {
		const device = one.kind === "character-device" || one.kind === "block-device";
		const findings = [...auditPrivilege(one, none), ...(device ? auditKind({ ...one, links: 1 }, none, none) : [])];
		return findings.map((finding): Finding => ({ ...finding, code: dataCodes[finding.code] ?? finding.code }));
	});
}

/** Closed in another way than in the cage's own files: those are the build's, these the application's. */
const dataCodes: Partial<Record<FindingCode, FindingCode>> = {
	setuid: "data-setuid",
	setgid: "data-setgid",
	"file-capabilities": "data-file-capabilities",
	device: "data-device",
};

function* auditPrivilege({ path, kind, mode, capabilities }: Observed, setuid: ReadonlySet<string>): Generator<Finding> {
	// On a directory setgid only hands its group down (inode(7)).
	if (kind === "file" && !setuid.has(path)) {
		if (mode & 0o4000) yield { code: "setuid", path, severity: "danger", values: { mode: octal(mode) } };
		if (mode & 0o2000) yield { code: "setgid", path, severity: "danger", values: { mode: octal(mode) } };
	}
	if (capabilities !== undefined) yield { code: "file-capabilities", path, severity: "danger", values: { capabilities } };
}

function* auditKind(one: Observed, special: ReadonlySet<string>, devices: ReadonlySet<string>): Generator<Finding> {
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
	// A second name may lie outside: whoever writes there writes here, and the other way round.
	if (kind !== "directory" && links > 1) yield { code: "hard-link", path, severity: "danger", values: { links } };
	if (one.mounted) yield { code: "mounted", path, severity: "warning", values: {} };
}

function* auditWriting({ path, kind, mode, uid, gid }: Observed, policy: AuditPolicy): Generator<Finding> {
	// A link has no mode; a device of the plan is written to by purpose.
	if (kind === "symlink" || kind === "character-device" || kind === "block-device") return;
	if (policy.mounts.some((mount) => isWithin(path, mount))) return;
	if (mode & 0o002) {
		yield { code: "world-writable", path, severity: "danger", values: { mode: octal(mode) } };
		return;
	}
	const accounts = policy.accounts.filter((account) => account.uid !== policy.owner);
	// An owner may give itself the right to write, whatever the mode says; against that stands only the read-only mount.
	if (accounts.some((account) => account.uid === uid)) {
		yield { code: "application-owns", path, severity: "warning", values: { uid, mode: octal(mode) } };
	} else if (mode & 0o020 && accounts.some(({ gids }) => gids.includes(gid))) {
		yield { code: "application-may-write", path, severity: "danger", values: { gid, mode: octal(mode) } };
	}
}

/** shadow(5), gshadow(5), their backups, and what pam_pwhistory and BSD's tools keep. */
const shadowFiles = new Set(
	["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd", "/etc/master.passwd"].map(
		pathFromText,
	),
);
/** passwd(5), group(5): the second field is a password in both. The walker reads these. */
export const accountFiles: readonly Path[] = ["/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-"].map(pathFromText);

function* auditSecrets({ path, kind, content }: Observed): Generator<Finding> {
	if (shadowFiles.has(path) && kind !== "directory") yield { code: "shadow-file", path, severity: "danger", values: {} };
	if (content === undefined) return;
	for (const [index, text] of content.split("\n").entries()) {
		const [name = "", password] = text.split(":");
		if (name === "" || name.startsWith("#") || password === undefined) continue;
		const line = index + 1;
		// Without a password anybody may change to the account; in a group the empty field is the usual one.
		if (password === "") {
			if (path.startsWith("/etc/passwd")) yield { code: "password-empty", path, severity: "danger", values: { line } };
		} else if (!/^(x|[*!]+)$/.test(password)) {
			yield { code: "password-hash", path, severity: "danger", values: { line } };
		}
	}
}

/**
 * A link is followed inside the cage by the application, but outside by whoever reads the cage as root: both must meet the same
 * file. So one that leaves (absolute, or `..` above the root) has to end at something that the cage has, and says so by its name.
 */
function* auditLink(one: Observed, byPath: ReadonlyMap<Path, Observed>, mounts: readonly Path[]): Generator<Finding> {
	if (one.kind !== "symlink" || one.target === undefined) return;
	const leaves = one.target.startsWith("/") || climbs(one.path, one.target);
	if (!leaves) return;
	const end = endOf(one.path, byPath);
	if (end !== undefined && (byPath.has(end) || [...mounts, ...kernelTrees].some((mount) => isWithin(end, mount)))) return;
	yield { code: "link-leads-outside", path: one.path, severity: "warning", values: { target: one.target } };
}

/** Mounted by the launcher where the plan has them; a link to them (/etc/mtab) is no way to a file of the host. */
const kernelTrees = ["/proc", "/dev", "/sys"].map(pathFromText);

/** True where the `..` of a relative target lead above the root, not counting on links in between. */
function climbs(link: Path, target: Path): boolean {
	let depth = ancestors(link).length;
	for (const part of target.split("/")) {
		if (part === "..") depth--;
		else if (part !== "" && part !== ".") depth++;
		if (depth < 0) return true;
	}
	return false;
}

/** As many as the kernel follows (path_resolution(7)). */
const maxLinks = 40;

/** Where a path ends in the cage with all links followed; undefined for a loop. What was not observed is taken as it is. */
function endOf(start: Path, byPath: ReadonlyMap<Path, Observed>): Path | undefined {
	let parts = start.split("/");
	let reached = root;
	let followed = 0;
	while (parts.length > 0) {
		const [part = "", ...rest] = parts;
		parts = rest;
		if (part === "" || part === ".") continue;
		if (part === "..") {
			reached = parent(reached);
			continue;
		}
		const next = join(reached, part);
		const target = byPath.get(next)?.target;
		if (target === undefined) {
			reached = next;
			continue;
		}
		if (++followed > maxLinks) return undefined;
		if (target.startsWith("/")) reached = root;
		parts = [...target.split("/"), ...parts];
	}
	return reached;
}

function octal(mode: number): string {
	return `0${(mode & 0o7777).toString(8)}`;
}

/** The way to a directory of the host that the cage shows, as far as it leads through directories. */
export interface BindWay {
	readonly bind: Path;
	readonly seen: readonly PathComponent[];
	/** The first part that is not there. */
	readonly absent?: Path;
}

/**
 * A mount follows links (mount(8), and BindPaths= of systemd.exec(5) as well): whoever can put one on the way to a bind chooses what root
 * mounts into the cage. Where root starts it, that is any directory of the host; else one that the user may see anyhow.
 */
export function auditBinds(ways: readonly BindWay[], owner: number): Finding[] {
	const findings = new Map<string, Finding>();
	const find = (code: FindingCode, path: Path, severity: Finding["severity"], values: Finding["values"]) => {
		// A directory on the way to several binds is one thing to be closed.
		if (!findings.has(`${code} ${path}`)) findings.set(`${code} ${path}`, { code, path, severity, values });
	};
	for (const { absent, bind: place, seen } of ways) {
		const bind = showPath(place);
		// Where the way breaks off, what is seen is not all of it, and its last part leads on.
		const end: PathComponent[] = absent === undefined ? [] : [{ path: absent, kind: "directory", mode: 0o755, uid: 0 }];
		for (const { fault, part } of untrustedComponents([...seen, ...end], owner)) {
			const { kind, path, uid } = part;
			if (fault === "not-directory") find("bind-not-directory", path, "danger", { bind, kind });
			else if (fault === "foreign-owner") find("bind-foreign-owner", path, severityFor(owner), { bind, uid });
			else find("bind-writable", path, severityFor(owner), { bind, mode: `0${part.mode.toString(8)}` });
		}
		if (absent !== undefined) find("bind-absent", absent, "danger", { bind });
	}
	return [...findings.values()];
}

const severityFor = (owner: number) => (owner === 0 ? "danger" : "warning");

/** The way from a cage's data folder to the state of one writable directory, both included, as far as it leads through directories. */
export interface DataWay {
	/** `like`: what a part must be no more open than; absent where that is unknown. */
	readonly seen: readonly (PathComponent & { readonly like?: Pick<PathComponent, "mode" | "uid"> })[];
	/** The first part that is missing. */
	readonly absent?: Path;
}

/**
 * A mount follows links, so whoever can put one on the way to the state chooses what is mounted over the writable directory, read-write. The application reaches only
 * what is below the state itself: a part above it that is no directory, or that others may write, is not as the build made it. The build gives these directories the owner
 * and mode that the host's have, which nobody but root gets at in the state folder. `isPresent`: another generation's state is put in its own place when that becomes the
 * present one, and an imported cage may come without any, so until then only links count.
 */
export function auditDataWays(ways: readonly DataWay[], owner: number, isPresent: boolean): Finding[] {
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
				if (mode & groupOrWorldWrite & ~like.mode) find("data-way-writable", path, { mode: `0${mode.toString(8)}` });
			}
		}
		if (absent !== undefined && isPresent)
			find("data-way-not-directory", absent, { kind: "absent" satisfies FileKind | "absent" });
	}
	return [...findings.values()];
}

/** True where the state is a directory and every part of the way to it is. */
export function leadsThroughDirectories({ absent, seen }: DataWay): boolean {
	return absent === undefined && seen.every(({ kind }) => kind === "directory");
}
