import { baseName, type Path } from "../path/path.ts";
import type { Note } from "./note.ts";

/** What it takes to let an application lock itself in, as codes of the message catalogue. */
export type OwnChrootCode =
	/** An empty directory: what it needs it has opened before. */
	| "own-chroot-empty"
	/** A directory with every file that it opens afterwards. */
	| "own-chroot-files"
	/** Each session, module or request gets a root of its own; the server itself does not. */
	| "own-chroot-sessions";

interface OwnChroot {
	readonly code: OwnChrootCode;
	/** The option or setting, as it is written. */
	readonly setting: string;
	/** Where that is documented, and where the table has it from: manual page or the packaged configuration. */
	readonly source: string;
}

const empty = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-empty", setting, source });
const files = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-files", setting, source });
const sessions = (setting: string, source: string): OwnChroot => ({ code: "own-chroot-sessions", setting, source });

/**
 * By the program's base name. Each was read in the manual page or configuration that its Debian 13 package brings, ChrootDir and
 * server.chroot in the program itself. nginx, dnsmasq, chronyd, knotd,
 * exim4, memcached, redis-server, mosquitto, tor, tinyproxy, snmpd and postgres have no such setting.
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

/** Says how an application could lock itself in by its own means, where one is known: a cage is one way, not the only one. */
export function ownChroot(command: readonly string[]): Note<OwnChrootCode> | undefined {
	const program = baseName((command[0] ?? "") as Path).replace(/^php-fpm.*/, "php-fpm");
	const known = programs.get(program);
	if (known === undefined) return undefined;
	return { code: known.code, values: { program, setting: known.setting, source: known.source } };
}
