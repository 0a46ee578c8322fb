import { append, omitUndefined } from "../base/collections.ts";
import { withoutTrailing } from "../base/text.ts";
import { unitCredentials } from "./credentials.ts";
import type { ServiceCredential } from "./service-settings.ts";
import { stopSignalOf } from "./signals.ts";
import { parseExec, type UnitCommand } from "./unit-exec.ts";
import {
	type Assignment,
	expandSpecifiers,
	type MachineSpecifiers,
	parseUnitName,
	parseUnitText,
	splitWords,
	type UnitName,
} from "./unit-text.ts";

type ServiceType = "simple" | "exec" | "forking" | "oneshot" | "dbus" | "notify" | "notify-reload" | "idle";

/** A service from its unit file and drop-ins, with specifiers expanded. */
export interface ServiceUnit {
	readonly name: UnitName;
	readonly description: string;
	readonly type: ServiceType;
	readonly execStartPre: readonly UnitCommand[];
	readonly execStart: readonly UnitCommand[];
	readonly execStartPost: readonly UnitCommand[];
	readonly execReload: readonly UnitCommand[];
	readonly execStop: readonly UnitCommand[];
	/** Verbatim; only `notify-reload` services use it. */
	readonly reloadSignal?: string;
	readonly user?: string;
	readonly group?: string;
	readonly supplementaryGroups: readonly string[];
	readonly dynamicUser: boolean;
	/** SetLoginEnvironment=, or true if PAMName= is set; undefined if the unit has neither. */
	readonly setLoginEnvironment?: boolean;
	/** `~` is the account's home. */
	readonly workingDirectory?: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly environmentFiles: readonly EnvironmentFileRef[];
	readonly unsetEnvironment: readonly string[];
	/** Variables from the service manager's own environment. */
	readonly passEnvironment: readonly string[];
	/** `UMask=0007`, `LimitNOFILE=65536`, `OOMScoreAdjust=-900`. */
	readonly processSettings: readonly string[];
	/** Directories that systemd creates before the service starts. */
	readonly directories: readonly ServiceDirectory[];
	/** systemd removes the runtime directories at a stop: RuntimeDirectoryPreserve= is `no` or `restart`. */
	readonly removesRuntime: boolean;
	readonly ignoresPipe: boolean;
	/** That of ExecStop= or KillSignal=, without `SIG`. */
	readonly killSignal?: string;
	/** WatchdogSec=, verbatim. */
	readonly watchdog?: string;
	/** PIDFile=, absolute. */
	readonly pidFile?: string;
	readonly ambientCapabilities: readonly string[];
	/** Sockets=, and the socket units in Requires=. */
	readonly sockets: readonly string[];
	readonly requiredSockets: readonly string[];
	/** Units with which it is stopped, restarted or reloaded: PartOf=, ReloadPropagatedFrom=. */
	readonly partOf: readonly string[];
	readonly rootDirectory?: string;
	readonly credentials: readonly ServiceCredential[];
	/** Names of credentials that only systemd can pass. */
	readonly otherCredentials: readonly string[];
	/** The service belongs to early boot or must not be started manually. */
	readonly defaultDependencies: boolean;
	readonly refuseManualStart: boolean;
	readonly onTerminal: boolean;
	/** StandardInput=socket: the socket is also the standard input. */
	readonly readsSocket: boolean;
	/** NonBlocking= for passed sockets. */
	readonly nonBlocking: boolean;
	/** Number of assignments and lines that systemd ignores with a warning. */
	readonly skipped: number;
}

interface EnvironmentFileRef {
	/** Path or glob. */
	readonly path: string;
	readonly optional: boolean;
}

interface ServiceDirectory {
	readonly path: string;
	readonly kind: "runtime" | "state" | "cache" | "logs" | "configuration";
	/** The variable in which systemd passes it. */
	readonly variable: string;
	readonly mode: number;
}

const types: ReadonlySet<string> = new Set(["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"]);

const directoryKinds = {
	RuntimeDirectory: { kind: "runtime", base: "/run", variable: "RUNTIME_DIRECTORY" },
	StateDirectory: { kind: "state", base: "/var/lib", variable: "STATE_DIRECTORY" },
	CacheDirectory: { kind: "cache", base: "/var/cache", variable: "CACHE_DIRECTORY" },
	LogsDirectory: { kind: "logs", base: "/var/log", variable: "LOGS_DIRECTORY" },
	ConfigurationDirectory: { kind: "configuration", base: "/etc", variable: "CONFIGURATION_DIRECTORY" },
} as const;

