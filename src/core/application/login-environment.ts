import { parsePasswd } from "../machine/passwd.ts";
import type { ReadText } from "./start-scripts.ts";
import { define, type ServiceUnit } from "./unit-file.ts";

/** systemd leaves out a home and a shell that say nothing (USER_CREDS_CLEAN in systemd 257). */
const noShell = new Set(
	["nologin", "false", "true"].flatMap((name) => ["/bin", "/sbin", "/usr/bin", "/usr/sbin"].map((at) => `${at}/${name}`)),
);

/**
 * The variables that systemd sets for a service's account (systemd.exec(5), "Environment Variables in Spawned Processes"), measured with systemd 257:
 * every service has USER, and LOGNAME, HOME and SHELL come with User=, DynamicUser=, PAMName= or SetLoginEnvironment=.
 */
export function loginEnvironment(
	{ dynamicUser, setLoginEnvironment, user }: Pick<ServiceUnit, "dynamicUser" | "setLoginEnvironment" | "user">,
	account: string,
	read: ReadText,
): Record<string, string> {
	const environment = accountEnvironment(account, read);
	if (setLoginEnvironment ?? (user !== undefined || dynamicUser)) return environment;
	return { USER: environment.USER ?? account };
}

/** USER, LOGNAME, HOME and SHELL of an account. One that does not exist yet has only a name. */
export function accountEnvironment(account: string, read: ReadText): Record<string, string> {
	const user = parsePasswd(read("/etc/passwd") ?? "").find(({ name, uid }) => name === account || String(uid) === account);
	const name = user?.name ?? account;
	const environment: Record<string, string> = {};
	define(environment, "USER", name);
	define(environment, "LOGNAME", name);
	if (user?.home.startsWith("/") && user.home !== "/" && user.uid !== nobody) define(environment, "HOME", user.home);
	if (user?.shell.startsWith("/") && !noShell.has(user.shell)) define(environment, "SHELL", user.shell);
	return environment;
}

/** systemd knows this account itself, with `/` as its home. */
const nobody = 65534;

/** The environment without the variables that describe this account, so that another account can take its place. */
export function withoutAccount(
	environment: Readonly<Record<string, string>>,
	account: string,
	read: ReadText,
): Record<string, string> {
	const own = accountEnvironment(account, read);
	return Object.fromEntries(Object.entries(environment).filter(([name, value]) => own[name] !== value));
}
