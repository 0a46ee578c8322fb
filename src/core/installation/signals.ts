import { baseName, pathFromText } from "../path/path.ts";

/** The meaning of signals for a server; names without `SIG`. */
interface ServerSignals {
	/** Reopens its logs; `none` if it needs no signal, because it opens them for each line. */
	readonly reopen?: string;
	/** Reads its configuration and certificates again, and keeps its connections if it can. */
	readonly reload?: string;
	/** Capabilities that a start as root needs only for logs, and not if its group may write them (measured; rotation.ts). */
	readonly forLogs?: readonly string[];
}

/** Entries by the program's base name. Each cites its source. */
const servers: readonly (readonly [RegExp, ServerSignals])[] = [
	// nginx.org, "Controlling nginx"
	[/^nginx$/, { reopen: "USR1", reload: "HUP", forLogs: ["chown", "dac_override"] }],
	// httpd.apache.org, "Stopping and Restarting": a graceful restart does both
	[/^(apache2|httpd)$/, { reopen: "USR1", reload: "USR1" }],
	// serverLogRaw() of redis opens the file for each line
	[/^(redis|valkey)-server$/, { reopen: "none" }],
	// lighttpd(8)
	[/^lighttpd$/, { reopen: "HUP", reload: "USR1" }],
	// php-fpm(8)
	[/^php-fpm[\d.]*$/, { reopen: "USR1", reload: "USR2" }],
	// named(8); unbound(8): HUP reads everything again and reopens the log file
	[/^(named|unbound)$/, { reopen: "HUP", reload: "HUP" }],
	// dnsmasq(8); it reads its configuration only when it starts
	[/^dnsmasq$/, { reopen: "USR2" }],
	// haproxy's management guide, for a master with workers; it logs to syslog
	[/^haproxy$/, { reload: "USR2" }],
	// squid(8): rotating is reopening where logfile_rotate is 0, as Debian sets it
	[/^squid$/, { reopen: "USR1", reload: "HUP" }],
	// MariaDB's and MySQL's handbooks: HUP flushes logs and reads grants again; certificates take FLUSH SSL
	[/^(mysqld|mariadbd)$/, { reopen: "HUP" }],
	// postgres(1): HUP reads the files again, certificates among them
	[/^postgres$/, { reload: "HUP" }],
	// doveadm-log(1), dovecot(1)
	[/^dovecot$/, { reopen: "USR1", reload: "HUP" }],
];

/** Returns undefined for an unknown program. A known program without `reload` reads its configuration only when it starts. */
export function serverSignals(command: readonly string[]): ServerSignals | undefined {
	const program = baseName(pathFromText(command[0] ?? ""));
	return servers.find(([name]) => name.test(program))?.[1];
}