/**
 * Parses a service's unit file and drop-ins in the order in which systemd applies them (systemd.unit(5)): the last value of a
 * single setting wins, lists accumulate, and an empty assignment resets them. Never throws.
 */
export function parseServiceUnit(fullName: string, texts: readonly string[], machine: MachineSpecifiers = {}): ServiceUnit {
	const name = parseUnitName(fullName);
	const settings = new Settings(texts);
	let { skipped } = settings;
	const expand = (value: string) => expandSpecifiers(value, name, machine);
	const words = (section: string, key: string): string[] =>
		settings.list(section, key).flatMap((each) => {
			const split = splitWords(each.value);
			if (split === undefined) skipped++;
			return (split ?? []).map(expand);
		});
	const commands = (key: string): UnitCommand[] =>
		settings.list("Service", key).flatMap((each) => {
			const parsed = parseExec(each.value);
			if (parsed === undefined) skipped++;
			return (parsed ?? []).map((command) => ({ ...command, words: command.words.map(expand) }));
		});
	const last = (section: string, key: string): string | undefined => {
		const value = settings.last(section, key);
		return value === undefined ? undefined : expand(value);
	};
	const login =
		boolean(settings.last("Service", "SetLoginEnvironment")) ?? (settings.last("Service", "PAMName") ? true : undefined);
	const yes = (section: string, key: string, otherwise: boolean) => boolean(settings.last(section, key)) ?? otherwise;

	const environment: Record<string, string> = {};
	for (const word of words("Service", "Environment")) {
		const equals = word.indexOf("=");
		if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(word.slice(0, Math.max(0, equals))))
			define(environment, word.slice(0, equals), word.slice(equals + 1));
	}
	const execStart = commands("ExecStart");
	const type = last("Service", "Type");
	const user = last("Service", "User");
	const group = last("Service", "Group");
	const workingDirectory = last("Service", "WorkingDirectory")?.replace(/^-/, "");
	const reloadSignal = last("Service", "ReloadSignal");
	const execStop = commands("ExecStop");
	const killSignal = stopSignalOf(execStop) ?? last("Service", "KillSignal")?.replace(/^SIG/, "");
	const pidFile = last("Service", "PIDFile");
	const watchdog = last("Service", "WatchdogSec");
	const rootDirectory = last("Service", "RootDirectory") ?? last("Service", "RootImage");
	return {
		name,
		description: last("Unit", "Description") ?? "",
		// systemd.service(5): simple with ExecStart=, dbus with BusName=, else oneshot.
		type: isServiceType(type) ? type : settings.last("Service", "BusName") ? "dbus" : execStart.length > 0 ? "simple" : "oneshot",
		execStartPre: commands("ExecStartPre"),
		execStart,
		execStartPost: commands("ExecStartPost"),
		execReload: commands("ExecReload"),
		execStop,
		...omitUndefined({ user, group }),
		supplementaryGroups: words("Service", "SupplementaryGroups"),
		dynamicUser: yes("Service", "DynamicUser", false),
		...omitUndefined({ setLoginEnvironment: login }),
		...(workingDirectory === undefined || workingDirectory === "" ? {} : { workingDirectory }),
		environment,
		environmentFiles: settings.list("Service", "EnvironmentFile").map(({ value }) => {
			const optional = value.startsWith("-");
			return { path: expand(optional ? value.slice(1) : value), optional };
		}),
		unsetEnvironment: words("Service", "UnsetEnvironment"),
		passEnvironment: words("Service", "PassEnvironment"),
		processSettings: settings
			.named("Service", /^(UMask|OOMScoreAdjust|Limit[A-Z]+)$/)
			.map(({ name: setting, value }) => `${setting}=${expand(value)}`),
		directories: Object.entries(directoryKinds).flatMap(([key, { kind, base, variable }]) =>
			words("Service", key).flatMap((word) => {
				// `name:link` also creates a link (systemd.exec(5)). systemd refuses a name outside the base directory.
				const directory = withoutTrailing(word.split(":", 1)[0] ?? "", "/");
				const bad = directory === "" || directory.startsWith("/") || directory.split("/").includes("..");
				const mode = settings.last("Service", `${key}Mode`) ?? "";
				const bits = /^[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) & 0o1777 : 0o755;
				return bad ? [] : [{ path: `${base}/${directory}`, kind, variable, mode: bits }];
			}),
		),
		...(killSignal ? { killSignal } : {}),
		...(watchdog && watchdog !== "0" ? { watchdog } : {}),
		ignoresPipe: yes("Service", "IgnoreSIGPIPE", true),
		removesRuntime: !yes("Service", "RuntimeDirectoryPreserve", false),
		// systemd.service(5): a relative path is below /run. systemd ignores one that is not normalised.
		...(pidFile && !pidFile.split("/").includes("..") ? { pidFile: pidFile.startsWith("/") ? pidFile : `/run/${pidFile}` } : {}),
		ambientCapabilities: capabilities(settings.list("Service", "AmbientCapabilities").map(({ value }) => value)),
		...omitUndefined({ reloadSignal }),
		sockets: words("Service", "Sockets"),
		requiredSockets: words("Unit", "Requires").filter((unit) => unit.endsWith(".socket")),
		partOf: words("Unit", "PartOf").concat(words("Unit", "ReloadPropagatedFrom")),
		...omitUndefined({ rootDirectory }),
		...unitCredentials((key) => settings.list("Service", key).map(({ value }) => value), expand),
		defaultDependencies: yes("Unit", "DefaultDependencies", true),
		refuseManualStart: yes("Unit", "RefuseManualStart", false),
		onTerminal: /^tty/.test(settings.last("Service", "StandardInput") ?? ""),
		nonBlocking: yes("Service", "NonBlocking", false),
		readsSocket: settings.last("Service", "StandardInput") === "socket",
		skipped,
	};
}

