import { baseName, type Path, pathFromText } from "../base/path/path.ts";
import type { UnitCommand } from "./unit-exec.ts";

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

interface ReloadSettings {
	readonly type: string;
	readonly execReload: readonly UnitCommand[];
	readonly reloadSignal?: string;
}

/**
 * Returns the signal (without SIG) that makes a service reload its configuration, from ExecReload= or the daemon's own reload
 * command. Returns undefined for no setting or an unknown command.
 */
export function reloadSignalOf(unit: ReloadSettings, command: readonly string[] | undefined): string | undefined {
	const { execReload, reloadSignal, type } = unit;
	const killed = execReload.map(({ words }) => killSignal(words)).find((signal) => signal !== undefined);
	if (killed !== undefined) return killed;
	if (execReload.length === 0) return type === "notify-reload" ? named(reloadSignal ?? "HUP") : undefined;
	return serverSignals(command ?? [])?.reload;
}

/** Signals of pg_ctl(1) and pg_ctlcluster(1) for `-m MODE`. Without one, a stop waits until every client has left. */
const stopModes: Readonly<Record<string, string>> = { smart: "TERM", fast: "INT", immediate: "QUIT" };

/** Returns the signal (without SIG) with which ExecStop= ends the service; undefined for no setting or an unknown command. */
export function stopSignalOf(commands: readonly UnitCommand[]): string | undefined {
	for (const { words } of commands) {
		const [program = ""] = words;
		const isPostgres = /^pg_ctl(cluster)?$/.test(baseName(program as Path));
		const mode = isPostgres ? words[words.indexOf("-m") + 1] : undefined;
		const signal = mode !== undefined && Object.hasOwn(stopModes, mode) ? stopModes[mode] : killSignal(words);
		if (signal !== undefined) return signal;
	}
	return undefined;
}

/** Whether a command only sends signals, as the init does without it. */
export function onlySignals(words: readonly string[]): boolean {
	return words.some((word) => /^(kill|killall|pkill|start-stop-daemon)$/.test(baseName(word as Path)) || /\bkill\s+-/.test(word));
}

/** Parses `/bin/kill -HUP $MAINPID` in its variants. */
function killSignal(words: readonly string[]): string | undefined {
	const [program = "", ...rest] = words;
	if (baseName(program as Path) !== "kill" || !rest.some((word) => /^\$(MAINPID|\{MAINPID\})$/.test(word))) return undefined;
	const option = rest.findIndex((word) => word.startsWith("-"));
	if (option < 0) return "TERM";
	const text = rest[option] ?? "";
	const signal = text === "-s" || text === "--signal" ? rest[option + 1] : text.replace(/^(--signal=|-s|-)/, "");
	return signal === undefined ? undefined : named(signal);
}

/** Returns the name without `SIG`; undefined for an invalid signal, because the name is passed to a shell. */
function named(signal: string): string | undefined {
	const name = signal === "1" ? "HUP" : signal.replace(/^SIG/, "");
	return /^(?:[A-Z][A-Z0-9]*|\d+)$/.test(name) ? name : undefined;
}
