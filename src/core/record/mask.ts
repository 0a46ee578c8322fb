/**
 * Takes secrets out of text that a record shows: configuration, command lines, probes. What is masked is told by the name that stands before it; where in
 * doubt, it is masked, for a reader can ask and a secret cannot be taken back.
 */

export const masked = "********";

const word =
	"(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|auth(?:[-_]?key|[-_]?token|pass)?|cookie|salt|seed|psk|requirepass|masterauth|bind[-_]?pw|rpc[-_]?secret|kennwort)";
/** The whole name counts: `auth` is one, `author` and `authorized_keys_file` are none; `db_password` and `PGPASSWORD` are. */
const name = `(?:[\\w.-]*[_.-])?${word}s?|[A-Za-z]*(?:PASSWORD|PASSWD|SECRET|TOKEN)`;
const quoted = `"(?:[^"\\\\]|\\\\.)*"|'[^']*'`;
const assignment = new RegExp(`((?:^|[\\s;,{&?"'(-])(?:${name})["']?\\s*(?:=>|[=:])\\s*)(${quoted}|[^\\s;,&)}\\]]+)`, "gi");
/** In JSON and the like, where only the case of letters parts the words. */
const camelCase = new RegExp(`([a-z](?:Password|Passwd|Secret|Token|Key)["']?\\s*[=:]\\s*)(${quoted}|[^\\s;,&)}\\]]+)`, "g");
/** A directive with its value behind a space: redis, nginx, OpenVPN and many more. */
const directive = new RegExp(`^(\\s*(?:set\\s+|-+)?(?:${name})\\s+(?:=\\s*)?)(\\S.*)$`, "i");
const commandOption = new RegExp(`((?:^|\\s)--?(?:${name})(?:\\s+|=))(${quoted}|\\S+)`, "gi");
/** redis: `user NAME on >PASSWORD ~*`, with its hash as `#…`. */
const aclRule = /((?:^|\s)(?:user\s+\S+|on|off|~\S+|[+&@]\S+)\s+)([>#<!]\S+)/g;
/** BIND's `secret "…";`, and any key that is said to be one. */
const bindSecret = /(\bsecret\s+)("[^"]*"|\S+)/gi;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/@]+)(@)/gi;
const hash = /\$(?:1|2[aby]|5|6|7|y|apr1)\$[^\s:"']+/g;
const bearer = /(\b(?:bearer|basic)\s+)([A-Za-z0-9+/_.=-]{8,})/gi;
const known = /\b(?:(?:ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16})\b/g;
/** What a client is given behind a short option: redis-cli -a, mysql -p, curl -u. */
const clientOption =
	/(\b(?:redis-cli|valkey-cli)\b[^|;&]*?\s-a\s+|\bcurl\b[^|;&]*?\s(?:-u|--user)\s+|\bmysql\w*\b[^|;&]*?\s-p)([^\s|;&]+)/g;

/** nsswitch.conf(5) names databases as others name passwords. */
const nameService =
	/^\s*(?:passwd|shadow|gshadow|passwd_compat|shadow_compat):\s+(?:files|compat|systemd|sss|ldap|nis|db|winbind)\b/;

/** One line, of a file or of a shell. */
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

/** Lines of a file; blocks in PEM (RFC 7468) that hold a key are one masked line. */
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

/** Words of a command: also where the secret is a word of its own behind its option. */
export function maskWords(words: readonly string[]): string[] {
	const secretOption = new RegExp(`^--?(?:${name})$`, "i");
	return words.map((text, index) => {
		if (index > 0 && secretOption.test(words[index - 1] ?? "") && !text.startsWith("-")) return masked;
		return maskLine(text);
	});
}
