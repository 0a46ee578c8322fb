import * as v from "valibot";
import { omitUndefined } from "../base/collections.ts";
import type { Path } from "../base/path/path.ts";

/**
 * What a service manager gives the process of a service, and removes after it, beyond its command and environment
 * (systemd.exec(5), systemd.service(5)). Only a unit has these; every launch of its cage does the same.
 */
export interface ServiceSettings {
	/** UMask= */
	readonly umask?: number;
	/** `Limit…=` as options of prlimit(1): `--nofile=1024:4096`, in the kernel's units. */
	readonly resourceLimits?: readonly string[];
	readonly oomScoreAdjust?: number;
	/** IgnoreSIGPIPE=, which is `yes` by default. */
	readonly ignoresPipe?: true;
	/** It reports its readiness at $NOTIFY_SOCKET (sd_notify(3)). */
	readonly notifies?: true;
	/** Type=forking: its start is done when the process that systemd started has ended. */
	readonly detaches?: true;
	/** WatchdogSec= in microseconds, if it notifies: it reports this often that it works. Only systemd acts if it does not. */
	readonly watchdog?: number;
	/** KillSignal= without `SIG`; TERM by default. */
	readonly stopSignal?: StopSignal;
	/** Removed before a start and after the end. */
	readonly pidFile?: string;
	/** Further ones, which a unit does not name: process numbers begin again at each start of a cage. */
	readonly pidFiles?: readonly string[];
	/** RuntimeDirectory= without RuntimeDirectoryPreserve=: empty at each start. */
	readonly runtimeDirectories?: readonly string[];
	/**
	 * Commands that the init runs in the cage: before the application starts, after it started, when it reloads its configuration, and
	 * before it gets the signal that ends it.
	 * The first word may begin with `-`, as in a unit. `mainProcess` as a word is the application's process number.
	 */
	readonly before?: readonly ServiceCommand[];
	readonly after?: readonly ServiceCommand[];
	readonly reload?: readonly ServiceCommand[];
	readonly stop?: readonly ServiceCommand[];
	/** AmbientCapabilities= as setpriv names them. A cage's account has only those that its trace shows as used. */
	readonly capabilities?: readonly string[];
	/** Secrets that each start passes in files of their own, below `credentialsDirectory`. */
	readonly credentials?: readonly ServiceCredential[];
}

/** LoadCredential=, SetCredential= */
export interface ServiceCredential {
	/** The file's name. */
	readonly name: string;
	/** Absolute paths on the host; the first that exists is passed. */
	readonly files?: readonly string[];
	/** Passed if no file exists, in base64. A start fails without one. */
	readonly content?: string;
}

export type ServiceCommand = readonly string[];

/** systemd's variable for the number of the main process (systemd.service(5)). */
export const mainProcess = "$MAINPID";

/** Makes the init run the commands of a reload: the first real-time signal that libc leaves to programs, plus one (signal(7)). */
export const reloadSignal = { name: "SIGRTMIN+1", number: 35 } as const;

/** Makes the init run the commands of a stop, and then end the application. */
const stopByCommands = { name: "SIGRTMIN+2", number: 36 } as const;

/** The init's own signals have no number that Node.js knows by name. */
export const ownSignals: ReadonlyMap<string, number> = new Map(
	[reloadSignal, stopByCommands].map(({ name, number }) => [name, number]),
);

/** Signals that a service may choose for its stop, with their numbers, which are the same on every processor. */
export const stopSignals = { HUP: 1, INT: 2, QUIT: 3, ABRT: 6, KILL: 9, ALRM: 14, TERM: 15 } as const;
type StopSignal = keyof typeof stopSignals;

/** Returns the signal that stops a service through its init, as a name or number for kill(1), without `SIG`. */
export function stopRequest({ stop = [], stopSignal = "TERM" }: ServiceSettings = {}): string {
	return stop.length ? String(stopByCommands.number) : stopSignal;
}

/** The same as a name that the launcher knows. */
export function stopRequestName(service: ServiceSettings = {}): string {
	return service.stop?.length ? stopByCommands.name : `SIG${service.stopSignal ?? "TERM"}`;
}

/** Number of the signal that ends what still runs after the commands of a stop; undefined for TERM. */
export function endingSignal({ stop = [], stopSignal }: ServiceSettings): number | undefined {
	return stop.length && stopSignal !== undefined ? stopSignals[stopSignal] : undefined;
}

function isStopSignal(name: string | undefined): name is StopSignal {
	return name !== undefined && Object.hasOwn(stopSignals, name);
}

