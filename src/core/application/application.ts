import { type RuleList, ruleNames } from "../questions/rules.ts";

/** What is to be caged: how it is started, as whom, and how we know that it answers. */
export interface Application {
	/** The command and its arguments; the first is an absolute path on the host. */
	readonly command: readonly string[];
	/** Account to start as (`user` or `user:group`), with that account's groups. Without it the application starts as root. */
	readonly user?: string;
	/** Working directory inside the cage. */
	readonly cwd: string;
	/** Added to the launcher's own small environment. */
	readonly env: Readonly<Record<string, string>>;
	/** Shell lines; exit 0 means that a real request was answered. All must pass. */
	readonly probes: readonly string[];
	/** Shell lines that are run while tracing, to reach more of the application. */
	readonly exercises: readonly string[];
	/** Seconds to wait for the first answer. */
	readonly timeout: number;
	/** Network of a run; traces and trials always have one of their own. */
	readonly network: "host" | "none";
	/**
	 * Directories that systemd would make for the service before it starts (RuntimeDirectory= and its like): absolute,
	 * `PATH[:MODE[:USER[:GROUP]]]`.
	 */
	readonly directories: readonly string[];
	/** Sockets that are open before it starts (`parseHandedSocket`). */
	readonly sockets?: readonly string[];
	readonly limits?: Limits;
}

/** Most that the application may use of the machine. */
export interface Limits {
	/** Bytes. */
	readonly memory?: number;
	/** Processes and threads together. */
	readonly processes?: number;
	/** Open files of each process. */
	readonly files?: number;
}

/** What the administrator asked for beyond what the trace shows (core/questions/rules.ts). Paths and globs as text. */
export interface Rules extends Readonly<Record<RuleList, readonly string[]>> {
	readonly binds: readonly Bind[];
}

/** A directory of the host that is mounted in the cage instead of being copied. */
export interface Bind {
	readonly path: string;
	readonly access: "ro" | "rw";
}

export const noRules = Object.fromEntries(ruleNames.map((name) => [name, []])) as unknown as Rules;

export const launchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The environment that the launcher gives, in traces, trials and runs alike; the application's own comes on top. */
export function launchEnvironment(application: Application): Record<string, string> {
	return {
		PATH: launchPath,
		LANG: "C",
		...application.env,
	};
}

/** Absent where there are none. */
export function socketsOf({ sockets = [] }: Pick<Application, "sockets">): Pick<Application, "sockets"> {
	return sockets.length ? { sockets } : {};
}
