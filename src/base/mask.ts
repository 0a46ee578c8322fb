/**
 * Replaces a secret in text that a record shows: configuration, command lines, probes. Names before a value show that it is a
 * secret. In doubt it is masked, because a published secret cannot be taken back.
 */

export const masked = "********";

const word =
	"(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|auth(?:[-_]?key|[-_]?token|pass)?|cookie|salt|seed|psk|requirepass|masterauth|bind[-_]?pw|rpc[-_]?secret|kennwort)";
/** Matches whole names: `auth`, `db_password` and `PGPASSWORD`, but not `author` or `authorized_keys_file`. */
const name = `(?:[\\w.-]*[_.-])?${word}s?|[A-Za-z]*(?:PASSWORD|PASSWD|SECRET|TOKEN)`;
const quoted = `"(?:[^"\\\\]|\\\\.)*"|'[^']*'`;
const assignment = new RegExp(`((?:^|[\\s;,{&?"'(-])(?:${name})["']?\\s*(?:=>|[=:])\\s*)(${quoted}|[^\\s;,&)}\\]]+)`, "gi");
/** In JSON and similar formats, only capitals separate words. */
const camelCase = new RegExp(`([a-z](?:Password|Passwd|Secret|Token|Key)["']?\\s*[=:]\\s*)(${quoted}|[^\\s;,&)}\\]]+)`, "g");
/** A directive with its value after a space: redis, nginx, OpenVPN and many others. */
const directive = new RegExp(`^(\\s*(?:set\\s+|-+)?(?:${name})\\s+(?:=\\s*)?)(\\S.*)$`, "i");
const commandOption = new RegExp(`((?:^|\\s)--?(?:${name})(?:\\s+|=))(${quoted}|\\S+)`, "gi");
/** redis: `user NAME on >PASSWORD ~*`, or its hash as `#…`. */
const aclRule = /((?:^|\s)(?:user\s+\S+|on|off|~\S+|[+&@]\S+)\s+)([>#<!]\S+)/g;
/** BIND's `secret "…";` and similar keys. */
const bindSecret = /(\bsecret\s+)("[^"]*"|\S+)/gi;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/@]+)(@)/gi;
const hash = /\$(?:1|2[aby]|5|6|7|y|apr1)\$[^\s:"']+/g;
const bearer = /(\b(?:bearer|basic)\s+)([A-Za-z0-9+/_.=-]{8,})/gi;
const known = /\b(?:(?:ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16})\b/g;
/** Passwords after short options of clients: redis-cli -a, mysql -p, curl -u. */
const clientOption =
	/(\b(?:redis-cli|valkey-cli)\b[^|;&]*?\s-a\s+|\bcurl\b[^|;&]*?\s(?:-u|--user)\s+|\bmysql\w*\b[^|;&]*?\s-p)([^\s|;&]+)/g;

/** nsswitch.conf(5) has databases with names of passwords. */
const nameService =
	/^\s*(?:passwd|shadow|gshadow|passwd_compat|shadow_compat):\s+(?:files|compat|systemd|sss|ldap|nis|db|winbind)\b/;

/** Masks one line of a file or shell command. */
export function maskLine(line: string): string {
	if (nameService.test(line)) return line;
	return line
		.replace(inUrl, `$1${masked}$3`)
		.replace(hash, masked)
		.replace(known, masked)
		.replace(bearer, `$1${masked}`)
		.replace(clientOption, `$1${masked}`)
		.replace(aclRule, `$1${masked}`)
		.replace(bindSecret, `$1${masked}`)
		.replace(commandOption, `$1${masked}`)
		.replace(assignment, `$1${masked}`)
		.replace(camelCase, `$1${masked}`)
		.replace(directive, `$1${masked}`);
}

/** Masks lines of a file. A PEM block (RFC 7468) with a key becomes one masked line. */
export function maskLines(lines: readonly string[]): string[] {
	const shown: string[] = [];
	let inside = false;
	for (const line of lines) {
		if (/-----BEGIN [A-Z0-9 ]*(PRIVATE KEY|SECRET)[A-Z ]*-----/.test(line)) {
			inside = true;
			shown.push(masked);
		}
		if (!inside) shown.push(maskLine(line));
		if (/-----END /.test(line)) inside = false;
	}
	return shown;
}

/** Masks words of a command, including a secret that follows its option as a separate word. */
export function maskWords(words: readonly string[]): string[] {
	const secretOption = new RegExp(`^--?(?:${name})$`, "i");
	return words.map((text, index) => {
		if (index > 0 && secretOption.test(words[index - 1] ?? "") && !text.startsWith("-")) return masked;
		return maskLine(text);
	});
}