/** umask(2) of a launch without a setting, as for systemd's services. */
export const usualUmask = 0o022;

/** A unit's settings that become `ServiceSettings`, as strings with specifiers expanded. */
interface WrittenSettings {
	/** `UMask=0007`, `LimitNOFILE=1024:4096`, `OOMScoreAdjust=-900`. */
	readonly processSettings: readonly string[];
	readonly type: string;
	readonly detaches: boolean;
	readonly ignoresPipe: boolean;
	readonly killSignal?: string;
	readonly watchdog?: string;
	readonly pidFile?: string;
	readonly runtimeDirectories: readonly string[];
	readonly ambientCapabilities: readonly string[];
	readonly credentials: readonly ServiceCredential[];
	readonly before: readonly ServiceCommand[];
	readonly after: readonly ServiceCommand[];
	readonly reload: readonly ServiceCommand[];
	readonly stop: readonly ServiceCommand[];
}

/** Returns the settings, and those lines that cannot be expressed. */
export function serviceSettings({
	after,
	ambientCapabilities,
	before,
	credentials,
	detaches,
	ignoresPipe,
	killSignal,
	pidFile,
	processSettings,
	reload,
	runtimeDirectories,
	stop,
	type,
	watchdog,
}: WrittenSettings): {
	readonly settings: ServiceSettings;
	readonly inexpressible: readonly string[];
} {
	const resourceLimits: string[] = [];
	const inexpressible: string[] = [];
	let single: Pick<ServiceSettings, "umask" | "oomScoreAdjust"> = {};
	for (const line of processSettings) {
		const [name = "", value = ""] = line.split(/=(.*)/s);
		const limit = name.startsWith("Limit") ? resourceLimit(name, value) : undefined;
		if (limit !== undefined) resourceLimits.push(limit);
		else if (name === "UMask" && /^[0-7]{1,4}$/.test(value)) single = { ...single, umask: Number.parseInt(value, 8) & 0o777 };
		else if (name === "OOMScoreAdjust" && /^-?\d{1,4}$/.test(value)) single = { ...single, oomScoreAdjust: Number(value) };
		else inexpressible.push(line);
	}
	const notifies = type === "notify" || type === "notify-reload";
	const interval = notifies && watchdog !== undefined ? microseconds(watchdog) : undefined;
	return {
		settings: {
			...single,
			...(resourceLimits.length ? { resourceLimits } : {}),
			...(ignoresPipe ? { ignoresPipe: true as const } : {}),
			...(notifies ? { notifies } : {}),
			...(detaches ? { detaches } : {}),
			...(interval ? { watchdog: interval } : {}),
			...(killSignal !== "TERM" && isStopSignal(killSignal) ? { stopSignal: killSignal } : {}),
			...omitUndefined({ pidFile }),
			...(runtimeDirectories.length ? { runtimeDirectories } : {}),
			...(ambientCapabilities.length ? { capabilities: ambientCapabilities } : {}),
			...(credentials.length ? { credentials } : {}),
			...(before.length ? { before } : {}),
			...(after.length ? { after } : {}),
			...(reload.length ? { reload } : {}),
			...(stop.length ? { stop } : {}),
		},
		inexpressible,
	};
}

/** Returns the settings without commands, for another program in place of the application. */
export function withoutCommands({ after: _, before: __, reload: ___, stop: ____, ...rest }: ServiceSettings): ServiceSettings {
	return rest;
}

/** The pid files that are removed before a start. */
export function pidFilesOf({ pidFile, pidFiles = [] }: ServiceSettings): readonly string[] {
	return pidFile === undefined ? pidFiles : [pidFile, ...pidFiles];
}

/** Omits empty settings. */
export function serviceOf({ service = {} }: { readonly service?: ServiceSettings }): { readonly service?: ServiceSettings } {
	return Object.keys(service).length ? { service } : {};
}

const bytes = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50, E: 2 ** 60 } as const;

/**
 * The limits by the end of systemd's name, with prlimit(1)'s option and what systemd multiplies a number with. LimitCORE= is
 * missing, because a core dump would start the host's handler.
 */
const limits: Readonly<Record<string, { readonly option: string; readonly units?: Readonly<Record<string, number>> }>> = {
	CPU: { option: "cpu", units: { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 } },
	FSIZE: { option: "fsize", units: bytes },
	DATA: { option: "data", units: bytes },
	STACK: { option: "stack", units: bytes },
	RSS: { option: "rss", units: bytes },
	NOFILE: { option: "nofile" },
	AS: { option: "as", units: bytes },
	NPROC: { option: "nproc" },
	MEMLOCK: { option: "memlock", units: bytes },
	LOCKS: { option: "locks" },
	SIGPENDING: { option: "sigpending" },
	MSGQUEUE: { option: "msgqueue", units: bytes },
	RTPRIO: { option: "rtprio" },
};

