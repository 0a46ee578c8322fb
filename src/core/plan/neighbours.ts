import type { Rules } from "../application/application.ts";
import type { Files } from "../machine/facts.ts";
import { baseName, isWithin, normalise, type Path, pathFromText } from "../path/path.ts";
import { placeOf } from "./links.ts";
import { socketsIn } from "./opening-names.ts";

/**
 * Services whose socket serves data and gives nobody power over the machine: an application reaches them without being asked about. `forRoot` is false
 * where the service takes root on the other side for its administrator (SO_PEERCRED: unix_socket of MariaDB, password hashes of nslcd).
 */
interface Neighbour {
	/** Directories of the service, with every socket directly in them. */
	readonly directories?: readonly string[];
	/** Real paths. */
	readonly paths?: readonly string[];
	/** File names that only this service uses, wherever its configuration puts them. */
	readonly name?: RegExp;
	readonly forRoot?: false;
}

const neighbours: readonly Neighbour[] = [
	{ directories: ["/run/postgresql"], name: /^\.s\.PGSQL\.\d{1,5}$/ },
	{ directories: ["/run/mysqld", "/run/mariadb", "/var/lib/mysql"], name: /^(mysqld?|mysqlx|mariadbd?)\.sock$/, forRoot: false },
	{ directories: ["/run/redis", "/run/redis-server", "/run/valkey"], name: /^(redis|valkey|keydb)(-[\w-]+)?\.sock$/ },
	{ directories: ["/run/memcached"], name: /^memcached\.sock$/ },
	{ directories: ["/run/php", "/run/php-fpm"], name: /^php[\d.]*(-fpm)?\.sock$/ },
	// Name services; sss/pipes/private is for root alone.
	{ paths: ["/run/nslcd/socket"], forRoot: false },
	{ paths: ["/var/lib/sss/pipes/nss"] },
	{ paths: ["/run/avahi-daemon/socket"] },
	// Mail: filters, and what a mail server asks and hands over to.
	{
		directories: ["/run/opendkim", "/run/opendmarc", "/run/spamass", "/run/milter-greylist"],
		paths: [
			"/run/rspamd/milter.sock",
			"/run/clamav/clamav-milter.ctl",
			"/run/clamav/clamd.ctl",
			"/var/spool/postfix/clamav/clamav-milter.ctl",
			"/var/spool/postfix/opendkim/opendkim.sock",
			"/var/spool/postfix/private/auth",
			"/var/spool/postfix/private/dovecot-lmtp",
			"/run/dovecot/lmtp",
		],
	},
];

/** Homes hold sockets of a person's session, whatever they are called. */
const homes = ["/root", "/home", "/run/user", "/var/snap"].map(pathFromText);

/** Which services of the host an application may talk to by their unix sockets. */
export interface SocketPolicy {
	/** The account that it starts as. */
	readonly uid: number;
	/** `socket:PATH` among them is the administrator's word about that socket. */
	readonly rules: Pick<Rules, "allow" | "refuse">;
}

/** Whether the application may talk to the service behind this socket of the host. `path` is real. */
export function mayReach(path: Path, { rules, uid }: SocketPolicy, files: Files): boolean {
	const isNamed = (words: readonly string[]) =>
		socketsIn(words).some((text) => placeOf(normalise(pathFromText(text)), files) === path);
	if (isNamed(rules.refuse)) return false;
	return isNamed(rules.allow) || isNeighbour(path, uid);
}

/** Whether it belongs to a service that is known to be harmless. `path` is real, `uid` the account that the application starts as. */
export function isNeighbour(path: Path, uid: number): boolean {
	if (homes.some((home) => isWithin(path, home))) return false;
	const name = baseName(path);
	const directory = path.slice(0, Math.max(1, path.length - name.length - 1));
	return neighbours.some(
		(one) =>
			(one.forRoot !== false || uid !== 0) &&
			(one.directories?.includes(directory) || one.paths?.includes(path) || one.name?.test(name)),
	);
}

/** What libc asks by itself for every name before it goes on alone: nobody misses it. */
const askedByLibc = ["/run/nscd", "/run/systemd/userdb"].map(pathFromText);

export function isAskedByLibc(path: Path): boolean {
	return askedByLibc.some((place) => isWithin(path, place));
}
