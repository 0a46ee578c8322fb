import { baseName, type Path } from "../path/path.ts";
import type { MadeDirectory } from "./made-directory.ts";

/** What a command of ExecStartPre= is for, as far as its words tell. */
export type BeforeStart =
	/** Makes directories, which a cage can have without the command. */
	| { readonly kind: "directories"; readonly directories: readonly MadeDirectory[] }
	/** Hands over or opens up what another one made. */
	| {
			readonly kind: "ownership";
			readonly paths: readonly string[];
			readonly change: Partial<Pick<MadeDirectory, "mode" | "owner">>;
	  }
	/** Only looks whether the configuration is right. */
	| { readonly kind: "check" }
	| { readonly kind: "other" };

/** Options of mkdir(1) and install(1) that take a value as a word of their own. */
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
		const [told = ""] = operands;
		const mode = /^[0-7]{3,5}$/.test(told) ? { mode: Number.parseInt(told, 8) & 0o1777 } : {};
		const owner = /^[^:.]+(:[^:.]+)?$/.test(told) ? { owner: told } : {};
		return { kind: "ownership", paths: absolute, change: name === "chmod" ? mode : owner };
	}
	const checks = /^(-t|-tt|-T|-C|-Cx|-c|--test|--configtest|--verify-config|checkconfig|configtest|conf-check|check)$/;
	// `-c` is a check for haproxy alone; most others name their configuration by it.
	const isCheck = args.some((word) => checks.test(word) && (word !== "-c" || name === "haproxy"));
	return { kind: isCheck && name !== "sh" && name !== "bash" ? "check" : "other" };
}

/** `-m 740`, `-m740`, `--mode=0740`; symbolic modes count as the usual one. */
function modeOf(args: readonly string[]): number {
	const at = args.findIndex((word) => /^-m|^--mode/.test(word));
	const value = at < 0 ? "" : (/^(?:-m|--mode=?)([0-7]+)$/.exec(args[at] ?? "")?.[1] ?? args[at + 1] ?? "");
	return /^[0-7]{3,5}$/.test(value) ? Number.parseInt(value, 8) & 0o1777 : 0o755;
}

/** install's `-o USER -g GROUP`; root's where only the group is told. */
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
