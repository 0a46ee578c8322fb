import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { Failure } from "../base/failure.ts";
import { attempt } from "../base/host/errors.ts";

/** Arguments before `--`, which begins another program's command. */
function ownArguments(args: readonly string[]): readonly string[] {
	const end = args.indexOf("--");
	return end < 0 ? args : args.slice(0, end);
}

/** Whether an option is given, which may be known before commander parses the arguments. */
export const isGiven = (option: string, args: readonly string[]) => ownArguments(args).includes(option);

/** Returns the value of `--lang` before commander parses the arguments, because its errors need the language. */
export function wantedLanguage(args: readonly string[]): string | undefined {
	const own = ownArguments(args);
	const joined = own.find((arg) => arg.startsWith("--lang="));
	if (joined !== undefined) return joined.slice("--lang=".length);
	const at = own.indexOf("--lang");
	return at < 0 ? undefined : own[at + 1];
}

export function takesValue(option: string | undefined): boolean {
	return ["--state", "--lang", "--require", "--resume"].includes(option ?? "");
}

export function isGlobalOption(arg: string, before: string | undefined): boolean {
	return /^--(state|lang|require|resume)(=|$)|^--(no-color|quiet|debug|linear|inline|ascii)$/.test(arg) || takesValue(before);
}

/** Words after `--` are the command. A single word before it is the template, unit or cage. */
export function argumentsOf(
	args: readonly string[],
	target: string | undefined,
	rest: readonly string[],
): { target?: string; command: string[] } {
	const separator = args.indexOf("--");
	if (separator < 0) {
		// `make redis extra` is ambiguous, and a wrong guess would run as root.
		if (rest.length) throw new Failure("command-needs-separator", { word: rest[0] ?? "" }, 2);
		return target === undefined ? { command: [] } : { target, command: [] };
	}
	const command = args.slice(separator + 1);
	const positional = [...(target === undefined ? [] : [target]), ...rest];
	const before = positional.slice(0, positional.length - command.length);
	if (before.length > 1) throw new Failure("command-needs-separator", { word: before[1] ?? "" }, 2);
	return before[0] === undefined ? { command } : { target: before[0], command };
}

/** Returns the absolute path of a file that an argument names. */
export function absolutePath(...parts: readonly string[]): string {
	return resolve(...parts);
}

/** Returns the state folder: `--state`, `CAGEWRIGHT_STATE` unless it is empty, or the default. Throws `no-home` (exit 2). */
export function stateFolder(requested: string | undefined): string {
	const folder = requested ?? usualState();
	if (folder === undefined) throw new Failure("no-home", {}, 2);
	return resolve(folder);
}

/** Returns the state folder, and the one that another command without `--state` uses. */
export function ownStateFolders(requested: string | undefined): string[] {
	return [requested, usualState()].flatMap((folder) => (folder === undefined ? [] : resolve(folder)));
}

/** Returns the state folder if it is not the default, so that printed commands must name it. */
export function otherState(requested: string | undefined): string | undefined {
	const state = stateFolder(requested);
	return state === defaultState() ? undefined : state;
}

function usualState(): string | undefined {
	return process.env.CAGEWRIGHT_STATE || defaultState();
}

/** Returns undefined if the account has no home. */
function defaultState(): string | undefined {
	if (process.getuid?.() === 0) return "/var/lib/cagewright";
	// XDG Base Directory Specification: relative paths must be ignored.
	const wanted = process.env.XDG_STATE_HOME ?? "";
	if (isAbsolute(wanted)) return join(wanted, "cagewright");
	// An account need not be in passwd.
	const homes = [process.env.HOME, attempt(() => userInfo().homedir)];
	const home = homes.find((one) => one !== undefined && isAbsolute(one));
	return home === undefined ? undefined : join(home, ".local", "state", "cagewright");
}
