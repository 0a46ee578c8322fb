import picomatch from "picomatch";
import { parseHandedSocket } from "../application/handed-socket.ts";
import { parseAccountName } from "../plan/accounts.ts";
import { permissionWord } from "../plan/permissions.ts";
import type { TemplateProblem } from "./problems.ts";
import { placeholderNames } from "./template.ts";

/**
 * What makes a value in a template dangerous. A template from elsewhere ends up in commands that root starts, in unit files and in
 * path lists, so each of these is refused rather than escaped. Every check gives the problem, or undefined.
 */
type Check = (text: string) => TemplateProblem | undefined;

export const limits = { bytes: 1024 * 1024, word: 8192, text: 16_384, path: 4096, list: 1024 } as const;

/** C0, DEL and C1, line and paragraph separators: what ends a line somewhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const parentComponent = /(^|\/)\.\.(\/|$)/;
const globCharacter = /[*?[\]{}!()\\]/;

export const oneLine: Check = (text) => {
	if (control.test(text)) return "control-character";
	return /\p{Surrogate}/u.test(text) ? "not-text" : undefined;
};

/** Paragraphs for people may have line ends, but nothing else that steers a terminal. */
export const paragraphs: Check = (text) => oneLine(text.replaceAll("\n", " "));

/** A word of the command after the program: if it looks like an absolute path it must not climb. */
export const argument: Check = (text) =>
	oneLine(text) ?? (/^\/|=\//.test(text) && parentComponent.test(text) ? "parent-component" : placeholder(text));

export const program: Check = (text) => (/^\$\{\w*\}$/.test(text) ? placeholder(text) : path(text));

/** Only what merging can fill in; `${…}` of any other name would reach the unit file, where systemd would fill it in. */
export const placeholder: Check = (text) => {
	const rest = placeholderNames.reduce((left, name) => left.replaceAll(`\${${name}}`, ""), text);
	return rest.includes("${") ? "unknown-placeholder" : undefined;
};

export const path: Check = (text) => {
	if (text === "") return "empty";
	const bad = oneLine(text);
	if (bad !== undefined) return bad;
	if (!text.startsWith("/")) return text.startsWith("${") ? "unknown-placeholder" : "not-absolute";
	return parentComponent.test(text) ? "parent-component" : placeholder(text);
};

/** In the form that rules keep, so that one permission has one word. */
export const permission: Check = (text) => (permissionWord(text) === text ? undefined : "not-an-opening");

/** Directories that are the system itself: programs and configuration in them must not become writable for an application. */
const system = new Set(
	"/ /bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /sbin /sys /usr /usr/bin /usr/lib /usr/lib64 /usr/libexec /usr/local /usr/sbin /usr/share /var".split(
		" ",
	),
);
/** Directories that all applications of the host share: through none of them may a cage look out. */
const shared = new Set(
	"/home /media /mnt /opt /root /run /srv /tmp /var/cache /var/lib /var/log /var/mail /var/run /var/spool /var/tmp".split(" "),
);

/** A directory that the application may write, in the cage. */
export const stateDirectory: Check = (text) => {
	const bad = path(text);
	if (bad !== undefined) return bad;
	return system.has(plain(text)) ? "too-broad" : single(text);
};

/** A directory of the host that is seen in the cage. */
export const boundDirectory: Check = (text) => stateDirectory(text) ?? (shared.has(plain(text)) ? "too-broad" : undefined);

/** A path or glob of files to take or leave. */
export const pattern: Check = (text) => {
	const bad = path(text);
	if (bad !== undefined) return bad;
	if (matchesEverything(text)) return "too-broad";
	return undefined;
};

/** The same, of files that come into the cage. */
export const taken: Check = (text) => pattern(text) ?? passwordFile(text);

/** A single path that is no glob. */
export const single: Check = (text) => path(text) ?? (globCharacter.test(text) ? "glob-not-allowed" : passwordFile(text));

export const device: Check = (text) => path(text) ?? (/^\/dev\/[\w.+:@/-]+$/.test(plain(text)) ? undefined : "not-a-device");

export const account: Check = (text) => {
	if (/^[+\s]*(0x)?\d+\s*(:|$)/i.test(text) || /[:,][+\s]*(0x)?\d+\s*(?=$|[:,])/i.test(text)) return "numeric-account";
	const name = "[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?";
	return new RegExp(`^${name}(:${name}|:(${name})?:${name}(,${name})*)?$`).test(text) ? undefined : "bad-account";
};

/** A socket that is handed over, with its owner by name. */
export const socket: Check = (text) => {
	const parsed = parseHandedSocket(text);
	if (parsed === undefined) return "bad-socket";
	return [parsed.user, parsed.group].map((name) => (name === undefined ? undefined : account(name))).find(Boolean);
};

/** A user or group by name that is known in the cage, or not: `NAME`, `user:NAME`, `group:NAME`. */
export const accountName: Check = (text) => {
	if (/^(user:|group:)?[+\s]*(0x)?\d+\s*$/i.test(text)) return "numeric-account";
	return parseAccountName(text) ? undefined : "bad-account";
};

export const variableName: Check = (text) =>
	/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text !== "__proto__" ? undefined : "bad-variable-name";

/** As man(1) cites a page; a file name or an address is none. */
export const manualPage: Check = (text) =>
	/^[A-Za-z0-9_][A-Za-z0-9_.:+@-]{0,99}\([1-9n][a-z]{0,8}\)$/.test(text) ? undefined : "not-a-manual-page";

export const templateName: Check = (text) => (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text) ? undefined : "bad-name");

