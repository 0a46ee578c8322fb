import type { FileStatus, Files } from "../base/machine/facts.ts";
import { maskLine } from "../base/mask.ts";
import { baseName, etc, isWithin, normalise, type Path, pathFromText, pathToText } from "../base/path/path.ts";
import { quoteShellLine, showPath } from "../base/path/quote.ts";
import { linkFiles, placeOf } from "./links.ts";
import type { Mark } from "./marks.ts";
import type { Entry, Plan, Risk } from "./plan.ts";

const homes = ["/home", "/root"].map(pathFromText);
const packaged = ["/usr", "/lib", "/bin", "/sbin", "/lib64"].map(pathFromText);
/** Configuration about passwords that contains none: pam.d(5). */
const namedForTheirSubject = ["/etc/pam.d", "/etc/security"].map(pathFromText);
export const largeSize = 64 * 1024 * 1024;

/** Password files with hashes (shadow(5), gshadow(5)) and their backups. */
const shadowFiles = /^\/etc\/(shadow|gshadow|master\.passwd|security\/opasswd)-?$/;

const secretNames =
	/^(\.env(\.[\w-]+)?|[._]netrc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|key[34]\.db|secring\.gpg|.*\.(keytab|kdbx|pfx|p12))$/;
const secretWords = /(^|[._-])(secrets?|tokens?|credentials?|passwords?|apikeys?)($|[._-])/i;

/**
 * Returns a file's risks. A secret's content or name decides whatever its mode is: a private key with mode 0644 is a secret too.
 * A key store, and a binary file in /etc, is a secret only if others may not read it: /etc/munge/munge.key and pre-shared keys
 * are, public databases are not. A private configuration file is no secret: the application cannot start without it, so a
 * question would have only one answer. `passwordNotes` notes those with passwords. Without marks, only the name counts.
 */
export function fileRisks(path: Path, status: FileStatus, marks: readonly Mark[] | undefined): Risk[] {
	const risks: Risk[] = [];
	if (isSecret(path, status, marks)) risks.push("secret");
	if (status.mode & 0o6000) risks.push("setuid");
	if (status.mode & 0o002) risks.push("world-writable");
	if (homes.some((home) => isWithin(path, home))) risks.push("home");
	if (status.size > largeSize) risks.push("large");
	return risks;
}

function isSecret(path: Path, { mode }: FileStatus, marks: readonly Mark[] | undefined): boolean {
	if (shadowFiles.test(path)) return true;
	const name = baseName(path);
	if (secretNames.test(name)) return true;
	const fromPackage = packaged.some((directory) => isWithin(path, directory));
	if (marks?.includes("secret")) return !fromPackage || !isSource(name);
	if (fromPackage || marks?.includes("elf")) return false;
	if (!(mode & 0o004) && (marks?.includes("keystore") || (marks?.includes("opaque") && isWithin(path, etc)))) return true;
	return secretWords.test(name) && !isSource(name) && !namedForTheirSubject.some((place) => isWithin(path, place));
}

function isSource(name: string): boolean {
	return /\.(py|pyc|js|mjs|cjs|ts|rb|pl|pm|php|sh|h|c|json|md|html?)$/.test(name);
}

const maxRead = 256 * 1024;
const comment = /^\s*(#|;|\/\/|--|\*)/;
/** Switches and limits that are named after passwords, in a line without blanks at its end. */
const noPassword = /[=:\s]["']?(yes|no|true|false|on|off|none|null|-?\d{1,4}[smhd]?|\/[^\s"']*)?["']?[;,]?$/i;

/**
 * Notes configuration with passwords that only the application should read. It goes in without a question because the application
 * cannot start without it. An attacker in the application can read it in the cage as on the host.
 */
export function passwordNotes(entries: readonly Entry[], files: Pick<Files, "read">): Plan["notes"] {
	const paths = entries.filter((entry) => holdsPassword(entry, files)).map(({ path }) => showPath(path));
	return paths.length ? [{ code: "configuration-holds-passwords", values: { paths: paths.join(", ") } }] : [];
}

function holdsPassword({ decision, kind, mode, path, risks }: Entry, files: Pick<Files, "read">): boolean {
	const isCandidate = kind === "file" && decision === "include" && isWithin(path, etc) && !(mode & 0o004);
	if (!isCandidate || risks.includes("secret")) return false;
	const text = files.read(path, maxRead)?.toString("latin1") ?? "";
	if (text.includes("\0")) return false;
	return text.split("\n").some((line) => {
		if (line.length > 1000 || comment.test(line) || noPassword.test(line.trimEnd())) return false;
		return maskLine(line) !== line;
	});
}

interface UnusedAllowance {
	readonly option: "--allow-secret" | "--allow-setuid";
	readonly path: string;
}

/** Returns allowed paths that match nothing in the plan, usually because of a typing error. */
export function unusedAllowances({ entries, rules, writable }: Plan, files: Files): UnusedAllowance[] {
	const unused = (option: UnusedAllowance["option"], paths: readonly string[], risk: "secret" | "setuid") =>
		paths.flatMap((text) => {
			const named = normalise(pathFromText(text));
			const real = files.resolve(named) ?? named;
			const isMeant = entries.some(({ path, risks }) => risks.includes(risk) && (path === named || isWithin(path, real)));
			// Seeds are not entries: state is copied with its directory.
			const isState = writable.some(({ path }) => isWithin(real, path));
			return isMeant || isState ? [] : [{ option, path: text }];
		});
	return [...unused("--allow-secret", rules.allowSecret, "secret"), ...unused("--allow-setuid", rules.allowSetuid, "setuid")];
}

/** A plan's answer about what it leaves out. */
export type LeftOut = Pick<Plan, "declined" | "entries">;

const optionOf: Partial<Record<Risk, string>> = {
	secret: "--allow-secret",
	setuid: "--allow-setuid",
	device: "--device",
	large: "--include",
};

/** Password hashes also need an accepted finding. */
const hashes = /^\/etc\/g?shadow-?$/;

/**
 * Returns the options that include the file or device at a path, which may be a link to it; none if an exclude leaves it out, or no
 * cage may have it.
 */
export function optionsToInclude(path: Path, { declined, entries }: LeftOut): string[] {
	const place = placeOf(path, linkFiles(new Map(entries.map((entry) => [entry.path, entry]))));
	const entry = entries.find((one) => one.path === place && one.decision === "declined");
	if (!entry || !declined.some((one) => one.path === place)) return [];
	const named = pathToText(place) ?? place;
	const options = entry.risks.flatMap((risk) => optionOf[risk] ?? []).map((option) => quoteShellLine([option, named]));
	return entry.risks.includes("secret") && hashes.test(place)
		? [...options, quoteShellLine(["--accept-finding", `shadow-file:${named}`])]
		: options;
}

/** Returns what waits for a permission: secrets, setuid and large files that nobody excluded, and devices. */
export function declinedRisks(entries: readonly Entry[], excluded: (path: Path) => string | undefined): Plan["declined"] {
	return entries.flatMap((entry) => {
		if (entry.decision === "include") return [];
		const risk = entry.risks.find(
			(one) =>
				one === "secret" ||
				one === "setuid" ||
				one === "refused-device" ||
				one === "device" ||
				// An exclusion is a decision about a large file.
				(one === "large" && excluded(entry.path) === undefined),
		);
		return risk ? [{ path: entry.path, risk }] : [];
	});
}
