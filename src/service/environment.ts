import { launchPath } from "./application.ts";
import { define } from "./unit-file.ts";

/**
 * Parses a file for EnvironmentFile= (systemd.exec(5), parse_env_file() in systemd): `NAME=value` lines, comments with `#` or
 * `;`, shell-like quotes, line continuation with a backslash, no expansion. Skips lines that are no assignment.
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
			// Since systemd 254 a backslash does not continue a comment.
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
	// Trailing unquoted blanks are not part of the value.
	let kept = 0;
	let quote = "";
	// A quote opens only at the start of a value: `a"b"` keeps its quotes, `"a"'b'` does not.
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
			// In double quotes a backslash escapes only these four characters, elsewhere every one.
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

/** Variables of a running process that belong to the application. */
interface KeptEnvironment {
	/** `NAME=value`, as for options. */
	readonly pairs: readonly string[];
	/** Names of variables that may be secret and would be stored with the cage. */
	readonly leftOut: readonly string[];
}

/** Set for one process by a shell, a login, sudo(8) or a service manager (systemd.exec(5), sd_listen_fds(3)). */
const ofTheStart =
	/^(_|SHLVL|PWD|OLDPWD|TERM|TERMINFO|COLORTERM|LS_COLORS|SHELL|MAIL|EDITOR|VISUAL|PAGER|LESS.*|HIST.*|PS[1-4]|DISPLAY|WINDOWID|STY|TMUX.*|SSH_.*|SUDO_.*|XDG_.*|WAYLAND_.*|DBUS_.*|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|LISTEN_.*|WATCHDOG_.*|SYSTEMD_.*|MAINPID|MANAGERPID.*|MEMORY_PRESSURE_.*|CREDENTIALS_DIRECTORY)$/;

const mayBeSecret = /PASS|PWD|SECRET|TOKEN|CREDENTIAL|AUTH|PRIVATE|COOKIE|(^|_)(API_?)?KEY($|_)|_DSN$|DATABASE_URL/i;

/**
 * Sorts the words of /proc/PID/environ. Skips words that are no assignment, because a process may overwrite them
 * (setproctitle), and variables that the launcher sets to the same value.
 */
export function keptEnvironment(words: readonly string[]): KeptEnvironment {
	const pairs: string[] = [];
	const leftOut: string[] = [];
	for (const word of words) {
		const name = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word)?.[1];
		if (name === undefined || ofTheStart.test(name) || word === `PATH=${launchPath}` || word === "LANG=C") continue;
		// A URL with a password is a secret too.
		if (mayBeSecret.test(name) || /:\/\/[^/@\s]*:[^/@\s]+@/.test(word)) leftOut.push(name);
		else pairs.push(word);
	}
	return { pairs, leftOut };
}

/**
 * Beginnings of the names of variables that make a program load code or run programs: ld.so(8), sudo's `initial_badenv_table`, and the
 * programs' manuals. `$` ends a whole name.
 */
const loading = {
	loader: ["LD_", "_RLD", "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH"],
	shells: ["BASH", "ENV$", "SHELLOPTS", "GLOBIGNORE", "IFS$", "CDPATH", "FPATH", "PS4", "ZDOTDIR"],
	terminals: ["TERMINFO", "TERMCAP", "LESSOPEN", "LESSCLOSE"],
	interpreters: ["PERL", "PYTHON", "RUBY", "GEM_", "BUNDLE_", "NODE_", "npm_config_", "LUA_", "PHP", "TCLLIBPATH", "GUILE_"],
	java: ["CLASSPATH", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"],
	libraries: ["OPENSSL_", "PKCS11_", "SASL_PATH", "KRB5_CONFIG"],
	tools: ["GIT_", "CONTAINERS_", "STORAGE_", "DOCKER_CONFIG", "EDITOR", "VISUAL", "PAGER", "BROWSER", "[A-Z_]*ASKPASS"],
};
const loadingName = new RegExp(`^(${Object.values(loading).flat().join("|")})`);

/** Returns the names of variables that may make programs load other code, sorted as given. */
export function codeLoadingVariables(env: Readonly<Record<string, string | undefined>>): string[] {
	return Object.keys(env).filter((name) => loadingName.test(name));
}
