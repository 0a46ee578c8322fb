import type { FileStatus } from "../machine/facts.ts";
import { baseName, isWithin, type Path, pathFromText } from "../path/path.ts";
import type { Mark } from "./marks.ts";
import type { Risk } from "./plan.ts";

const homes = ["/home", "/root"].map(pathFromText);
const packaged = ["/usr", "/lib", "/bin", "/sbin", "/lib64"].map(pathFromText);
const configuration = pathFromText("/etc");
/** Configuration about passwords that holds none: pam.d(5). */
const namedForTheirSubject = ["/etc/pam.d", "/etc/security"].map(pathFromText);
const largeSize = 64 * 1024 * 1024;

/** Password files with hashes (shadow(5), gshadow(5)) and their backups. */
const shadowFiles = /^\/etc\/(shadow|gshadow|master\.passwd|security\/opasswd)-?$/;

const secretNames =
	/^(\.env(\.[\w-]+)?|[._]netrc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|key[34]\.db|secring\.gpg|.*\.(keytab|kdbx|pfx|p12))$/;
const secretWords = /(^|[._-])(secrets?|tokens?|credentials?|passwords?|apikeys?)($|[._-])/i;

/**
 * What is dangerous about a file. Content and name show a secret whatever its mode is: a private key with mode 0644 is one too.
 * A key store, and a file of /etc without words in it, are secrets where others may not read them: such are /etc/munge/munge.key and a
 * pre-shared key, while databases that everybody reads are none. A configuration file that others may not read is none either: the
 * application cannot start without it, so a question would have one answer; the plan notes those that hold passwords.
 * Without marks only the name speaks.
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
	if (!(mode & 0o004) && (marks?.includes("keystore") || (marks?.includes("opaque") && isWithin(path, configuration))))
		return true;
	return secretWords.test(name) && !isSource(name) && !namedForTheirSubject.some((place) => isWithin(path, place));
}

function isSource(name: string): boolean {
	return /\.(py|pyc|js|mjs|cjs|ts|rb|pl|pm|php|sh|h|c|json|md|html?)$/.test(name);
}
