import type { Files } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";

/**
 * Facts that a file's beginning shows: the kernel or loader reads it (ELF, `#!`), or it contains a key or password. A
 * `keystore` may contain keys or only certificates; an `opaque` file is one token or not text. For these two, the file's mode
 * decides.
 */
export const markKinds = ["elf", "script", "secret", "keystore", "opaque"] as const;
export type Mark = (typeof markKinds)[number];

/** Number of bytes that marks are read from. */
export const headSize = 16 * 1024;

/** Number of bytes that are searched for a key if the file starts with PEM. */
const maxPem = 1024 * 1024;
const pemStart = "-----BEGIN ";
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

/** Signatures by which the tools recognise their files: PEM (RFC 7468), OpenSSH, PuTTY, TSIG keys, and well-known tokens. */
const secretContents = [
	privateKey,
	/-----BEGIN OpenVPN Static key/,
	/^PuTTY-User-Key-File-\d/,
	/\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/,
	/^(Key: )?\((\d+:)?(protected-|shadowed-)?private-key/,
	// WireGuard, and PgBouncer's user list.
	/^[ \t]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=/m,
	/^"[^"\n]*"[ \t]+"(md5[0-9a-f]{32}|SCRAM-SHA-256\$[^"\n]+)"/m,
	/^[^:\s]+:\{(S?SHA(224|256|384|512)?|S?MD5|PLAIN|CLEAR(TEXT)?|([A-Z0-9]+-)?CRYPT|ARGON2ID?|PBKDF2|SCRAM-SHA-\d+)(\.\w+)?\}/m,
	/\bsecret\s+"[A-Za-z0-9+/=]{16,}"\s*;/,
	/^[ \t]*(?:-[ \t]*)?secret:[ \t]*"?(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/]{16,}={0,2}"?[ \t]*$/m,
	/\b(gh[oprsu]|github_pat|glpat|xox[abeprs])[_-][A-Za-z0-9_-]{16,}/,
	/\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
	/\baws_secret_access_key["']?[ \t]*[=:][ \t]*["']?[A-Za-z0-9+/]{40}/i,
	// kubeconfig, JSON Web Keys and Tokens, netrc(5), ipsec.secrets(5), and keys of Tor services.
	/\bclient-key-data:[ \t]*[A-Za-z0-9+/]{40,}/,
	/"kty"[^}]{0,600}"d"[ \t]*:[ \t]*"[\w-]{20,}"|"d"[ \t]*:[ \t]*"[\w-]{20,}"[^}]{0,600}"kty"/,
	/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/,
	/^machine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+\S/m,
	/^[^#\n]*:[ \t]*(PSK|EAP|XAUTH|NTLM)[ \t]+"[^"\n]+"/m,
	/^== ed25519v1-secret:/,
	// Search the rare character first and check what precedes it with a lookbehind: six times as fast on binary files (measured).
	/\$(?<=^\$)(1|2[aby]|5|6|7|y)\$[^\s:]+/m,
	// With or without a group between name and hash.
	/\$(?<=^[^:\s]+:(?:[^:\s]*:)?\$)(1|2[aby]|5|6|7|g?y|apr1|argon2id?|scrypt|pbkdf2[\w-]*)\$/m,
];

/**
 * The first bytes, in hexadecimal, of binary keys: Kerberos keytabs and master key stashes, and DER: PKCS #1 and #8, SEC 1, and
 * encrypted PKCS #8.
 */
const keyFormats = [
	/^050200000.(..)000[1-9]/,
	/^30(..){1,4}020100(30(0.|1.|20)06|02[4-8])/,
	/^30(..){1,3}02010104[1-4]/,
	/^30(..){1,4}30(..){1,2}06092a864886f70d01050d/,
];

/** Java key stores and PKCS #12. */
const keystores = [/^feedfeed/, /^cececece/, /^30(..){1,5}02010330/];

const token = /^(?=[^\s]*\d)[A-Za-z0-9+=_.~-][A-Za-z0-9+/=_.~-]{15,1023}\s*$/;

/** The rules as text, so that marks from other rules can be recognised as outdated. */
export function markRules(): string {
	return [headSize, maxPem, ...secretContents, ...keyFormats, ...keystores, token].join(" ");
}

/** Returns undefined if the file cannot be read. */
export function readMarks(path: Path, files: Pick<Files, "read">): Mark[] | undefined {
	const head = files.read(path, headSize);
	if (!head) return undefined;
	const marks = marksOf(head);
	// A key may follow any number of certificates, each with a page of explanation.
	const isLong = head.length >= headSize && !marks.includes("elf") && !marks.includes("secret") && head.includes(pemStart);
	const isKey = isLong && privateKey.test(files.read(path, maxPem)?.toString("latin1") ?? "");
	return isKey ? [...marks, "secret"] : marks;
}

export function marksOf(head: Buffer): Mark[] {
	// Programs and libraries contain such signatures (openssl knows a PEM header) without being keys.
	if (head.subarray(0, 4).equals(elfMagic)) return ["elf"];
	const text = head.subarray(0, headSize).toString("latin1");
	const found: Mark[] = text.startsWith("#!") ? ["script"] : [];
	const isText = !text.includes("\0");
	const start = head.subarray(0, 32).toString("hex");
	const isSecret = keyFormats.some((pattern) => pattern.test(start)) || secretContents.some((pattern) => pattern.test(text));
	if (isSecret) found.push("secret");
	if (keystores.some((pattern) => pattern.test(start))) found.push("keystore");
	if (!isText || token.test(text)) found.push("opaque");
	return found;
}

const elfMagic = Buffer.from("\x7fELF", "latin1");
