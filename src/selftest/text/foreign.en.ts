import type { Widen } from "../../messages/widen.ts";
import type { Part, UntriedReason } from "../foreign.ts";
import type { CheckId } from "../outside.ts";

/** The self-test inside sandboxes that Cagewright did not create. */
export const foreignSelftestEn = {
	title: "Self-test inside other sandboxes, compared with a cage",
	kinds: { container: "container", pid: "process", unit: "unit" },
	target: (kind: string, name: string, pid: number, program: string) => `${kind} ${name} (PID ${pid}, ${program})`,
	layersTitle: "Protection of a cage",
	waysTitle: "Escape techniques",
	/** Only the layers whose name for cages does not fit. */
	layers: {
		inside: "its root directory is not the host's",
		root: "its root directory is the root of the mount namespace",
		capabilities: "no capability",
		ro: "root and /dev are read-only",
		nodev: "nodev on every mount outside /dev",
	} satisfies Partial<Record<CheckId, string>>,
	/** Techniques whose name for cages does not fit. */
	ways: {
		"run-written": "run a program that it wrote",
		"map-written": "map a library that it wrote",
		"write-cage": "write to its programs and configuration",
		"init-memory": "memory of PID 1",
	},
	landlock: "Landlock",
	refusedByAll: (count: number) => `refused everywhere: ${count} techniques`,
	legend: {
		ok: "kept: the layer is in force, the technique was refused",
		"!!": "LOST: the layer is missing, the technique ESCAPED",
		"--": "permitted by a capability or the network that the sandbox has",
		"??": "unknown: not visible, not taken over, or not tried",
	},
	capabilities: (names: string) => `capabilities: ${names}`,
	missing: (layer: string, found: string) => `${layer}: ${found}`,
	filters: (count: number) => `system call filters: ${count}`,
	label: (label: string) => `label: ${label}`,
	taken:
		"The techniques ran in a process with the namespaces, root, working directory, account, capabilities, cgroups and system call filters of the tested process. It brought its own program and used a private copy of the mounts, so the sandbox is unchanged.",
	notTakenLandlock:
		"Not taken over: Landlock and the ban on memory that is writable and executable (PR_SET_MDWE), which the kernel shows to nobody; open files and the terminal.",
	stricter: "Added: no new privileges, without which the filter cannot be loaded.",
	notTaken: (parts: string) =>
		`Not taken over: ${parts}. A technique that succeeded counts as unknown if that part could have stopped it.`,
	parts: {
		namespaces: "namespaces",
		root: "root directory",
		directory: "working directory",
		account: "account",
		groups: "supplementary groups",
		capabilities: "capabilities",
		seccomp: "system call filters",
		cgroup: "cgroups",
		label: "AppArmor or SELinux label",
	} satisfies Record<Part, string>,
	unclear: (ways: string) => `Unknown whether refused: ${ways}.`,
	untriedTitle: "Not tried:",
	untried: {
		landlock: "only Landlock stops it",
		start: "depends on the process's starter",
		writes: "would change files of the sandbox",
		module: "would load a kernel module",
		cage: "concerns a part that only cages have",
		"own-init": "PID 1 belongs to the sandbox",
	} satisfies Record<UntriedReason, string>,
	untriedLine: (why: string, ways: string) => `${why}: ${ways}`,
	control: (escaped: number) => `The control run without any sandbox escaped with ${escaped} techniques, so the test works.`,
	holds: (refused: number, open: number) => `No escape: ${refused} techniques refused, ${open} permitted.`,
	leaks: (escaped: number, refused: number) => `NOT AS SAFE AS A CAGE: ${escaped} techniques escaped, ${refused} were refused.`,
	failures: {
		"foreign-needs-root": "Only root can test another sandbox. Run this command as root.",
		"foreign-no-engine": "Cannot find container '{name}': neither podman nor docker is installed. Test its process with --pid.",
		"foreign-no-container":
			"No running container '{name}'. List the names with `podman ps`; test a container of another account with --pid.",
		"foreign-no-process": "No process '{pid}' that can be tested. Pass the PID of a running program; kernel threads have none.",
		"foreign-no-systemd": "Cannot find unit '{name}': systemd does not run here. Test its process with --pid.",
		"foreign-unit-stopped": "Unit '{name}' has no running process. Start it, then test again.",
		"foreign-not-entered":
			"The self-test could not enter the sandbox or did not finish there, so it proves nothing about it ({detail}).",
		"foreign-or-cage": "Name a cage or other sandboxes, not both.",
		"selftest-target":
			"Name one cage, or pass --container ID, --pid PID or --unit NAME for other sandboxes, or only --program FILE.",
	},
	help: {
		about: "Try to escape from a cage or another sandbox, and audit it",
		details:
			"`selftest` runs the known escape techniques inside the cage, and again without any layer as a control. It exits 1 if a technique escapes from the cage, and 70 if the control run cannot escape either. `--container`, `--pid` and `--unit` run them inside sandboxes of other programs and compare these with a cage, in one table for several. They need root, and change nothing in the sandbox. Append `.service` to select a unit if a cage has the same name. `--program` writes the techniques as a static program.",
		network: "Network of the test (default: the cage's)",
		alarm: "Also measure which techniques raise an alarm, for the record",
		unit: "Test the unit that `cagewright unit` prints, under the running systemd, or the running unit NAME if no cage has this name",
		container: "Test inside a running container of podman or Docker",
		pid: "Test inside the sandbox of a running process, such as a chroot jail",
		program: "Write the program that tries the techniques to a new FILE, to run it in any sandbox",
	},
};

export type ForeignSelftestMessages = Widen<typeof foreignSelftestEn>;
