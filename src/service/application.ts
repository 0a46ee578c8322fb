import * as v from "valibot";
import { type RuleList, ruleNames } from "./rule-options.ts";
import { type ServiceSettings, serviceSchema } from "./service-settings.ts";

/** The application to cage: how it starts, its account, and its probes. */
export interface Application {
	/** The command and its arguments; the first is an absolute path on the host. */
	readonly command: readonly string[];
	/** Starts as this account (`user` or `user:group`) with the account's groups; as root if absent. */
	readonly user?: string;
	/** Working directory inside the cage. */
	readonly cwd: string;
	/** Added to the launcher's own small environment. */
	readonly env: Readonly<Record<string, string>>;
	/** Shell lines; exit 0 if the application answered a real request. All must pass. */
	readonly probes: readonly string[];
	/** Shell lines that run while tracing, to use more of the application. */
	readonly exercises: readonly string[];
	/** Seconds to wait for the first answer. */
	readonly timeout: number;
	/** Network of a run; traces and trials always have their own. */
	readonly network: "host" | "none";
	/**
	 * The system call filter: `general` refuses what no service needs, `observed` also what this application was not observed to
	 * call. Absent: `general`.
	 */
	readonly calls?: CallFilter;
	/** Created before the start (such as RuntimeDirectory=): absolute, `PATH[:MODE[:USER[:GROUP]]]`. */
	readonly directories: readonly string[];
	/** Sockets that are opened before the start (`parsePassedSocket`). */
	readonly sockets?: readonly string[];
	readonly limits?: Limits;
	/** What its unit sets for the process. */
	readonly service?: ServiceSettings;
}

export const callFilters = ["general", "observed"] as const;
export type CallFilter = (typeof callFilters)[number];

/** Upper limits for the application's resources. */
export interface Limits {
	/** Bytes. */
	readonly memory?: number;
	/** Processes and threads in total. */
	readonly processes?: number;
	/** Open files of each process. */
	readonly files?: number;
}

/** What the administrator requested beyond the trace (service/rule-options.ts). Paths and globs as text. */
export interface Rules extends Readonly<Record<RuleList, readonly string[]>> {
	readonly binds: readonly Bind[];
}

/** A host directory, a file of the service, or another service's socket that is mounted in the cage instead of copied. */
export interface Bind {
	readonly path: string;
	readonly access: "ro" | "rw";
	/** Set for a directory of the service itself: created like this if it is missing, and a trial starts with an empty one. */
	readonly created?: DirectoryOwner;
	/** A socket whose directory the cage must not see. Always read-only, and left out while its service does not run. */
	readonly isSocket?: true;
}

export interface DirectoryOwner {
	/** Permission bits with setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** The service manager creates it before each start and removes it at the stop (RuntimeDirectory= in systemd.exec(5)). */
	readonly isRuntime?: true;
	/** A file of the service in a directory of many services, such as its log in /var/log. */
	readonly isFile?: true;
	/** Directories that the service manager or tmpfiles.d(5) creates below it, outermost first. */
	readonly below?: readonly DirectoryBelow[];
}

export interface DirectoryBelow extends Pick<DirectoryOwner, "mode" | "uid" | "gid"> {
	/** From the directory above, e.g. `chroot/etc`. */
	readonly path: string;
}

export const noRules = Object.fromEntries(ruleNames.map((name) => [name, []])) as unknown as Rules;

export const launchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Returns the environment for traces, trials and runs: the launcher's variables, overridden by the application's own. */
export function launchEnvironment(application: Application): Record<string, string> {
	return {
		PATH: launchPath,
		LANG: "C",
		...application.env,
	};
}

/** Omits the field if there are no sockets. */
export function socketsOf({ sockets = [] }: Pick<Application, "sockets">): Pick<Application, "sockets"> {
	return sockets.length ? { sockets } : {};
}

/** How an application and its rules are stored. Loose where a field is only passed on, so that those of newer versions can be read. */

const strings = v.array(v.string());

export const bindsSchema = v.array(v.object({ path: v.string(), access: v.picklist(["ro", "rw"]) }));

export const applicationSchema = v.looseObject({
	command: v.pipe(strings, v.minLength(1)),
	user: v.exactOptional(v.string()),
	cwd: v.string(),
	env: v.record(v.string(), v.string()),
	probes: strings,
	exercises: strings,
	timeout: v.number(),
	network: v.picklist(["host", "none"]),
	calls: v.exactOptional(v.picklist(callFilters)),
	directories: strings,
	sockets: v.exactOptional(strings),
	limits: v.exactOptional(
		v.object({
			memory: v.exactOptional(v.number()),
			processes: v.exactOptional(v.number()),
			files: v.exactOptional(v.number()),
		}),
	),
	service: v.exactOptional(serviceSchema),
} satisfies Record<keyof Application, v.GenericSchema>);

/** Older versions had fewer rules. The table's order keeps the text stable when rules are read and saved again. */
export const rulesSchema = v.looseObject(
	Object.fromEntries(
		ruleNames.map((name) => [name, v.optional<v.GenericSchema, []>(name === "binds" ? bindsSchema : strings, [])]),
	),
);
