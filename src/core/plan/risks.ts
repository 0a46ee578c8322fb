import type { FileStatus } from "../machine/facts.ts";
import { baseName, isWithin, type Path, pathFromText } from "../path/path.ts";
import type { Risk } from "./plan.ts";

/** How much of a file is read to tell a secret. */
export const headSize = 16 * 1024;

const homes = ["/home", "/root"].map(pathFromText);
const packaged = ["/usr", "/lib", "/bin", "/sbin", "/lib64"].map(pathFromText);
/** Configuration about passwords that holds none: pam.d(5). */
const namedForTheirSubject = ["/etc/pam.d", "/etc/security"].map(pathFromText);
const largeSize = 64 * 1024 * 1024;

/** Password files with hashes (shadow(5), gshadow(5)) and their backups. */
const shadowFiles = /^\/etc\/(shadow|gshadow|master\.passwd|security\/opasswd)-?$/;

const secretNames =
	/^(\.env(\.[\w-]+)?|\.netrc|\.pgpass|\.my\.cnf|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|.*\.(keytab|kdbx|pfx|p12))$/;
const secretWords = /(^|[._-])(secrets?|tokens?|credentials?|passwords?|apikeys?)($|[._-])/i;

/** Marks by which the tools themselves know these files: PEM (RFC 7468), OpenSSH, PuTTY, TSIG keys, and well-known token forms. */
const secretContents = [
	/-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/,
	/^PuTTY-User-Key-File-\d/,
	/\bsecret\s+"[A-Za-z0-9+/=]{16,}"\s*;/,
	/\b(ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{16,}/,
	/\bAKIA[0-9A-Z]{16}\b/,
	// What is rare comes first, what stands before it is looked at behind: six times as quick on what is no text (measured).
	/\$(?<=^\$)(1|2[aby]|5|6|7|y)\$[^\s:]+/m,
	/\$(?<=^[^:\s]+:\$)(1|2[aby]|5|6|7|y|apr1)\$/m,
];

/**
 * What is dangerous about a file. A secret is told by content and name, not by mode: a private key with mode 0644 is one too.
 * `head` is the beginning of the file; without it only the name speaks.
 */
export function fileRisks(path: Path, status: FileStatus, head: Buffer | undefined): Risk[] {
	const risks: Risk[] = [];
	if (isSecret(path, head)) risks.push("secret");
	if (status.mode & 0o6000) risks.push("setuid");
	if (status.mode & 0o002) risks.push("world-writable");
	if (homes.some((home) => isWithin(path, home))) risks.push("home");
	if (status.size > largeSize) risks.push("large");
	return risks;
}

function isSecret(path: Path, head: Buffer | undefined): boolean {
	if (shadowFiles.test(path)) return true;
	const name = baseName(path);
	if (secretNames.test(name)) return true;
	if (head && isProgram(head)) return false;
	const text = head?.toString("latin1");
	const fromPackage = packaged.some((directory) => isWithin(path, directory));
	if (text !== undefined && secretContents.some((pattern) => pattern.test(text))) return !fromPackage || !isSource(name);
	return (
		!fromPackage && secretWords.test(name) && !isSource(name) && !namedForTheirSubject.some((place) => isWithin(path, place))
	);
}

/** Programs and libraries mention such marks (openssl knows what a PEM header looks like) without being one. */
function isProgram(head: Buffer): boolean {
	return head.subarray(0, 4).equals(elfMagic);
}
const elfMagic = Buffer.from("\x7fELF", "latin1");

function isSource(name: string): boolean {
	return /\.(py|pyc|js|mjs|cjs|ts|rb|pl|pm|php|sh|h|c|json|md|html?)$/.test(name);
}
