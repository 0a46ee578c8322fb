import { join, pathFromText } from "../base/path/path.ts";

/** Exit status of each program and script of a launch that cannot do its part, and of `run` then. */
export const launchFailed = 125;

/** Path of the launcher's own files in the cage. */
export const launchDirectory = pathFromText("/.launch");

/** At most 15 characters, like a process name (proc_pid_comm(5)). */
export const initName = "cagewright-init";

export const environmentName = "cagewright-env";

export const initInside = join(launchDirectory, initName);

/** The program of the escape techniques, which only self-tests have. The kernel records it, and an application cannot create it. */
export const attemptsProgram = join(launchDirectory, pathFromText("cagewright-selftest"));

/** An empty directory next to a unit's programs. */
export const emptyName = pathFromText("empty");

/** The init that leaves descriptors open. The kernel truncates process names to 15 bytes, so it has the same one. */
export const openInitName = `${initName}-open`;

/** The socket of syslog(3) (`_PATH_LOG` of the C library). */
export const syslogName = pathFromText("/dev/log");

/** The sockets of systemd-journald(8) and the target of /dev/log with PrivateDevices=. */
export const journalDirectory = pathFromText("/run/systemd/journal");

/**
 * Files of /proc that stay covered even with permission for the machine's files: memory contents and layout, keys, kernel log,
 * wait channels of other processes, and a switch. Some are only readable by root, which an application may start as.
 */
export const coveredKernelFiles = [
	...(["kallsyms", "kcore", "keys", "key-users", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats"] as const),
	...(["sched_debug", "sysrq-trigger", "timer_list", "timer_stats", "vmallocinfo", "vmcore"] as const),
];

/** Directories that stay covered in /sys: firmware data may contain keys, and the others reveal all processes. */
export const coveredSysDirectories = [
	"/sys/firmware",
	"/sys/fs/bpf",
	"/sys/fs/pstore",
	"/sys/kernel/debug",
	"/sys/kernel/security",
	"/sys/kernel/tracing",
].map(pathFromText);

/** Directories that are empty at every launch. */
export const temporaryDirectories = [pathFromText("/tmp"), pathFromText("/var/tmp")] as const;

/**
 * tmpfs(5) options for these and /dev/shm. Without a size each may take half of the memory; three of these leave 40 %.
 * Systemd's 10 % was too little for databases that sort in /tmp and share memory in /dev/shm. An inode takes about a kilobyte
 * of kernel memory, which the size does not count.
 */
export const temporaryLimits = "size=20%,nr_inodes=128k";
