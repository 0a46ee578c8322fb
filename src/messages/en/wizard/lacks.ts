export const lacksEn = {
	title: "This machine lacks something for the work ahead:",
	package: "package {package}",
	noPackage: "no package brings it",
	things: {
		root: "root: start cagewright with sudo",
		"user-namespaces":
			"user namespaces for ordinary users: switch them on (cagewright doctor names the setting), or start cagewright with sudo",
		strace: "strace, which watches the application",
		"util-linux": "util-linux, which makes namespaces and mounts",
		namespaces: "namespaces of the kernel",
		overlay: "overlayfs, so that a sandbox leaves nothing behind",
		yama: "strace is forbidden (kernel.yama.ptrace_scope=3): set it to 1 in /etc/sysctl.d and reboot",
		seccomp: "seccomp of the kernel",
		processor: "a supported processor (amd64)",
	} as Record<string, string>,
	offer: "Press Enter to install what packages bring, with the package manager of this system.",
	asRoot: "Only root can install packages. Run `{command}` as root, then press Enter to look again.",
	again: "No package brings this. Set it right, then press Enter to look again.",
	installing: "Installing…",
};
