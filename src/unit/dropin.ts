import { omitUndefined } from "../base/collections.ts";
import { masked } from "../base/mask.ts";
import { printable } from "../base/path/quote.ts";
import { Settings } from "../service/unit-file.ts";
import { parseUnitText } from "../service/unit-text.ts";
import type { UnitInput } from "./input.ts";
import { commentText, type Setting, sourceAssertions } from "./lines.ts";
import { serviceLines } from "./unit.ts";

/** The service that a drop-in moves into its cage. */
interface MovedService {
	/** Full name, e.g. `nginx.service`. */
	readonly name: string;
	/** Its unit file and other drop-ins, in the order in which they apply. */
	readonly texts: readonly string[];
}

interface DropinInput extends UnitInput {
	readonly service: MovedService;
}

/** A setting of a later drop-in that would move the service out of its cage. */
interface OverridingSetting {
	/** Index into the service's texts. */
	readonly text: number;
	readonly name: string;
}

/**
 * Returns a drop-in for the distribution's unit that moves the service into its cage. It resets every setting about programs,
 * files and privileges outside, whether or not the unit has it now, then repeats the settings of the cage's own unit. The unit
 * keeps its dependencies, restarts, timeouts and limits. Throws a Failure `unit-inexpressible` like `systemdUnit`.
 */
export function systemdDropin(input: DropinInput): string {
	const before = new Settings(input.service.texts);
	const stopSignal = /^(?:SIG)?([A-Z][A-Z0-9]*)$/.exec(before.last("Service", "KillSignal") ?? "")?.[1];
	const unit = serviceLines({ ...input, ...omitUndefined({ stopSignal }) });
	const configured = new Set(before.of("Service").map(({ name }) => name));
	const own = withoutHostSettings(unit.settings, configured);
	const limited = own.filter(({ name }) => name !== "Sockets" || !configured.has(name));
	return [
		`# Moves ${printable(input.service.name)} into the cage ${printable(input.name)}. "was:" is a replaced value of the unit, masked if it may be secret.`,
		...unitSection(sourceAssertions(input)),
		"[Service]",
		...resetSettings(input, before, new Set(limited.map(({ name }) => name))),
		"",
		"# The cage.",
		...limited.flatMap((setting, index) => [
			...commentText(setting.comments),
			...(isFirst(limited, index) && !resetLists.has(setting.name) ? previousValues(before, setting.name) : []),
			`${setting.name}=${setting.value}`,
		]),
		...commentText(unit.last),
		"",
	].join("\n");
}

function unitSection(lines: readonly string[]): string[] {
	return lines.length ? ["[Unit]", ...lines, ""] : [];
}

/** Returns the first setting of the drop-ins in `later`, which apply after ours, that contradicts it. */
export function overridingSetting(
	dropin: string,
	{ texts }: MovedService,
	later: readonly number[],
): OverridingSetting | undefined {
	const ours = new Set(parseUnitText(dropin).assignments.map(({ name }) => name));
	for (const text of later) {
		const found = parseUnitText(texts[text] ?? "").assignments.find(
			({ name, section }) => section === "Service" && ours.has(name) && !isHostSetting(name),
		);
		if (found) return { text, name: found.name };
	}
	return undefined;
}

function resetSettings({ launch, systemdVersion }: UnitInput, before: Settings, set: ReadonlySet<string>): string[] {
	return [...resets, ...(launch ? [launcherReset] : [])].flatMap(({ lists, values, why }) => {
		const empty = lists.map((name): [string, string] => [name, ""]);
		const neutral = Object.entries(values).filter(([name]) => !set.has(name));
		const lines = [...empty, ...neutral].filter(([name]) => systemdVersion >= (since[name] ?? 0));
		return ["", `# ${why}`, ...lines.flatMap(([name, value]) => [...previousValues(before, name), `${name}=${value}`])];
	});
}

/** The first version of systemd with a setting (systemd.exec(5)). Every supported system has the others. */
const since: Readonly<Record<string, number>> = {
	LoadCredentialEncrypted: 250,
	RestrictFileSystems: 250,
	SetCredentialEncrypted: 250,
	ExtensionDirectories: 251,
	OpenFile: 253,
	ImportCredential: 254,
	RootEphemeral: 254,
};

/** Returns the distribution's values of a setting as comments. A file of the unit that only root reads may contain secrets. */
function previousValues(before: Settings, name: string): string[] {
	const shown = (value: string) => (secretSettings.has(name) && value !== "" ? masked : value);
	return commentText(before.list("Service", name).map(({ value }) => printable(`was: ${name}=${shown(value)}`)));
}

const secretSettings: ReadonlySet<string> = new Set([
	"Environment",
	"StandardInputText",
	"StandardInputData",
	"SetCredential",
	"SetCredentialEncrypted",
]);

function isFirst(settings: readonly Setting[], index: number): boolean {
	return settings.findIndex(({ name }) => name === settings[index]?.name) === index;
}

/**
 * Settings that a drop-in resets: an empty assignment clears a list, and the last value of a single setting wins
 * (systemd.unit(5)). All are reset, because an upgrade of the service's package may add some.
 */
