import { launchPath } from "./application.ts";

/** What of a running process's environment is the application's own. */
export interface KeptEnvironment {
	/** `NAME=value`, as options give them. */
	readonly pairs: readonly string[];
	/** Names of what may be secret, and would be written down with the cage. */
	readonly leftOut: readonly string[];
}

/** Set by a shell, a login, sudo(8) or a service manager (systemd.exec(5), sd_listen_fds(3)) for the one process that they started. */
const ofTheStart =
	/^(_|SHLVL|PWD|OLDPWD|TERM|TERMINFO|COLORTERM|LS_COLORS|SHELL|MAIL|EDITOR|VISUAL|PAGER|LESS.*|HIST.*|PS[1-4]|DISPLAY|WINDOWID|STY|TMUX.*|SSH_.*|SUDO_.*|XDG_.*|WAYLAND_.*|DBUS_.*|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|LISTEN_.*|WATCHDOG_.*|SYSTEMD_.*|MAINPID|MANAGERPID.*|MEMORY_PRESSURE_.*|CREDENTIALS_DIRECTORY)$/;

const mayBeSecret = /PASS|PWD|SECRET|TOKEN|CREDENTIAL|AUTH|PRIVATE|COOKIE|(^|_)(API_?)?KEY($|_)|_DSN$|DATABASE_URL/i;

/**
 * Sorts the words of /proc/PID/environ. A process may have written over them (setproctitle), so what is no assignment is passed over;
 * so is what the launcher sets to the same value anyway.
 */
export function keptEnvironment(words: readonly string[]): KeptEnvironment {
	const pairs: string[] = [];
	const leftOut: string[] = [];
	for (const word of words) {
		const name = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word)?.[1];
		if (name === undefined || ofTheStart.test(name) || word === `PATH=${launchPath}` || word === "LANG=C") continue;
		// A password in a URL is one, too.
		if (mayBeSecret.test(name) || /:\/\/[^/@\s]*:[^/@\s]+@/.test(word)) leftOut.push(name);
		else pairs.push(word);
	}
	return { pairs, leftOut };
}
