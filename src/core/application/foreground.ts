import { baseName, type Path } from "../path/path.ts";

/**
 * How known daemons are kept in the foreground. In a cage the application is started by an init that follows its first process,
 * and a service that forks away can neither be traced from its start nor signalled by name.
 */
export interface Foreground {
	readonly command: readonly string[];
	/** Variables that the daemon's own start script would have set. */
	readonly env?: Readonly<Record<string, string>>;
	readonly directories?: readonly string[];
	/** The account that the daemon's own start script would have switched to. */
	readonly user?: string;
	/** The command was changed. */
	readonly changed: boolean;
}

type Rule = (command: readonly string[]) => Omit<Foreground, "changed">;

/** By the program's base name. To teach another daemon, add a line. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
	["nginx", nginx],
	["redis-server", redis],
	["valkey-server", redis],
	["named", (command) => ({ command: hasFlag(command, "fg") ? command : [...command, "-f"] })],
	["sshd", (command) => ({ command: hasFlag(command, "Dd") ? command : [...command, "-D"] })],
	["apache2", apache],
	["httpd", apache],
	["apachectl", debianApache],
	["apache2ctl", debianApache],
	["lighttpd", (command) => ({ command: hasFlag(command, "D") ? command : [...command, "-D"] })],
	["haproxy", (command) => ({ command: withoutWords(command, ["-D"]) })],
	["memcached", (command) => ({ command: withoutWords(command, ["-d", "--daemon"]) })],
	["mysqld", (command) => ({ command: withoutWords(command, ["-D", "--daemonize"]) })],
	["dnsmasq", (command) => ({ command: withWord(command, "--keep-in-foreground", ["-k", "-d", "--no-daemon"]) })],
	["unbound", (command) => ({ command: withWord(command, "-d", ["-dd"]) })],
	["proftpd", (command) => ({ command: withWord(command, "--nodaemon", ["-n"]) })],
	["rsync", (command) => ({ command: withWord(command, "--no-detach", []) })],
	["pg_ctlcluster", debianPostgres],
	["exim4", (command) => ({ command: command.map((word) => (word === "-bd" ? "-bdf" : word)) })],
	["mosquitto", (command) => ({ command: withoutWords(command, ["-d", "--daemon"]) })],
]);

/** The command such that the daemon stays, or undefined for a program that is not known. */
export function stayInForeground(command: readonly string[]): Foreground | undefined {
	const program = baseName((command[0] ?? "") as Path);
	// php-fpm8.4, php-fpm7.4 …
	const rule = program.startsWith("php-fpm") ? phpFpm : rules.get(program);
	if (rule === undefined) return undefined;
	const foreground = rule(command);
	const changed =
		foreground.command.length !== command.length || foreground.command.some((word, index) => word !== command[index]);
	return { ...foreground, changed };
}

/** nginx(8): `-g` adds directives to the configuration; `daemon` may stand there once. */
function nginx(command: readonly string[]) {
	const at = command.findIndex((word, index) => command[index - 1] === "-g" && /\bdaemon\s+(on|off)\b/.test(word));
	if (at >= 0) {
		return { command: command.map((word, index) => (index === at ? word.replace(/\bdaemon\s+on\b/, "daemon off") : word)) };
	}
	const directives = command.findIndex((_, index) => command[index - 1] === "-g");
	if (directives < 0) return { command: [...command, "-g", "daemon off;"] };
	return { command: command.map((word, index) => (index === directives ? `daemon off; ${word}` : word)) };
}

/** Without NOTIFY_SOCKET `--supervised systemd` only logs a line (measured), so it may stay. */
function redis(command: readonly string[]) {
	const at = command.indexOf("--daemonize");
	if (at < 0) return { command: [...command, "--daemonize", "no"] };
	return { command: command.map((word, index) => (index === at + 1 ? "no" : word)) };
}

function apache(command: readonly string[]) {
	const joined = command.join(" ");
	if (/-D ?FOREGROUND\b/.test(joined) || command.includes("-X")) return { command };
	const start = command.indexOf("-k");
	const rest = start < 0 ? command : [...command.slice(0, start), ...command.slice(start + 2)];
	return { command: [...rest, "-D", "FOREGROUND"] };
}

/** Debian's apachectl is a shell script around apache2; its variables are those of /etc/apache2/envvars as Debian ships it. */
function debianApache(command: readonly string[]) {
	return {
		command: [
			"/usr/sbin/apache2",
			...command.slice(1).filter((word) => word !== "start" && word !== "graceful"),
			"-D",
			"FOREGROUND",
		],
		env: {
			APACHE_RUN_USER: "www-data",
			APACHE_RUN_GROUP: "www-data",
			APACHE_PID_FILE: "/var/run/apache2/apache2.pid",
			APACHE_RUN_DIR: "/var/run/apache2",
			APACHE_LOCK_DIR: "/var/lock/apache2",
			APACHE_LOG_DIR: "/var/log/apache2",
		},
		directories: ["/run/apache2", "/run/lock/apache2"],
	};
}

/** Debian's pg_ctlcluster(1) is a Perl script that starts this as the owner of the cluster. */
function debianPostgres(command: readonly string[]) {
	const words = command.slice(1).filter((word) => !word.startsWith("-"));
	const [, version, cluster] = /^(\d[\d.]*)[- ]([^ ]+) start$/.exec(words.join(" ")) ?? [];
	if (version === undefined || cluster === undefined) return { command };
	const place = `${version}/${cluster}`;
	return {
		command: [
			`/usr/lib/postgresql/${version}/bin/postgres`,
			...["-D", `/var/lib/postgresql/${place}`, "-c", `config_file=/etc/postgresql/${place}/postgresql.conf`],
		],
		user: "postgres",
		directories: ["/run/postgresql"],
	};
}

function phpFpm(command: readonly string[]) {
	return { command: withWord(withoutWords(command, ["-D", "--daemonize"]), "--nodaemonize", ["-F"]) };
}

/** True where one of `letters` is given as an option without a value, alone or in a cluster at the front of one. */
function hasFlag(command: readonly string[], letters: string): boolean {
	return command.slice(1).some((word) => new RegExp(`^-[46]*[${letters}]`).test(word));
}

function withWord(command: readonly string[], word: string, others: readonly string[]): readonly string[] {
	return [word, ...others].some((each) => command.includes(each)) ? command : [...command, word];
}

function withoutWords(command: readonly string[], words: readonly string[]): readonly string[] {
	return command.filter((word, index) => index === 0 || !words.includes(word));
}