const limitOptions = Object.values(limits).map(({ option }) => option);
const storedLimit = new RegExp(`^--(${limitOptions.join("|")})=(\\d+|unlimited):(\\d+|unlimited)$`);

/** Returns prlimit(1)'s option for `LimitNOFILE` and `1024:4096`; undefined for a value that systemd refuses. */
function resourceLimit(name: string, value: string): string | undefined {
	const limit = limits[name.slice("Limit".length)];
	if (limit === undefined) return undefined;
	const [soft, hard = soft, ...more] = value.split(":").map((text) => limitValue(text.trim(), limit.units ?? {}));
	return soft === undefined || hard === undefined || more.length ? undefined : `--${limit.option}=${soft}:${hard}`;
}

function limitValue(text: string, units: Readonly<Record<string, number>>): string | undefined {
	if (text === "infinity") return "unlimited";
	const [, digits, unit = ""] = /^(\d{1,18}) ?([A-Za-z]*)$/.exec(text) ?? [];
	const factor = unit === "" ? 1 : units[unit];
	return digits === undefined || factor === undefined ? undefined : String(BigInt(digits) * BigInt(factor));
}

const timeUnits: Readonly<Record<string, number>> = { us: 1, ms: 1e3, "": 1e6, s: 1e6, sec: 1e6, m: 6e7, min: 6e7, h: 3.6e9 };

/** Returns a time span of systemd.time(7), such as `1min 30s`; undefined for `infinity` and unknown units. */
function microseconds(text: string): number | undefined {
	const parts = [...text.matchAll(/\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]*)/gy)];
	const all = parts.map(([, number, unit = ""]) => Number(number) * (timeUnits[unit] ?? Number.NaN));
	const sum = all.reduce((one, other) => one + other, 0);
	const isWhole = parts.map(([part]) => part).join("").length === text.trimEnd().length;
	return isWhole && Number.isFinite(sum) ? Math.round(sum) : undefined;
}

/** Where an application finds the socket for its notifications, in a file system of the launch's own. */
export const notifySocket = "/dev/notify" as Path;

/** $CREDENTIALS_DIRECTORY, likewise. */
export const credentialsDirectory = "/dev/credentials" as Path;

const only = v.exactOptional(v.literal(true));
const command = v.array(
	v.array(
		v.pipe(
			v.string(),
			v.check((word) => !word.includes("\0"), "NUL"),
		),
	),
);
const place = v.pipe(
	v.string(),
	v.regex(/^\/[^\0]*$/),
	v.check((path) => !path.split("/").includes(".."), "no plain path"),
);
const inRun = v.pipe(place, v.startsWith("/run/"));

/** Settings as they are stored. Launches insert them into scripts and units, and another machine may have written them. */
export const serviceSchema = v.looseObject({
	umask: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o777))),
	resourceLimits: v.exactOptional(v.array(v.pipe(v.string(), v.regex(storedLimit)))),
	oomScoreAdjust: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(-9999), v.maxValue(9999))),
	ignoresPipe: only,
	notifies: only,
	detaches: only,
	watchdog: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
	stopSignal: v.exactOptional(v.custom<StopSignal>((name) => typeof name === "string" && isStopSignal(name), "no signal")),
	pidFile: v.exactOptional(place),
	pidFiles: v.exactOptional(v.array(place)),
	runtimeDirectories: v.exactOptional(v.array(inRun)),
	before: v.exactOptional(command),
	after: v.exactOptional(command),
	reload: v.exactOptional(command),
	stop: v.exactOptional(command),
	capabilities: v.exactOptional(v.array(v.pipe(v.string(), v.regex(/^[a-z_]+$/)))),
	credentials: v.exactOptional(
		v.array(
			v.strictObject({
				name: v.pipe(v.string(), v.check(isCredentialName, "no name of a credential")),
				files: v.exactOptional(v.pipe(v.array(place), v.minLength(1))),
				content: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/))),
			}),
		),
	),
} satisfies Record<keyof ServiceSettings, v.GenericSchema>) satisfies v.GenericSchema<unknown, ServiceSettings>;

/** credential_name_valid() of systemd. */
export function isCredentialName(name: string): boolean {
	return /^[\x20-\x39\x3b-\x7e]{1,255}$/.test(name) && !name.includes("/") && name !== "." && name !== "..";
}
