import { baseName, type Path } from "../base/path/path.ts";
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
 * privileges, general tools, and what needs a shell, which would help an intruder; but the application's own `start` program, such as
 * a script of /etc/init.d, is in the cage with its shell.
 */
export function insideCommand(
	{ mayFail, privileged, throughShell }: UnitCommand,
	words: readonly string[],
	read: ReadText,
	start?: string,
): ServiceCommand | undefined {
	const [program = "", ...args] = words;
	const name = baseName(program as Path);
	if (privileged || throughShell || !program.startsWith("/") || general.test(name)) return undefined;
	const interpreter = /^#! *(\S+)(?: +(\S+))?/.exec(read(program) ?? "");
	const needsShell = [program, ...(interpreter?.slice(1) ?? [])].some((word) => word !== undefined && isShell(word));
	if (needsShell && program !== start) return undefined;
	return [`${mayFail ? "-" : ""}${program}`, ...args];
}