/** Sets a variable, even one with the name of an Object.prototype property. */
export function define(record: Record<string, string>, name: string, value: string): void {
	Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

function isServiceType(type: string | undefined): type is ServiceType {
	return type !== undefined && types.has(type);
}

/** parse_boolean() of systemd. */
function boolean(value: string | undefined): boolean | undefined {
	if (value === undefined) return undefined;
	if (/^(1|yes|y|true|t|on)$/i.test(value)) return true;
	return /^(0|no|n|false|f|off)$/i.test(value) ? false : undefined;
}

/** Returns capability names as setpriv writes them; `~` removes earlier ones (systemd.exec(5)). */
function capabilities(values: readonly string[]): string[] {
	const set = new Set<string>();
	for (const value of values) {
		const invert = value.startsWith("~");
		for (const word of (invert ? value.slice(1) : value).split(/\s+/)) {
			const capability = word.toLowerCase().replace(/^cap_/, "");
			if (!/^[a-z_]+$/.test(capability)) continue;
			if (invert) set.delete(capability);
			else set.add(capability);
		}
	}
	return [...set];
}

/** Settings of all texts: the last value of a single setting wins, lists accumulate (systemd.unit(5)). */
export class Settings {
	readonly #values = new Map<string, Assignment[]>();
	/** Number of lines that systemd ignores with a warning. */
	readonly skipped: number;

	constructor(texts: readonly string[]) {
		const parsed = texts.map(parseUnitText);
		for (const assignment of parsed.flatMap(({ assignments }) => assignments)) {
			const key = `${assignment.section}.${assignment.name}`;
			// "If the empty string is assigned, the list is reset."
			if (assignment.value === "") this.#values.set(key, []);
			else append(this.#values, key, assignment);
		}
		this.skipped = parsed.reduce((sum, { skipped }) => sum + skipped, 0);
	}

	list(section: string, name: string): readonly Assignment[] {
		return this.#values.get(`${section}.${name}`) ?? [];
	}

	/** Returns the last assignment of each setting with a matching name. */
	named(section: string, pattern: RegExp): readonly Assignment[] {
		return [...this.#values.values()].flatMap((values) =>
			values.filter((each) => each.section === section && pattern.test(each.name)).slice(-1),
		);
	}

	/** Returns all effective assignments of a section, unordered. */
	of(section: string): readonly Assignment[] {
		return [...this.#values.values()].flat().filter((each) => each.section === section);
	}

	last(section: string, name: string): string | undefined {
		return this.list(section, name).at(-1)?.value;
	}
}
