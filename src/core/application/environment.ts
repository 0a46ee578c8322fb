import { launchPath } from "./application.ts";
import { define } from "./unit-file.ts";

/**
 * The variables in a file that EnvironmentFile= names (systemd.exec(5), parse_env_file() in systemd): `NAME=value` lines, comments
 * with `#` or `;`, shell-like quotes, backslash and newline joined, no expansion of any kind. Lines that are no assignment are skipped.
 */
export function parseEnvironmentFile(text: string): Readonly<Record<string, string>> {
	const variables: Record<string, string> = {};
	let at = 0;
	while (at < text.length) {
		const rest = text.slice(at);
		const blank = /^[ \t\r\n]+/.exec(rest);
		if (blank !== null) {
			at += blank[0].length;
			continue;
		}
		const name = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/.exec(rest);
		if (name === null || /^[#;]/.test(rest)) {
			// Since systemd 254 a backslash does not continue these.
			at += (/^[^\n\r]*/.exec(rest)?.[0].length ?? 0) + 1;
			continue;
		}
		const read = readValue(text, at + name[0].length);
		define(variables, name[1] ?? "", read.value);
		at = read.end;
	}
	return variables;
}

function readValue(text: string, start: number): { readonly value: string; readonly end: number } {
	let value = "";
	// Unquoted blanks at the end do not belong to the value.
	let kept = 0;
	let quote = "";
	// A quote opens only where a bare value has not begun: `a"b"` keeps its quotes, `"a"'b'` does not.
	let bare = false;
	let at = start;
	for (; at < text.length; at += 1) {
		const character = text.charAt(at);
		const blank = character === " " || character === "\t";
		if (quote === "" && (character === "\n" || character === "\r")) break;
		if (character === "\\" && quote !== "'") {
			at += 1;
			const next = text.charAt(at);
			bare ||= quote === "";
			if (next === "\n") continue;
			// Inside double quotes only these four are escaped; elsewhere every character is.
			value += quote === '"' && !'"\\`$'.includes(next) ? `\\${next}` : next;
		} else if (quote === "" && !bare && (character === "'" || character === '"')) {
			quote = character;
			continue;
		} else if (quote !== "" && character === quote) {
			quote = "";
		} else if (quote === "" && blank) {
			if (bare) value += character;
			continue;
		} else {
			bare ||= quote === "";
			value += character;
		}
		kept = value.length;
	}
	return { value: value.slice(0, kept), end: at };
}

/** What of a running process's environment is the application's own. */
interface KeptEnvironment {
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
