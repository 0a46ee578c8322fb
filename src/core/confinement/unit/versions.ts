/** First systemd version with a setting (systemd.exec(5), systemd.service(5)); other settings are older than 239. */
const since: Readonly<Record<string, number>> = {
	RestrictSUIDSGID: 242,
	ProtectHostname: 242,
	ExecCondition: 243,
	ProtectKernelLogs: 244,
	ProtectClock: 245,
	LoadCredential: 247,
	SetCredential: 247,
	MountImages: 247,
	ProtectProc: 247,
	ProcSubset: 247,
	SystemCallLog: 247,
	ExecPaths: 248,
	ExtensionImages: 248,
	IPCNamespacePath: 248,
	NoExecPaths: 248,
	PrivateIPC: 248,
	LoadCredentialEncrypted: 250,
	RestrictFileSystems: 250,
	SetCredentialEncrypted: 250,
	ExtensionDirectories: 251,
	OpenFile: 253,
	ImportCredential: 254,
	RootEphemeral: 254,
	PrivatePIDs: 257,
};

export function knows(version: number, setting: string): boolean {
	return version >= (since[setting] ?? 0);
}

/** Without PrivatePIDs=, systemd cannot create every namespace of a cage, so the service starts the launcher's own steps. */
export function startsLauncher(version: number): boolean {
	return !knows(version, "PrivatePIDs");
}
