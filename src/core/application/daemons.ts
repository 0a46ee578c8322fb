import type { Note } from "../failure.ts";
import { baseName, type Path } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { splitCommandLine } from "./command-line.ts";

/** Known daemons are kept in the foreground, because the cage's init follows the process that it started. */
interface Foreground {
	readonly command: readonly string[];
	/** The rule changed the command. */
	readonly changed: boolean;
}

type Rule = (command: readonly string[]) => readonly string[];

/** Adds a word unless it or a synonym is there. */
const needs =
	(word: string, ...same: readonly string[]): Rule =>
	(command) =>
		[word, ...same].some((each) => command.includes(each)) ? command : [...command, word];
/** Like `needs`, for a program that expects options before its file. */
const needsFirst =
	(option: string): Rule =>
	([program = "", ...rest]) =>
		rest.includes(option) ? [program, ...rest] : [program, option, ...rest];
/** Removes words that send the daemon to the background. */
const without =
	(...words: readonly string[]): Rule =>
	(command) =>
		command.filter((word, index) => index === 0 || !words.includes(word));
/** Adds an option unless one of these letters is given, alone or in a cluster after -4 and -6. */
const needsFlag =
	(option: string, letters: string): Rule =>
	(command) =>
		command.slice(1).some((word) => new RegExp(`^-[46]*[${letters}]`).test(word)) ? command : [...command, option];
const both =
	(one: Rule, other: Rule): Rule =>
	(command) =>
		other(one(command));

/** Rules by the program's base name, each from the manual page of its Debian 13 package. */
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
	["mariadbd", same],
	["postgres", same],
	["dnsmasq", needs("--keep-in-foreground", "-k", "-d", "--no-daemon")],
	["unbound", needs("-d", "-dd", "-dp", "-ddp")],
	["nsd", needs("-d")],
	["pdns_server", needs("--daemon=no")],
	["pdns_recursor", needs("--daemon=no")],
	["proftpd", needs("--nodaemon", "-n")],
	["vsftpd", needs("-obackground=NO")],
	["rsync", rsync],
	["in.tftpd", tftp],
	["gpsd", needs("-N", "--foreground")],
	["exim4", exim],
	["exim", exim],
	["postfix", postfix],
	["dovecot", needs("-F")],
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
	["inetd", needs("-i", "-d")],
	["xinetd", needs("-dontfork", "-d")],
	["rpcbind", needs("-f", "-d")],
	["openvpn", openvpn],
	["znc", needs("--foreground", "-f", "-D", "--debug")],
	["icecast2", without("-b")],
]);

/** Options whose name says for each program that it detaches. With a short one, the init follows it. */
const detaching = without("--daemon", "--daemonize", "--detach", "--background", "--fork");

/** Returns the command that keeps the daemon in the foreground; undefined if it is not known. */
export function stayInForeground(command: readonly string[]): Foreground | undefined {
	const program = baseName((command[0] ?? "") as Path);
	// php-fpm8.4, php-fpm7.4 …
	const rule = program.startsWith("php-fpm") ? phpFpm : rules.get(program);
	const stays = (rule ?? detaching)(command);
	const changed = stays.length !== command.length || stays.some((word, index) => word !== command[index]);
	return rule || changed ? { command: stays, changed } : undefined;
}

/**
 * Returns the unit's original command if a rule changed it to `command`. Rules know a program only by its name, but another
 * program or version may use other options: `-n` of openntpd's ntpd only checks the configuration.
 */
export function commandBeforeRule(notes: readonly Note[], command: readonly string[]): readonly string[] | undefined {
	const note = notes.find(({ code, values }) => code === foregroundNote && values.to === quoteShellLine(command));
	const split = note && splitCommandLine(String(note.values.from));
	return split && "words" in split && split.words.length ? split.words : undefined;
}

/** Code of the note about such a change, with the values `from` and `to`. */
export const foregroundNote = "unit-foreground";

function same(command: readonly string[]): readonly string[] {
	return command;
}

/** nginx(8): `-g` adds directives to the configuration, where `daemon` may occur once. */
function nginx(command: readonly string[]): readonly string[] {
	const at = command.findIndex((word, index) => command[index - 1] === "-g" && /\bdaemon\s+(on|off)\b/.test(word));
	if (at >= 0) return command.map((word, index) => (index === at ? word.replace(/\bdaemon\s+on\b/, "daemon off") : word));
	const directives = command.findIndex((_, index) => command[index - 1] === "-g");
	if (directives < 0) return [...command, "-g", "daemon off;"];
	return command.map((word, index) => (index === directives ? `daemon off; ${word}` : word));
}

/** Without NOTIFY_SOCKET `--supervised systemd` only logs a line (measured), so it stays. */
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

