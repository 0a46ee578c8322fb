import { parsePasswd } from "../base/machine/accounts.ts";
import { baseName, type Path } from "../base/path/path.ts";
import { parseEnvironmentFile } from "./environment.ts";
import { define, type ServiceUnit } from "./unit-file.ts";

/** The command, variables and directories that a distribution's start script derives from its arguments and configuration. */
export interface Start {
	readonly command: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly directories?: readonly string[];
	/** The account that the script changes to. */
	readonly user?: string;
}

/** Returns a file's text; undefined if it does not exist. */
export type ReadText = (path: string) => string | undefined;

type Script = (command: readonly string[], read: ReadText, env: Readonly<Record<string, string>>) => Start | undefined;

/** By base name, or by path if the name is ambiguous. As Debian 13 ships them. */
const scripts: Readonly<Record<string, Script>> = {
	apachectl: apache,
	apache2ctl: apache,
	pg_ctlcluster: postgres,
	"systemd-memcached-wrapper": memcached,
	"ntp-systemd-wrapper": ntp,
	"/usr/share/dnsmasq/systemd-helper": dnsmasq,
};

/**
 * Returns the daemon's command as the start script would run it, so that the cage needs neither the script nor a shell. Returns
 * undefined for other programs, and for actions other than a start.
 */
export function behindStartScript(
	command: readonly string[],
	read: ReadText,
	env: Readonly<Record<string, string>> = {},
): Start | undefined {
	const [program = ""] = command;
	const script = [program, baseName(program as Path)].find((name) => Object.hasOwn(scripts, name));
	return script === undefined ? undefined : scripts[script]?.(command, read, env);
}

/** apachectl(8) reads its variables from envvars, which needs the shell only for a suffix. */
function apache([, ...args]: readonly string[], read: ReadText, env: Readonly<Record<string, string>>): Start {
	const folder = env.APACHE_CONFDIR ?? "/etc/apache2";
	const suffix = folder.startsWith("/etc/apache2-") ? folder.slice("/etc/apache2".length) : "";
	const place = `/var/run/apache2${suffix}`;
	const variables: Record<string, string> = {
		APACHE_RUN_USER: "www-data",
		APACHE_RUN_GROUP: "www-data",
		APACHE_PID_FILE: `${place}/apache2.pid`,
		APACHE_RUN_DIR: place,
		APACHE_LOCK_DIR: `/var/lock/apache2${suffix}`,
		APACHE_LOG_DIR: `/var/log/apache2${suffix}`,
	};
	const exported = (read(`${folder}/envvars`) ?? "").replace(/^[ \t]*export[ \t]+(?=[A-Za-z_]\w*=)/gm, "");
	for (const [name, value] of Object.entries(parseEnvironmentFile(exported))) {
		const text = value.replace(/\$(SUFFIX|\{SUFFIX\})/g, suffix);
		if (/^APACHE_/.test(name) && !text.includes("$") && text !== "") variables[name] = text;
	}
	const own = (variables.APACHE_ARGUMENTS ?? "").split(/\s+/).filter((word) => word !== "");
	return {
		command: [
			"/usr/sbin/apache2",
			...(suffix === "" ? [] : ["-d", folder]),
			...own,
			...args.filter((word) => word !== "start" && word !== "graceful"),
		],
		env: variables,
		directories: [variables.APACHE_RUN_DIR, variables.APACHE_LOCK_DIR].flatMap((path) => path ?? []),
	};
}

/** pg_ctlcluster(1) starts postgres as the cluster's owner. */
function postgres([, ...args]: readonly string[]): Start | undefined {
	const words = args.filter((word) => !word.startsWith("-"));
	const [, version, cluster] = /^(\d[\d.]*)[- ]([^ ]+) start$/.exec(words.join(" ")) ?? [];
	if (version === undefined || cluster === undefined) return undefined;
	const place = `${version}/${cluster}`;
	return {
		command: [
			`/usr/lib/postgresql/${version}/bin/postgres`,
			"-D",
			`/var/lib/postgresql/${place}`,
			"-c",
			`config_file=/etc/postgresql/${place}/postgresql.conf`,
		],
		user: "postgres",
		directories: ["/run/postgresql"],
	};
}

