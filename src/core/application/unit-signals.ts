import { serverSignals } from "../installation/signals.ts";
import { baseName, type Path } from "../path/path.ts";
import type { UnitCommand } from "./unit-exec.ts";

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
