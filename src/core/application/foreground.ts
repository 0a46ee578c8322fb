import { baseName, type Path } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { splitCommandLine } from "./command-line.ts";
import type { Note } from "./note.ts";

/** What the init of a cage follows best is the process that it started: how known daemons are kept in the foreground. */
export interface Foreground {
	readonly command: readonly string[];
	/** The command was changed. */
	readonly changed: boolean;
}

type Rule = (command: readonly string[]) => readonly string[];

/** Adds a word, unless it or one that means the same is there. */
const needs =
	(word: string, ...same: readonly string[]): Rule =>
	(command) =>
		[word, ...same].some((each) => command.includes(each)) ? command : [...command, word];
/** As `needs`, for a program that reads its options before its file. */
const needsFirst =
	(option: string): Rule =>
	([program = "", ...rest]) =>
		rest.includes(option) ? [program, ...rest] : [program, option, ...rest];
/** Takes words away that send the daemon into the background, which otherwise stays. */
const without =
	(...words: readonly string[]): Rule =>
	(command) =>
		command.filter((word, index) => index === 0 || !words.includes(word));
/** Adds an option, unless one of these letters is given, alone or in a cluster after -4 and -6. */
const needsFlag =
	(option: string, letters: string): Rule =>
	(command) =>
		command.slice(1).some((word) => new RegExp(`^-[46]*[${letters}]`).test(word)) ? command : [...command, option];
const both =
	(one: Rule, other: Rule): Rule =>
	(command) =>
		other(one(command));

/** By the program's base name, each from the manual page of its Debian 13 package. To teach another daemon, add a line. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
	["nginx", nginx],
	["redis-server", redis],
	["valkey-server", redis],
	["named", needsFlag("-f", "fg")],
	["sshd", needsFlag("-D", "Dd")],
	["apache2", apache],
	["httpd", apache],
	["lighttpd", needsFlag("-D", "D")],
	["haproxy", both(without("-D"), needs("-db", "-W", "-Ws", "-d"))],
	["memcached", without("-d", "--daemon")],
	["mysqld", without("-D", "--daemonize")],
	["mariadbd", same],
	["postgres", same],
	["dnsmasq", needs("--keep-in-foreground", "-k", "-d", "--no-daemon")],
	["unbound", needs("-d", "-dd", "-dp", "-ddp")],
	["nsd", needs("-d")],
	["knotd", without("-d", "--daemonize")],
	["pdns_server", needs("--daemon=no")],
	["pdns_recursor", needs("--daemon=no")],
	["proftpd", needs("--nodaemon", "-n")],
	["vsftpd", needs("-obackground=NO")],
	["pure-ftpd", without("-B", "--daemonize")],
	["rsync", rsync],
	["in.tftpd", tftp],
	["gpsd", needs("-N", "--foreground")],
	["exim4", exim],
	["exim", exim],
	["postfix", postfix],
	["dovecot", needs("-F")],
	["mosquitto", without("-d", "--daemon")],
	["slapd", slapd],
	["snmpd", needs("-f")],
	["squid", needs("--foreground", "-N")],
	["tinyproxy", needs("-d")],
	["privoxy", needsFirst("--no-daemon")],
	["varnishd", needs("-F")],
	["varnishncsa", without("-D")],
	["varnishlog", without("-D")],
	["chronyd", needsFlag("-n", "nd")],
	["ntpd", needs("-n", "--nofork")],
	["cron", needs("-f")],
	["rsyslogd", needs("-n")],
	["avahi-daemon", without("-D", "--daemonize")],
	["ulogd", without("-d", "--daemon")],
	["inetd", needs("-i", "-d")],
	["xinetd", needs("-dontfork", "-d")],
	["rpcbind", needs("-f", "-d")],
	["openvpn", openvpn],
	["turnserver", without("-o", "--daemon")],
	["znc", needs("--foreground", "-f", "-D", "--debug")],
	["icecast2", without("-b")],
]);

/** The command such that the daemon stays, or undefined for a program that is not known. */
export function stayInForeground(command: readonly string[]): Foreground | undefined {
	const program = baseName((command[0] ?? "") as Path);
	// php-fpm8.4, php-fpm7.4 …
	const rule = program.startsWith("php-fpm") ? phpFpm : rules.get(program);
	if (rule === undefined) return undefined;
	const stays = rule(command);
	return { command: stays, changed: stays.length !== command.length || stays.some((word, index) => word !== command[index]) };
}

