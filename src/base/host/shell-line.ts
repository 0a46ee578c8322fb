import { userInfo } from "node:os";
import { delimiter } from "node:path";
import { launchPath } from "../../service/application.ts";
import { codeLoadingVariables } from "../../service/environment.ts";
import { pathFromText } from "../path/path.ts";
import { attempt } from "./errors.ts";
import { requireSafeFolder } from "./folder.ts";

/** Where programs of the user's configuration look for it, and what a login sets. */
const personal = /^(HOME|USER|LOGNAME|SHELL|MAIL|PWD|OLDPWD|TMPDIR|TMP|TEMP|XDG_.*|.*_HOME|[A-Z]*RC)$/;

/**
 * The environment of shell lines that the administrator wrote: the caller's. root may have another user's (`su -m`, `sudo -E`), so
 * for root it is without variables that make programs load code or read that user's configuration, with root's own home, and with the
 * path of `shellLinePath`.
 */
export function shellLineEnvironment(): NodeJS.ProcessEnv {
	if (process.geteuid?.() !== 0) return process.env;
	const loading = new Set(codeLoadingVariables(process.env));
	const kept = Object.entries(process.env).filter(([name]) => !loading.has(name) && !personal.test(name));
	const { homedir, username } = attempt(() => userInfo()) ?? { homedir: "/root", username: "root" };
	return {
		...Object.fromEntries(kept),
		PATH: shellLinePath(),
		HOME: homedir,
		USER: username,
		LOGNAME: username,
		SHELL: "/bin/sh",
	};
}

/**
 * The search path of shell lines, and of programs that the administrator names: the caller's. For root it is without directories that
 * others can change, and ends with the system's.
 */
export function shellLinePath(): string {
	const { PATH = "" } = process.env;
	if (process.geteuid?.() !== 0) return PATH;
	const safe = PATH.split(delimiter).filter(
		(directory) => directory.startsWith("/") && attempt(() => requireSafeFolder(pathFromText(directory))) !== undefined,
	);
	return [...new Set([...safe, ...launchPath.split(delimiter)])].join(delimiter);
}
