/** One requirement. `missing`: something does not work without it; `weaker`: it works with less protection; `note`: worth knowing. */
export interface Requirement {
	readonly what: (typeof requirements)[number];
	readonly state: (typeof requirementStates)[number];
	/** Path or version. After `-`, missing features. */
	readonly found: string;
	/** It is installed, but does not run. */
	readonly notRunning?: true;
	/** The package that provides it, if any. */
	readonly package?: string;
}

export const requirementStates = ["ok", "weaker", "missing", "note"] as const;

export const requirements = [
	...(["root", "processor", "strace", "util-linux", "systemd", "getcap", "failure-watch"] as const),
	...(["overlay", "namespaces"] as const),
	...(["user-namespaces", "seccomp", "landlock", "yama", "selinux", "apparmor", "cgroup"] as const),
] as const;

export interface Doctor {
	examine(): Requirement[];
	/** The command that root must type to install these packages. Undefined for root, or without a known package manager. */
	commandForRoot(packages: readonly string[]): string | undefined;
	/** The commands that `install` runs, for a shell. Undefined without a known package manager. */
	installCommand(packages: readonly string[]): string | undefined;
	/** Throws `install-needs-root`, `no-package-manager` or `install-failed` (exit 3). */
	install(packages: readonly string[], onLine: (line: string) => void): Promise<void>;
}

/** The installed program in its fixed place. */
export interface ProgramPlace {
	/** Whether a package of the distribution has installed the program: the `running` one, or another copy. */
	package(): "none" | "running" | "other";
	/** `link`: a link to a program elsewhere, such as a clone. `foreign`: something else has the name. */
	state(): Promise<"none" | "ours" | "link" | "foreign">;
	/** The folder that the link points to. `clone`: with more than a release, and running. `foreign`: anything else. */
	folder(): Promise<"none" | "ours" | "clone" | "foreign">;
	/** The text of a file of the running program's release. */
	released(path: string): string;
	/** The text of the watch's unit that the program's package has installed. */
	packagedWatch(): string | undefined;
	/** Names of the man pages in dist/man/. */
	manuals(): readonly string[];
	/** Names of Cagewright's man pages in the system's folders, including those of other versions. */
	installedManuals(): readonly string[];
	/** Copies the running program there. An existing one is replaced with one rename. */
	install(): Promise<void>;
	/** False if nothing was installed. Removes only a folder of ours. */
	uninstall(): Promise<boolean>;
}
