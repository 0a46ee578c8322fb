import { baseName, type Path } from "../path/path.ts";
import type { CreatedDirectory } from "./created-directory.ts";
import type { ServiceCommand } from "./service-settings.ts";
import { isShell } from "./shell.ts";
import type { ReadText } from "./start-scripts.ts";
import type { UnitCommand } from "./unit-exec.ts";

/** The purpose of an ExecStartPre= command, as far as its words show. */
type BeforeStart =
	/** Creates directories, which the cage can have without the command. */
	| { readonly kind: "directories"; readonly directories: readonly CreatedDirectory[] }
	/** Changes the owner or mode of a directory that another command created. */
	| {
			readonly kind: "ownership";
			readonly paths: readonly string[];
			readonly change: Partial<Pick<CreatedDirectory, "mode" | "owner">>;
	  }
	/** Only checks the configuration. */
	| { readonly kind: "check" }
	| { readonly kind: "other" };

/** Options of mkdir(1) and install(1) with a separate value. */
const withValue = /^-[mogtS]$|^--(mode|owner|group)$/;

export function judgeBeforeStart([program = "", ...args]: readonly string[]): BeforeStart {
	const name = baseName(program as Path);
	const operands = args.filter((word, index) => !word.startsWith("-") && !takesNext(name, args[index - 1]));
	const absolute = operands.filter((word) => word.startsWith("/"));
	const makes = name === "mkdir" || (name === "install" && args.some((word) => /^-[a-zA-Z]*d|^--directory$/.test(word)));
	if (makes && absolute.length > 0 && absolute.length === operands.length) {
		const mode = modeOf(args);
		const owner = name === "install" ? ownerOf(args) : {};
		return { kind: "directories", directories: absolute.map((path) => ({ path, mode, ...owner })) };
	}
	if ((name === "chown" || name === "chmod") && absolute.length > 0) {
		const [setting = ""] = operands;
		const mode = /^[0-7]{3,5}$/.test(setting) ? { mode: Number.parseInt(setting, 8) & 0o1777 } : {};
		const owner = /^[^:.]+(:[^:.]+)?$/.test(setting) ? { owner: setting } : {};
		return { kind: "ownership", paths: absolute, change: name === "chmod" ? mode : owner };
	}
	const checks = /^(-t|-tt|-T|-C|-Cx|-c|--test|--configtest|--verify-config|checkconfig|configtest|conf-check|check)$/;
	// `-c` is a check only for haproxy; for most others it names the configuration.
	const isCheck = args.some((word) => checks.test(word) && (word !== "-c" || name === "haproxy"));
	return { kind: isCheck && name !== "sh" && name !== "bash" ? "check" : "other" };
}

/** Parses `-m 740`, `-m740` and `--mode=0740`; symbolic modes count as the default. */
function modeOf(args: readonly string[]): number {
	const at = args.findIndex((word) => /^-m|^--mode/.test(word));
	const value = at < 0 ? "" : (/^(?:-m|--mode=?)([0-7]+)$/.exec(args[at] ?? "")?.[1] ?? args[at + 1] ?? "");
	return /^[0-7]{3,5}$/.test(value) ? Number.parseInt(value, 8) & 0o1777 : 0o755;
}

/** Parses install's `-o USER -g GROUP`; without a user it is root. */
function ownerOf(args: readonly string[]): { readonly owner?: string } {
	const value = (short: string, long: string) => {
		const at = args.findIndex((word) => word === short || word.startsWith(`${long}=`));
		return at < 0 ? undefined : args[at] === short ? args[at + 1] : args[at]?.slice(long.length + 1);
	};
	const [user, group] = [value("-o", "--owner"), value("-g", "--group")];
	if (user === undefined && group === undefined) return {};
	return { owner: group === undefined ? (user ?? "root") : `${user ?? "root"}:${group}` };
}

function takesNext(name: string, word: string | undefined): boolean {
	return word !== undefined && withValue.test(word) && (name === "install" || name === "mkdir");
}

/** General tools, which change files, processes or the machine. For one of them alone, a cage should not contain it. */
const general =
	/^(cat|chmod|chown|cp|echo|env|false|install|ip|kill|killall|ln|mkdir|mknod|modprobe|mount|mv|nft|pkill|rm|rmdir|sed|setfacl|sleep|sysctl|systemctl|test|timeout|touch|true|udevadm|umount|iptables.*|systemd-.*)$/;

/**
 * Returns the words of a unit's command that can run in the cage, as the application's account. Undefined for commands with root's
 * privileges, general tools, and what needs a shell, which would help an intruder.
 */
export function insideCommand(
	{ mayFail, privileged, throughShell }: UnitCommand,
	words: readonly string[],
	read: ReadText,
): ServiceCommand | undefined {
	const [program = "", ...args] = words;
	const name = baseName(program as Path);
	if (privileged || throughShell || !program.startsWith("/") || isShell(program) || general.test(name)) return undefined;
	const interpreter = /^#! *(\S+)(?: +(\S+))?/.exec(read(program) ?? "");
	if (interpreter?.slice(1).some((word) => word !== undefined && isShell(word))) return undefined;
	return [`${mayFail ? "-" : ""}${program}`, ...args];
}

/** Signals of these daemons' reload commands, which use a pid file and do not work from outside the cage. */
const reloadSignals: Readonly<Record<string, string>> = {
	/** nginx(8), `-s reload`. */
	nginx: "HUP",
	/** apachectl(8), `graceful`. */
	apache2: "USR1",
	httpd: "USR1",
	/** named(8); rndc uses a socket. */
	named: "HUP",
	/** pg_ctl(1), `reload`. */
	postgres: "HUP",
	/** dovecot(1); doveadm uses a socket. */
	dovecot: "HUP",
};

interface Reloading {
	readonly type: string;
	readonly execReload: readonly UnitCommand[];
	readonly reloadSignal?: string;
}

/**
 * Returns the signal (without SIG) that makes a service reload its configuration, from ExecReload= or the daemon's own reload
 * command. Returns undefined for no setting or an unknown command.
 */
export function reloadSignalOf(unit: Reloading, command: readonly string[] | undefined): string | undefined {
	const { execReload, reloadSignal, type } = unit;
	const killed = execReload.map(({ words }) => killSignal(words)).find((signal) => signal !== undefined);
	if (killed !== undefined) return killed;
	if (execReload.length === 0) return type === "notify-reload" ? named(reloadSignal ?? "HUP") : undefined;
	const program = baseName((command?.[0] ?? "") as Path);
	return Object.hasOwn(reloadSignals, program) ? reloadSignals[program] : undefined;
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