/** Every line of the file is an option, except those that detach or set a log file. */
function memcached([, file = "/etc/memcached.conf"]: readonly string[], read: ReadText): Start {
	const lines = (read(file) ?? "").split("\n").map((line) => line.replace(/(?<!\\)#.*/, "").trim());
	const options = lines.filter((line) => line.startsWith("-") && !/^-[dh]/.test(line)).flatMap((line) => line.split(/\s+/));
	return { command: ["/usr/bin/memcached", ...options, ...(options.includes("-u") ? [] : ["-u", "root"])] };
}

function ntp(_: readonly string[], read: ReadText): Start {
	const { NTPD_OPTS = "" } = parseEnvironmentFile(read("/etc/default/ntpsec") ?? "");
	const options = NTPD_OPTS.split(/\s+/).filter((word) => word !== "");
	return {
		command: ["/usr/sbin/ntpd", "-p", "/run/ntpd.pid", "-c", "/etc/ntpsec/ntp.conf", ...options, "-u", "ntpsec:ntpsec"],
	};
}

/** /usr/share/dnsmasq/systemd-helper with init-system-common, for `exec [INSTANCE]`. */
function dnsmasq([, action, instance = ""]: readonly string[], read: ReadText): Start | undefined {
	if (action !== "exec") return undefined;
	const name = instance === "" ? "dnsmasq" : `dnsmasq.${instance}`;
	const settings = parseEnvironmentFile(read(`/etc/default/${name}`) ?? "");
	const words = (text = "") => text.split(/\s+/).filter((word) => word !== "");
	const option = (letter: string, value = "") => (value === "" ? [] : [letter, value]);
	const each = (letter: string, values?: string) => words(values).flatMap((value) => [letter, value]);
	// One line `. IN DS 20326 8 2 …` a key (dns-root-data).
	const anchors = [
		...(read("/usr/share/dns/root.ds") ?? "").matchAll(/^([.\w]+)(?:[ \t]+\d+)*(?:[ \t]+IN)*[ \t]+DS[ \t]+(.+)$/gm),
	];
	return {
		command: [
			"/usr/sbin/dnsmasq",
			"-x",
			`/run/dnsmasq/${name}.pid`,
			...option("-m", settings.MAILHOSTNAME),
			...option("-t", settings.MAILTARGET),
			...option("-u", settings.DNSMASQ_USER || "dnsmasq"),
			...each("-i", settings.DNSMASQ_INTERFACE),
			...each("-I", settings.DNSMASQ_EXCEPT),
			...option("-l", settings.DHCP_LEASE),
			...option("-s", settings.DOMAIN_SUFFIX),
			...option("-r", settings.RESOLV_CONF),
			...option("-c", settings.CACHESIZE),
			...option("-7", settings.CONFIG_DIR),
			...words(settings.DNSMASQ_OPTS),
			"--local-service",
			...anchors.map(([, zone = "", data = ""]) => `--trust-anchor=${zone},${data.trim().split(/\s+/).join(",")}`),
		],
		directories: ["/run/dnsmasq"],
	};
}

/** systemd omits a home or shell without information (USER_CREDS_CLEAN in systemd 257). */
const noShell = new Set(
	["nologin", "false", "true"].flatMap((name) => ["/bin", "/sbin", "/usr/bin", "/usr/sbin"].map((at) => `${at}/${name}`)),
);

/**
 * Returns the variables that systemd sets for a service's account (systemd.exec(5), "Environment Variables in Spawned
 * Processes"), measured with systemd 257: USER always, and LOGNAME, HOME and SHELL with User=, DynamicUser=, PAMName= or
 * SetLoginEnvironment=.
 */
export function loginEnvironment(
	{ dynamicUser, setLoginEnvironment, user }: Pick<ServiceUnit, "dynamicUser" | "setLoginEnvironment" | "user">,
	account: string,
	read: ReadText,
): Record<string, string> {
	const environment = accountEnvironment(account, read);
	if (setLoginEnvironment ?? (user !== undefined || dynamicUser)) return environment;
	return { USER: environment.USER ?? account };
}

/** Returns USER, LOGNAME, HOME and SHELL of an account. A nonexistent account only has a name. */
export function accountEnvironment(account: string, read: ReadText): Record<string, string> {
	const user = parsePasswd(read("/etc/passwd") ?? "").find(({ name, uid }) => name === account || String(uid) === account);
	const name = user?.name ?? account;
	const environment: Record<string, string> = {};
	define(environment, "USER", name);
	define(environment, "LOGNAME", name);
	if (user?.home.startsWith("/") && user.home !== "/" && user.uid !== nobody) define(environment, "HOME", user.home);
	if (user?.shell.startsWith("/") && !noShell.has(user.shell)) define(environment, "SHELL", user.shell);
	return environment;
}

/** systemd has built-in values for this account, with `/` as its home. */
const nobody = 65534;

/** Removes the variables that describe this account, so that another can replace it. */
export function withoutAccount(
	environment: Readonly<Record<string, string>>,
	account: string,
	read: ReadText,
): Record<string, string> {
	const own = accountEnvironment(account, read);
	return Object.fromEntries(Object.entries(environment).filter(([name, value]) => own[name] !== value));
}