/**
 * The unit's own command, where a rule changed it to `command`. A rule knows the program by its name, and another program may have the same name
 * or another version other options: `-n` of openntpd's ntpd only checks the configuration.
 */
export function commandBeforeRule(notes: readonly Note[], command: readonly string[]): readonly string[] | undefined {
	const note = notes.find(({ code, values }) => code === foregroundNote && values.to === quoteShellLine(command));
	const split = note && splitCommandLine(String(note.values.from));
	return split && "words" in split && split.words.length ? split.words : undefined;
}

/** The note that says so: `from` became `to`. */
export const foregroundNote = "unit-foreground";

function same(command: readonly string[]): readonly string[] {
	return command;
}

/** nginx(8): `-g` adds directives to the configuration; `daemon` may stand there once. */
function nginx(command: readonly string[]): readonly string[] {
	const at = command.findIndex((word, index) => command[index - 1] === "-g" && /\bdaemon\s+(on|off)\b/.test(word));
	if (at >= 0) return command.map((word, index) => (index === at ? word.replace(/\bdaemon\s+on\b/, "daemon off") : word));
	const directives = command.findIndex((_, index) => command[index - 1] === "-g");
	if (directives < 0) return [...command, "-g", "daemon off;"];
	return command.map((word, index) => (index === directives ? `daemon off; ${word}` : word));
}

/** Without NOTIFY_SOCKET `--supervised systemd` only logs a line (measured), so it may stay. */
function redis(command: readonly string[]): readonly string[] {
	const at = command.indexOf("--daemonize");
	if (at < 0) return [...command, "--daemonize", "no"];
	return command.map((word, index) => (index === at + 1 ? "no" : word));
}

function apache(command: readonly string[]): readonly string[] {
	const joined = command.join(" ");
	if (/-D ?FOREGROUND\b/.test(joined) || command.includes("-X")) return command;
	const start = command.indexOf("-k");
	const rest = start < 0 ? command : [...command.slice(0, start), ...command.slice(start + 2)];
	return [...rest, "-D", "FOREGROUND"];
}

function phpFpm(command: readonly string[]): readonly string[] {
	return both(without("-D", "--daemonize"), needs("--nodaemonize", "-F"))(command);
}

/** rsync(1): only the daemon detaches; a client or a server over a remote shell does not. */
function rsync(command: readonly string[]): readonly string[] {
	return command.includes("--daemon") ? needs("--no-detach")(command) : command;
}

/** tftpd(8): `--foreground` implies `--listen`; its directories come last, so the option goes to the front. */
function tftp(command: readonly string[]): readonly string[] {
	if (command.includes("--foreground") || command.includes("-L")) return command;
	const [program = "", ...rest] = without("--listen", "-l")(command);
	return [program, "--foreground", ...rest];
}

/** exim(8): `-bdf` is `-bd` that stays with its terminal. */
function exim(command: readonly string[]): readonly string[] {
	return command.map((word) => (word === "-bd" ? "-bdf" : word));
}

/** postfix(1), and Debian's word for what its own unit asks for. */
function postfix(command: readonly string[]): readonly string[] {
	return command.map((word, index) => (index > 0 && /^(start|debian-systemd-start)$/.test(word) ? "start-fg" : word));
}

/** slapd(8): with `-d` it stays, whatever the level. */
function slapd(command: readonly string[]): readonly string[] {
	return command.slice(1).some((word) => /^-d/.test(word)) ? command : [...command, "-d", "0"];
}

/** openvpn(8): `--daemon [NAME]`. */
function openvpn(command: readonly string[]): readonly string[] {
	const at = command.indexOf("--daemon");
	if (at < 0) return command;
	const named = /^[^-]/.test(command[at + 1] ?? "");
	return [...command.slice(0, at), ...command.slice(at + (named ? 2 : 1))];
}