interface Reset {
	readonly why: string;
	/** Settings that accumulate, or that are unset when empty. */
	readonly lists: readonly string[];
	/** Single settings with a value that has no effect. */
	readonly values: Readonly<Record<string, string>>;
}

const resets: readonly Reset[] = [
	{
		why: "Commands and files of the host around the start; the cage has its own.",
		lists: [
			"ExecCondition",
			"ExecStartPre",
			"ExecStart",
			"ExecStartPost",
			"ExecReload",
			"ExecStop",
			"ExecStopPost",
			"PIDFile",
			"OpenFile",
		],
		values: { NotifyAccess: "none", WatchdogSec: "0", FileDescriptorStoreMax: "0", RemainAfterExit: "no" },
	},
	{
		why: "Accounts and privileges.",
		lists: ["User", "Group", "SupplementaryGroups", "PAMName", "CapabilityBoundingSet", "AmbientCapabilities", "SecureBits"],
		values: { DynamicUser: "no", PrivateUsers: "no", Delegate: "no" },
	},
	{
		why: "Environment, input and secrets; the application gets those of the trial.",
		lists: [
			"Environment",
			"EnvironmentFile",
			"PassEnvironment",
			"UnsetEnvironment",
			"StandardInputText",
			"StandardInputData",
			"LoadCredential",
			"LoadCredentialEncrypted",
			"SetCredential",
			"SetCredentialEncrypted",
			"ImportCredential",
		],
		values: {},
	},
	{
		why: "Host directories that systemd would create; in the cage they are part of its data.",
		lists: ["RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory"],
		values: {},
	},
	{
		why: "The view of the file system.",
		lists: [
			"RootDirectory",
			"RootImage",
			"MountImages",
			"ExtensionImages",
			"ExtensionDirectories",
			"WorkingDirectory",
			"BindPaths",
			"BindReadOnlyPaths",
			"TemporaryFileSystem",
			"ReadWritePaths",
			"ReadOnlyPaths",
			"InaccessiblePaths",
			"ExecPaths",
			"NoExecPaths",
			"DeviceAllow",
			"MountFlags",
		],
		values: { RootEphemeral: "no", ProtectHome: "no", PrivateTmp: "no" },
	},
	{
		why: "Network, kernel and system calls.",
		lists: [
			"NetworkNamespacePath",
			"IPCNamespacePath",
			"RestrictAddressFamilies",
			"RestrictFileSystems",
			"Personality",
			"SystemCallFilter",
			"SystemCallLog",
			"SystemCallArchitectures",
		],
		values: {
			PrivateNetwork: "no",
			MemoryDenyWriteExecute: "no",
			ProtectClock: "no",
			ProtectKernelLogs: "no",
			RestrictRealtime: "no",
		},
	},
	{
		why: "Exit statuses that count as failures.",
		lists: ["SuccessExitStatus", "RestartPreventExitStatus", "RestartForceExitStatus"],
		values: { GuessMainPID: "yes", SendSIGKILL: "yes", SendSIGHUP: "no" },
	},
];

/** Settings that the launcher's steps could not run with, or that would hide the state folder from them. */
const launcherReset: Reset = {
	why: "What the script needs to create the cage; it confines the application itself.",
	lists: [],
	values: {
		NoNewPrivileges: "no",
		RestrictNamespaces: "no",
		RestrictSUIDSGID: "no",
		LockPersonality: "no",
		PrivateMounts: "no",
		ProtectSystem: "no",
		ProtectKernelTunables: "no",
		ProtectKernelModules: "no",
		ProtectControlGroups: "no",
		ProtectHostname: "no",
		ProtectProc: "default",
		ProcSubset: "all",
		PrivateIPC: "no",
		PrivateDevices: "no",
		DevicePolicy: "auto",
	},
};

const resetLists: ReadonlySet<string> = new Set(resets.flatMap(({ lists }) => lists));

/** Allowed addresses win over denied ones (systemd.resource-control(5)), so the two lists belong together. */
const addressLists = ["IPAddressAllow", "IPAddressDeny"];

/** Settings about how the host runs the service; the unit's own values stay. */
const hostSettings: ReadonlySet<string> = new Set([
	"Restart",
	"RestartSec",
	"TimeoutStopSec",
	"UMask",
	"OOMScoreAdjust",
	"IgnoreSIGPIPE",
	"MemoryMax",
	"MemorySwapMax",
	"TasksMax",
	...addressLists,
]);

/** LimitCORE= keeps a crash from starting the host's core handler. */
const isHostSetting = (name: string) => hostSettings.has(name) || /^Limit(?!CORE$)/.test(name);

/** Returns the settings that the service's unit does not control, by the names it sets. */
function withoutHostSettings<T extends { readonly name: string }>(settings: readonly T[], configured: ReadonlySet<string>): T[] {
	const configuresAddresses = addressLists.some((name) => configured.has(name));
	return settings.filter(
		({ name }) => !(isHostSetting(name) && (configured.has(name) || (configuresAddresses && addressLists.includes(name)))),
	);
}