/** As dpkg, rpm, pacman and apk allow them; it goes into a command of theirs, so it must not look like an option. */
export const packageName: Check = (text) => (/^[A-Za-z0-9][A-Za-z0-9+._:@~-]*$/.test(text) ? undefined : "bad-name");

export const programName: Check = (text) => {
	if (text.startsWith("/")) return path(text);
	return /^[A-Za-z0-9_][A-Za-z0-9+._-]*$/.test(text) ? undefined : "bad-name";
};

/** Without `//`, `.` and a slash at the end. */
function plain(text: string): string {
	return `/${text
		.split("/")
		.filter((part) => part !== "" && part !== ".")
		.join("/")}`;
}

/** Paths that no honest pattern has in common: names that nobody uses, short, long and hidden, at several depths. */
const strangers = ["/q7", "/q7/x3.z", "/.q7/w.w", "/usr/q7", "/etc/q7", "/q7/x3/y5/.z9"];

function matchesEverything(text: string): boolean {
	if (plain(text) === "/") return true;
	if (!globCharacter.test(text)) return false;
	// A glob that takes a directory takes what is in it, so one that matches strangers at the top matches everything.
	const matches = matcher(text);
	return strangers.slice(0, 3).some(matches) || strangers.slice(3).every(matches);
}

/** Files with password hashes, as shadow(5) and its editors leave them. */
const passwordFiles = ["shadow", "shadow-", "gshadow", "gshadow-", ".shadow", "shadow.lock", "security/opasswd"].map(
	(name) => `/etc/${name}`,
);

function passwordFile(text: string): TemplateProblem | undefined {
	const directory = plain(text);
	// A directory takes its content along.
	if (passwordFiles.some((file) => file === directory || file.startsWith(`${directory}/`) || directory === "/"))
		return "password-file";
	return globCharacter.test(text) && passwordFiles.some(matcher(text)) ? "password-file" : undefined;
}

function matcher(text: string): (path: string) => boolean {
	// `[!x]` is a negation in some dialects only; what is refused in one is refused.
	const globs = [plain(text), `${plain(text)}/**`];
	const dialects = [picomatch(globs, { dot: true }), picomatch(globs, { dot: true, posix: true })];
	// An escaped character is itself for those who look up the path literally.
	const literal = text.replaceAll("\\", "");
	return (path) => path === literal || dialects.some((matches) => matches(path));
}
