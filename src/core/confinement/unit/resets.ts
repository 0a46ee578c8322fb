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

export const resets: readonly Reset[] = [
	{
		why: "Commands and files of the host around the start; the cage has its own.",
		lists: [
			...["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"],
			...["PIDFile", "OpenFile"],
		],
		values: { NotifyAccess: "none", WatchdogSec: "0", FileDescriptorStoreMax: "0", RemainAfterExit: "no" },
	},
	{
		why: "Accounts and privileges.",
		lists: [
			...["User", "Group", "SupplementaryGroups", "PAMName"],
			...["CapabilityBoundingSet", "AmbientCapabilities", "SecureBits"],
		],
		values: { DynamicUser: "no", PrivateUsers: "no", Delegate: "no" },
	},
	{
		why: "Environment, input and secrets; the application gets those of the trial.",
		lists: [
			...["Environment", "EnvironmentFile", "PassEnvironment", "UnsetEnvironment", "StandardInputText", "StandardInputData"],
			...["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted", "ImportCredential"],
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
			...["RootDirectory", "RootImage", "MountImages", "ExtensionImages", "ExtensionDirectories", "WorkingDirectory"],
			...["BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths"],
			...["ExecPaths", "NoExecPaths", "DeviceAllow", "MountFlags"],
		],
		values: { RootEphemeral: "no", ProtectHome: "no", PrivateTmp: "no" },
	},
	{
		why: "Network, kernel and system calls.",
		lists: [
			...["NetworkNamespacePath", "IPCNamespacePath", "RestrictAddressFamilies", "RestrictFileSystems", "Personality"],
			...["SystemCallFilter", "SystemCallLog", "SystemCallArchitectures"],
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

/** Allowed addresses win over denied ones (systemd.resource-control(5)), so the two lists belong together. */
const addressLists = ["IPAddressAllow", "IPAddressDeny"];

/** Settings about how the host runs the service; the unit's own values stay. */
export const hostSettings: ReadonlySet<string> = new Set([
	...["Restart", "RestartSec", "TimeoutStopSec", "UMask"],
	...["MemoryMax", "MemorySwapMax", "TasksMax", "LimitNOFILE"],
	...addressLists,
]);

/** Returns the settings that the service's unit does not control, by the names it sets. */
export function withoutHostSettings<T extends { readonly name: string }>(
	settings: readonly T[],
	configured: ReadonlySet<string>,
): T[] {
	const configuresAddresses = addressLists.some((name) => configured.has(name));
	return settings.filter(
		({ name }) => !(hostSettings.has(name) && (configured.has(name) || (configuresAddresses && addressLists.includes(name)))),
	);
}
