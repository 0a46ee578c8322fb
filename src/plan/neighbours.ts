import type { Note } from "../base/failure.ts";
import type { Files } from "../base/machine/facts.ts";
import { baseName, isWithin, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import { syslogName } from "../confine/places.ts";
import type { Rules } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { placeNamed, placeOf } from "./links.ts";
import { allowedReason, socketsIn, socketWord } from "./permission-words.ts";
import type { WritableDirectory } from "./plan.ts";
import { controlsMachine } from "./trusted-places.ts";

/**
 * A service whose socket only serves data and gives nobody control of the machine. Applications may connect without a question.
 * `forRoot` is false if the service treats a root client as its administrator (SO_PEERCRED: unix_socket of MariaDB, password
 * hashes of nslcd, cn=config of slapd).
 */
interface Neighbour {
	/** The service's directories: every socket directly in them counts. */
	readonly directories?: readonly string[];
	/** Real paths. */
	readonly paths?: readonly string[];
	/** Socket names that only this service uses, wherever its configuration puts them. */
	readonly name?: RegExp;
	readonly forRoot?: false;
}

const neighbours: readonly Neighbour[] = [
	{ directories: ["/run/postgresql"], name: /^\.s\.PGSQL\.\d{1,5}$/ },
	{ directories: ["/run/mysqld", "/run/mariadb", "/var/lib/mysql"], name: /^(mysqld?|mysqlx|mariadbd?)\.sock$/, forRoot: false },
	{ directories: ["/run/redis", "/run/redis-server", "/run/valkey"], name: /^(redis|valkey|keydb)(-[\w-]+)?\.sock$/ },
	{ directories: ["/run/memcached"], name: /^memcached\.sock$/ },
	{ directories: ["/run/php", "/run/php-fpm"], name: /^php[\d.]*(-fpm)?\.sock$/ },
	// Name services. sss/pipes/private is for root only.
	{ paths: ["/run/nslcd/socket"], forRoot: false },
	{ directories: ["/run/slapd"], name: /^ldapi$/, forRoot: false },
	{ paths: ["/var/lib/sss/pipes/nss"] },
	{ paths: ["/run/avahi-daemon/socket"] },
	// Mail: filters, and the services that a mail server asks or delivers to.
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

/** Homes contain sockets of a person's session, whatever their names. */
const homes = ["/root", "/home", "/run/user", "/var/snap"].map(pathFromText);

/** Which host services an application may reach via unix sockets. */
export interface SocketPolicy {
	/** The account that it starts as. */
	readonly uid: number;
	/** `socket:PATH` in these lists decides about that socket. */
	readonly rules: Pick<Rules, "allow" | "refuse">;
	/** Further sockets of harmless services: real paths. */
	readonly harmless?: readonly Path[];
}

/** Whether the application may talk to the service behind this host socket, a real path. */
export function mayConnect(path: Path, { harmless, rules, uid }: SocketPolicy, files: Files): boolean {
	const isNamed = (words: readonly string[]) => socketsIn(words).some((text) => placeNamed(text, files) === path);
	if (isNamed(rules.refuse)) return false;
	return isNamed(rules.allow) || isNeighbour(path, uid) || (harmless?.includes(path) ?? false);
}

/** Whether a socket (a real path) belongs to a service that is known to be harmless for an application that starts as `uid`. */
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

/** libc tries these for every name before it continues alone; nobody misses them. */
const askedByLibc = ["/run/nscd", "/run/systemd/userdb"].map(pathFromText);

function isAskedByLibc(path: Path): boolean {
	return askedByLibc.some((place) => isWithin(path, place));
}

interface SocketNotesInput {
	readonly trace: Trace;
	readonly files: Files;
	readonly policy: SocketPolicy;
	/** Real paths of sockets that the administrator allowed and the host has. */
	readonly allowed: readonly Path[];
	/** Host directories that the cage sees. */
	readonly binds: readonly Path[];
	readonly writable: readonly WritableDirectory[];
	/** Those that are the host's. */
	readonly inPlace: readonly Path[];
}

/** Notes host sockets that the application asked for and cannot reach in its cage, with the option that allows each. */
export function socketNotes({ allowed, binds, files, inPlace, policy, trace, writable }: SocketNotesInput): Note[] {
	const isIn = (places: readonly Path[], path: Path) => places.some((place) => isWithin(path, place));
	const own = [...binds, ...writable.map(({ path }) => path)];
	const refused = refusedConnections(trace, policy, files).filter((path) => !isIn(own, path));
	return [
		...refused.map((path) => refusedNote(path, policy)),
		...allowed
			.filter((path) => !isIn([...binds, ...inPlace], path))
			.map((path) => ({ code: "socket-not-shared", values: { path: showPath(path), directory: showPath(parent(path)) } })),
	];
}

/** Returns the host sockets that the application asked for and may not reach, as real paths, sorted. */
export function refusedConnections({ accesses }: Trace, policy: SocketPolicy, files: Files): Path[] {
	const asked = [...accesses.values()].filter(({ failed, path, succeeded }) => {
		const isAsked = [succeeded, ...failed.values()].some((operations) => operations.has("connect"));
		return isAsked && !succeeded.has("listen") && path !== syslogName;
	});
	const paths = asked.map(({ path }) => path);
	return refusedSockets(paths, policy, files);
}

/** Returns the host sockets among these paths that the application may not reach and might miss, as real paths, sorted. */
export function refusedSockets(paths: readonly Path[], policy: SocketPolicy, files: Files): Path[] {
	const real = paths.map((path) => placeOf(path, files));
	return [...new Set(real)]
		.filter((path) => files.status(path)?.kind === "socket" && !mayConnect(path, policy, files) && !isAskedByLibc(path))
		.sort();
}

/** Says that the application may not reach a host socket, and with which option it may. */
export function refusedNote(path: Path, { uid }: Pick<SocketPolicy, "uid">): Note {
	const code = controlsMachine(path, uid) ? "socket-controls-machine" : "socket-not-reached";
	return { code, values: { path: showPath(path), option: optionFor(path) } };
}

export function optionFor(path: Path): string {
	const word = socketWord(path);
	return word === undefined ? "--bind" : allowedReason(word);
}
