/** Output of `install` and `uninstall`. */
export const installEn = {
	would: (timer: boolean) => `Would write these files${timer ? " and start a daily timer" : ""}:`,
	installed: (timer: boolean, uninstall: string) =>
		`Installed${timer ? "; the timer runs once a day (systemctl list-timers cagewright-upkeep)" : ""}. To remove these files, but no cages: ${uninstall}`,
	wouldRemove: "Would remove these files and keep all cages and templates:",
	removed: "Removed these files and kept all cages and templates:",
	nothing: "Nothing was installed.",
	packaged: (path: string) =>
		`A package has already installed the program in ${path}, with man pages, completions, hook and timers. Nothing was changed. To update all cages once a day: systemctl enable --now cagewright-update.timer`,
	ofPackage: "`install` wrote nothing here. Use the package manager to remove the program.",
	left: (path: string) => `${path} was changed after the installation and was not removed.`,
};

export const doctorEn = {
	head: ["", "Requirement", "Found", "Needed for"],
	states: { ok: "[ok]", note: "[i]", weaker: "[!]", missing: "[--]" },
	notRunning: (found: string) => `${found}, not running`,
	fine: "This machine meets all requirements.",
	fix: (packages: readonly string[]) => `Missing: ${packages.join(", ")}. To install: cagewright doctor --fix`,
	installing: (command: string) => `Running: ${command}`,
	needs: {
		root: "ports below 1024, services, dedicated accounts",
		processor: "the cage's init process",
		strace: "tracing and trials",
		"util-linux": "namespaces, mounts and the launcher",
		systemd: "running cages as services (cagewright unit)",
		getcap: "finding file capabilities in a cage",
		"failure-watch": "cagewright trace NAME --for TIME",
		overlay: "sandboxes and trials that change nothing",
		namespaces: "sandboxes and confinement",
		"user-namespaces": "cages of ordinary users; root needs none",
		seccomp: "the system call filter",
		landlock: "a second layer against writes, ports, signals and sockets",
		yama: "tracing",
		selinux: "file labels in a cage",
		apparmor: "the distribution's profiles",
		cgroup: "memory and process limits",
	},
	advice: {
		root: "nothing to do for your own cages; for the rest, run cagewright with sudo.",
		processor: "use an x86_64 or arm64 machine.",
		strace: "install the package strace.",
		"util-linux": "programs or options are missing, possibly because BusyBox replaces them; install the package util-linux.",
		systemd:
			"units need a machine that booted with systemd. Before systemd 257, a unit starts a script with the same protection, and `unit --score` and portable services are missing.",
		getcap: "install the package libcap2-bin (elsewhere: libcap); until then file capabilities are not checked.",
		"failure-watch":
			"install the Debian package gcc-bpf and run `npm run build` again; until then only `trace NAME --for TIME` is missing.",
		overlay:
			"load the module overlay (modprobe overlay), or run cagewright on the host or in a container that may mount file systems; elsewhere, trace with --on-host, and applications with state cannot be tested.",
		namespaces:
			"run cagewright on the host or in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN; cages never start without namespaces.",
		"user-namespaces":
			"nothing to do for root; for ordinary users set kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 and user.max_user_namespaces above 0, if they exist (sysctl); if a container covers parts of /proc or /sys, run cagewright as root or on the host.",
		seccomp: "boot a kernel with CONFIG_SECCOMP_FILTER; cages never start without it.",
		landlock:
			"boot Linux 5.13 or later with landlock in the kernel parameter lsm=; without it each start prints a warning, and --require full refuses to start. Newer kernels also judge truncating (6.2), TCP ports (6.7), device commands (6.10), signals and abstract sockets (6.12), and record refusals for cagewright watch (6.15).",
		yama: "kernel.yama.ptrace_scope=3 forbids strace until the next boot; set it to 1 in /etc/sysctl.d and reboot.",
		selinux:
			"the cage's files have the state folder's label, so a caged service runs in systemd's domain instead of its own; if an application fails only in the cage, find the denial with `ausearch -m avc -ts recent`.",
		apparmor:
			"a profile for the program's path may also apply in the cage; if the application fails only there, find the denial with `journalctl -k --grep=apparmor`.",
		cgroup: "without the cgroup controllers memory and pids, limits apply to each process instead of the whole cage.",
	},
};
