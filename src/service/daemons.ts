import type { Note } from "../base/failure.ts";
import { baseName, type Path } from "../base/path/path.ts";
import { quoteShellLine } from "../base/path/quote.ts";
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
/**
 * Rules by the program's base name, each from the manual page of its Debian 13 package. They are only for services of Debian that
 * detach: the init follows every other program that does.
 */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
	["nginx", nginx],
	["apache2", apache],
	["httpd", apache],
	["dnsmasq", needs("--keep-in-foreground", "-k", "-d", "--no-daemon")],
	["proftpd", needs("--nodaemon", "-n")],
	["gpsd", needs("-N", "--foreground")],
	["exim4", exim],
	["exim", exim],
	["postfix", postfix],
	["tinyproxy", needs("-d")],
	["privoxy", needsFirst("--no-daemon")],
	["ntpd", needs("-n", "--nofork")],
]);

/** Options whose name says for each program that it detaches. With a short one, the init follows it. */
const detachingOption = /^--(background|daemon|daemonize|detach|fork)$/;

/** Removes them, with a value such as `yes`. An option with the value `no` stays. */
function detaching(command: readonly string[]): readonly string[] {
	const detaches = (word = "", value = "") => detachingOption.test(word) && !/^(no|false|off|0)$/.test(value);
	return command.filter(
		(word, index) =>
			index === 0 ||
			(!detaches(word, command[index + 1]) && !(/^(yes|true|on|1)$/.test(word) && detaches(command[index - 1], word))),
	);
}

/** Returns the command that keeps the daemon in the foreground; undefined if it is not known. */
export function stayInForeground(command: readonly string[]): Foreground | undefined {
	const program = baseName((command[0] ?? "") as Path);
	const rule = rules.get(program);
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

/** nginx(8): `-g` adds directives to the configuration, where `daemon` may occur once. */
function nginx(command: readonly string[]): readonly string[] {
	const at = command.findIndex((word, index) => command[index - 1] === "-g" && /\bdaemon\s+(on|off)\b/.test(word));
	if (at >= 0) return command.map((word, index) => (index === at ? word.replace(/\bdaemon\s+on\b/, "daemon off") : word));
	const directives = command.findIndex((_, index) => command[index - 1] === "-g");
	if (directives < 0) return [...command, "-g", "daemon off;"];
	return command.map((word, index) => (index === directives ? `daemon off; ${word}` : word));
}

function apache(command: readonly string[]): readonly string[] {
	const joined = command.join(" ");
	if (/-D ?FOREGROUND\b/.test(joined) || command.includes("-X")) return command;
	const start = command.indexOf("-k");
	const rest = start < 0 ? command : [...command.slice(0, start), ...command.slice(start + 2)];
	return [...rest, "-D", "FOREGROUND"];
}

/** exim(8): `-bdf` is `-bd` without detaching. */
function exim(command: readonly string[]): readonly string[] {
	return command.map((word) => (word === "-bd" ? "-bdf" : word));
}

/** postfix(1); Debian's unit starts it with `debian-systemd-start`. */
function postfix(command: readonly string[]): readonly string[] {
	return command.map((word, index) => (index > 0 && /^(start|debian-systemd-start)$/.test(word) ? "start-fg" : word));
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
