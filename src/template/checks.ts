import picomatch from "picomatch";
import { clean, type Path } from "../base/path/path.ts";
import { parseAccountName } from "../plan/accounts.ts";
import { chosenDecoys } from "../plan/decoys.ts";
import { permissionWord } from "../plan/permission-words.ts";
import { parsePassedSocket } from "../service/passed-socket.ts";
import type { TemplateProblem } from "./problems.ts";
import { placeholderNames } from "./template.ts";

/**
 * A check of a value in a template. Templates from elsewhere are untrusted, and their values get into commands that root starts,
 * unit files and path lists. Dangerous values are refused rather than escaped. Returns the problem, or undefined.
 */
type Check = (text: string) => TemplateProblem | undefined;

export const limits = { bytes: 1024 * 1024, word: 8192, text: 16_384, path: 4096, list: 1024 } as const;

/** C0, DEL and C1, line and paragraph separators: everything that can end a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const parentComponent = /(^|\/)\.\.(\/|$)/;
const globCharacter = /[*?[\]{}!()\\]/;

export const oneLine: Check = (text) => {
	if (control.test(text)) return "control-character";
	return /\p{Surrogate}/u.test(text) ? "not-text" : undefined;
};

/** Paragraphs may contain line ends, but no other control characters. */
export const paragraphs: Check = (text) => oneLine(text.replaceAll("\n", " "));

/** A word of the command after the program. One that contains an absolute path must not contain `..`. */
export const argument: Check = (text) =>
	oneLine(text) ?? (/^\/|=\//.test(text) && parentComponent.test(text) ? "parent-component" : placeholder(text));

export const program: Check = (text) => (/^\$\{\w*\}$/.test(text) ? placeholder(text) : path(text));

/** Only placeholders that a merge fills in. Any other `${…}` would get into the unit file, where systemd would expand it. */
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

/** In the form that rules store, so that each permission has one word. */
export const permission: Check = (text) => (permissionWord(text) === text ? undefined : "not-an-opening");

/** The system's own directories: programs and configuration in them must not become writable for an application. */
const system = new Set(
	"/ /bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /sbin /sys /usr /usr/bin /usr/lib /usr/lib64 /usr/libexec /usr/local /usr/sbin /usr/share /var".split(
		" ",
	),
);
/** Directories that all applications of the host share. A cage must not see them as a whole. */
const shared = new Set(
	"/home /media /mnt /opt /root /run /srv /tmp /var/cache /var/lib /var/log /var/mail /var/run /var/spool /var/tmp".split(" "),
);

/** A directory in the cage that the application may write. */
export const stateDirectory: Check = (text) => {
	const bad = path(text);
	if (bad !== undefined) return bad;
	return system.has(plain(text)) ? "too-broad" : single(text);
};

/** A host directory that the cage may see. */
export const boundDirectory: Check = (text) => stateDirectory(text) ?? (shared.has(plain(text)) ? "too-broad" : undefined);

/** A path or glob of files to include or exclude. */
export const pattern: Check = (text) => {
	const bad = path(text);
	if (bad !== undefined) return bad;
	if (matchesEverything(text)) return "too-broad";
	return undefined;
};

/** A pattern of files to include. */
export const taken: Check = (text) => pattern(text) ?? passwordFile(text);

/** A single path, no glob. */
export const single: Check = (text) => path(text) ?? (globCharacter.test(text) ? "glob-not-allowed" : passwordFile(text));

/** The path of a worthless file, or the word with which the plan chooses the places. */
export const decoy: Check = (text) =>
	text === chosenDecoys ? undefined : (path(text) ?? (globCharacter.test(text) ? "glob-not-allowed" : undefined));

export const device: Check = (text) => path(text) ?? (/^\/dev\/[\w.+:@/-]+$/.test(plain(text)) ? undefined : "not-a-device");

export const account: Check = (text) => {
	if (/^[+\s]*(0x)?\d+\s*(:|$)/i.test(text) || /[:,][+\s]*(0x)?\d+\s*(?=$|[:,])/i.test(text)) return "numeric-account";
	const name = "[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?";
	return new RegExp(`^${name}(:${name}|:(${name})?:${name}(,${name})*)?$`).test(text) ? undefined : "bad-account";
};

/** A socket that is passed to the application, with its owner by name. */
export const socket: Check = (text) => {
	const parsed = parsePassedSocket(text);
	if (parsed === undefined) return "bad-socket";
	return [parsed.user, parsed.group].map((name) => (name === undefined ? undefined : account(name))).find(Boolean);
};

/** A user or group by name: `NAME`, `user:NAME`, `group:NAME`. */
export const accountName: Check = (text) => {
	if (/^(user:|group:)?[+\s]*(0x)?\d+\s*$/i.test(text)) return "numeric-account";
	return parseAccountName(text) ? undefined : "bad-account";
};

export const variableName: Check = (text) =>
	/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text !== "__proto__" ? undefined : "bad-variable-name";

/** In the form of man(1), e.g. `nginx(8)`, not a file name or URL. */
export const manualPage: Check = (text) =>
	/^[A-Za-z0-9_][A-Za-z0-9_.:+@-]{0,99}\([1-9n][a-z]{0,8}\)$/.test(text) ? undefined : "not-a-manual-page";

export const templateName: Check = (text) => (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text) ? undefined : "bad-name");

/** Names that dpkg, rpm, pacman and apk allow. They become arguments of these programs, so they must not look like options. */
export const packageName: Check = (text) => (/^[A-Za-z0-9][A-Za-z0-9+._:@~-]*$/.test(text) ? undefined : "bad-name");

export const programName: Check = (text) => {
	if (text.startsWith("/")) return path(text);
	return /^[A-Za-z0-9_][A-Za-z0-9+._-]*$/.test(text) ? undefined : "bad-name";
};

/** Without `//`, `.` and a trailing slash. */
const plain = (text: string): string => clean(text as Path);

/** Unused names at several depths, short, long and hidden: no reasonable pattern matches all of them. */
const unusedNames = ["/q7", "/q7/x3.z", "/.q7/w.w", "/usr/q7", "/etc/q7", "/q7/x3/y5/.z9"];

function matchesEverything(text: string): boolean {
	if (plain(text) === "/") return true;
	if (!globCharacter.test(text)) return false;
	// A glob that matches a directory also matches its content, so one that matches unused top names matches everything.
	const matches = matcher(text);
	return unusedNames.slice(0, 3).some(matches) || unusedNames.slice(3).every(matches);
}

/** Files with password hashes, including the leftovers of editors (shadow(5)). */
const passwordFiles = ["shadow", "shadow-", "gshadow", "gshadow-", ".shadow", "shadow.lock", "security/opasswd"].map(
	(name) => `/etc/${name}`,
);

function passwordFile(text: string): TemplateProblem | undefined {
	const directory = plain(text);
	// A directory includes its content.
	if (passwordFiles.some((file) => file === directory || file.startsWith(`${directory}/`) || directory === "/"))
		return "password-file";
	return globCharacter.test(text) && passwordFiles.some(matcher(text)) ? "password-file" : undefined;
}

function matcher(text: string): (path: string) => boolean {
	// `[!x]` is a negation only in some dialects; refuse what either dialect matches.
	const globs = [plain(text), `${plain(text)}/**`];
	const dialects = [picomatch(globs, { dot: true }), picomatch(globs, { dot: true, posix: true })];
	// An escaped character is literal for programs that take the path literally.
	const literal = text.replaceAll("\\", "");
	return (path) => path === literal || dialects.some((matches) => matches(path));
}
