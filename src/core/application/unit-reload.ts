import { baseName, type Path } from "../path/path.ts";
import type { ServiceUnit } from "./unit-file.ts";

/** What the reload commands of these daemons send to the process that their pid file names, which means nothing outside of a cage. */
const reloadSignals: Readonly<Record<string, string>> = {
	/** nginx(8), `-s reload`. */
	nginx: "HUP",
	/** apachectl(8), `graceful`. */
	apache2: "USR1",
	httpd: "USR1",
	/** named(8); rndc asks over a socket. */
	named: "HUP",
	/** pg_ctl(1), `reload`. */
	postgres: "HUP",
	/** dovecot(1); doveadm asks over a socket. */
	dovecot: "HUP",
};

/**
 * The signal, without SIG, that makes a service read its configuration again: what ExecReload= sends, or what its own reload command comes
 * to. Undefined where there is no such setting, or it is another command.
 */
export function reloadSignalOf(unit: ServiceUnit, command: readonly string[] | undefined): string | undefined {
	const { execReload, reloadSignal, type } = unit;
	const killed = execReload.map(({ words }) => killSignal(words)).find((signal) => signal !== undefined);
	if (killed !== undefined) return killed;
	if (execReload.length === 0) return type === "notify-reload" ? named(reloadSignal ?? "HUP") : undefined;
	const program = baseName((command?.[0] ?? "") as Path);
	return Object.hasOwn(reloadSignals, program) ? reloadSignals[program] : undefined;
}

/** `/bin/kill -HUP $MAINPID` in its spellings. */
function killSignal(words: readonly string[]): string | undefined {
	const [program = "", ...rest] = words;
	if (baseName(program as Path) !== "kill" || !rest.some((word) => /^\$(MAINPID|\{MAINPID\})$/.test(word))) return undefined;
	const option = rest.findIndex((word) => word.startsWith("-"));
	if (option < 0) return "TERM";
	const text = rest[option] ?? "";
	const signal = text === "-s" || text === "--signal" ? rest[option + 1] : text.replace(/^(--signal=|-s|-)/, "");
	return signal === undefined ? undefined : named(signal);
}

/** Without `SIG`; undefined for what is no signal, since a shell gets to see it. */
function named(signal: string): string | undefined {
	const name = signal === "1" ? "HUP" : signal.replace(/^SIG/, "");
	return /^(?:[A-Z][A-Z0-9]*|\d+)$/.test(name) ? name : undefined;
}