/** rsync(1): only the daemon detaches, not a client or a server over a remote shell. */
function rsync(command: readonly string[]): readonly string[] {
	return command.includes("--daemon") ? needs("--no-detach")(command) : command;
}

/** tftpd(8): `--foreground` implies `--listen`. Its directories come last, so the option goes first. */
function tftp(command: readonly string[]): readonly string[] {
	if (command.includes("--foreground") || command.includes("-L")) return command;
	const [program = "", ...rest] = without("--listen", "-l")(command);
	return [program, "--foreground", ...rest];
}

/** exim(8): `-bdf` is `-bd` without detaching. */
function exim(command: readonly string[]): readonly string[] {
	return command.map((word) => (word === "-bd" ? "-bdf" : word));
}

/** postfix(1); Debian's unit starts it with `debian-systemd-start`. */
function postfix(command: readonly string[]): readonly string[] {
	return command.map((word, index) => (index > 0 && /^(start|debian-systemd-start)$/.test(word) ? "start-fg" : word));
}

/** slapd(8): any debug level `-d` keeps it in the foreground. */
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

/** Preparations for an application's own chroot, as message codes. */
type OwnChrootCode =
	/** An empty directory: the application opens its files before the chroot. */
	| "own-chroot-empty"
	/** A directory with every file that the application opens after the chroot. */
	| "own-chroot-files"
	/** Each session, module or request has its own root; the server itself has none. */
	| "own-chroot-sessions";

interface OwnChroot {
	readonly code: OwnChrootCode;
	/** The option or setting as written. */
	readonly setting: string;
	/** Documentation of the setting: manual page or packaged configuration. */
	readonly source: string;
}

const empty = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-empty", setting, source });
const files = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-files", setting, source });
const sessions = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-sessions", setting, source });

/**
 * Settings by the program's base name, each from the manual page or configuration of its Debian 13 package; ChrootDir and
 * server.chroot from the program itself. nginx, dnsmasq, chronyd, knotd, exim4, memcached, redis-server, mosquitto, tor,
 * tinyproxy, snmpd and postgres have none.
 */
const programs: ReadonlyMap<string, OwnChroot> = new Map<string, OwnChroot>([
	["named", files("-t DIRECTORY", "named(8)")],
	["unbound", files("chroot: DIRECTORY", "unbound.conf(5)")],
	["nsd", files("chroot: DIRECTORY", "nsd.conf(5)")],
	["pdns_recursor", files("--chroot=DIRECTORY", "pdns_recursor(1)")],
	["haproxy", empty("chroot DIRECTORY", "haproxy.cfg")],
	["openvpn", empty("--chroot DIRECTORY", "openvpn(8)")],
	["apache2", files("ChrootDir DIRECTORY", "mod_unixd")],
	["httpd", files("ChrootDir DIRECTORY", "mod_unixd")],
	["lighttpd", files('server.chroot = "DIRECTORY"', "lighttpd.conf")],
	["php-fpm", files("chroot = DIRECTORY", "www.conf")],
	["mariadbd", files("--chroot=DIRECTORY", "mariadbd(8)")],
	["mysqld", files("--chroot=DIRECTORY", "mysqld(8)")],
	["slapd", files("-r DIRECTORY", "slapd(8)")],
	["squid", files("chroot DIRECTORY", "squid.conf")],
	["privoxy", files("--chroot", "privoxy(8)")],
	["ntpd", files("-i DIRECTORY", "ntpd(8)")],
	["stunnel", files("chroot = DIRECTORY", "stunnel(8)")],
	["stunnel4", files("chroot = DIRECTORY", "stunnel(8)")],
	["icecast2", files("<chroot>1</chroot>", "icecast.xml")],
	["master", sessions("chroot: y", "master(5)")],
	["postfix", sessions("chroot: y", "master(5)")],
	["sshd", sessions("ChrootDirectory DIRECTORY, ForceCommand internal-sftp", "sshd_config(5)")],
	["vsftpd", sessions("chroot_local_user=YES", "vsftpd.conf(5)")],
	["proftpd", sessions("DefaultRoot ~", "proftpd.conf(5)")],
	["pure-ftpd", sessions("-A", "pure-ftpd(8)")],
	["rsync", sessions("use chroot = yes", "rsyncd.conf(5)")],
	["in.tftpd", sessions("--secure DIRECTORY", "tftpd(8)")],
]);

/** Returns a note on how the application can confine itself, if known: a cage is not the only way. */
export function ownChroot(command: readonly string[]): Note<OwnChrootCode> | undefined {
	const program = baseName((command[0] ?? "") as Path).replace(/^php-fpm.*/, "php-fpm");
	const known = programs.get(program);
	if (known === undefined) return undefined;
	return { code: known.code, values: { program, setting: known.setting, source: known.source } };
}
