import type { Technique } from "../technique.ts";

/** Calls that the kernel allows everyone, except for changing its own settings. */
const setsClock = new Set(["set-clock", "adjust-clock"]);
const unprivileged = new Set(["io-uring", "userfaultfd", "memory-secret", "local-descriptors", "personality"]);

/** Techniques against the kernel and the machine itself. */
export const kernel: readonly Technique[] = [
	...(
		[
			// BPF_MAP_CREATE for an array, which disappears with the process.
			["bpf", "bpf", "0, pack('L5 x100', 2, 4, 4, 1, 0), 120", ""],
			["io-uring", "io_uring_setup", "1, pack('x120')", ""],
			// A software clock of this process: struct perf_event_attr.
			["perf", "perf_event_open", "pack('L L Q x112', 1, 128, 0), 0, -1, -1, 0", ""],
			["userfaultfd", "userfaultfd", "1", ""],
			["fanotify", "fanotify_init", "0, 0", ""],
			["memory-secret", "memfd_secret", "0", ""],
			["local-descriptors", "modify_ldt", "0, pack('x16'), 16", ""],
			// ADDR_NO_RANDOMIZE
			["personality", "personality", "0x40000", ""],
			["module-load", "init_module", "0, 0, ''", "8, 14, 22"],
			["module-load-file", "finit_module", "-1, '', 0", "9"],
			["module-unload", "delete_module", "'no such module', 2048", "2"],
			// More segments than any kernel accepts.
			["kexec", "kexec_load", "0, 1000, 0, 0", "22"],
			["kexec-file", "kexec_file_load", "-1, -1, 0, '', 0x8000", "22"],
			["reboot", "reboot", "0, 0, 0, 0", "22"],
			["swap-on", "swapon", "'/no such file', 0", "2"],
			["swap-off", "swapoff", "'/no such file'", "2"],
			["accounting", "acct", "'/no such file'", "2"],
			["set-clock", "settimeofday", "0, 0", ""],
			// ADJ_TICK with a tick of length 0.
			["adjust-clock", "clock_adjtime", "0, pack('L x4 q x192', 0x4000, 0)", "22"],
			["host-name", "sethostname", "'', 1000", "22"],
			["domain-name", "setdomainname", "'', 1000", "22"],
			// SYSLOG_ACTION_SIZE_BUFFER
			["kernel-log", "syslog", "10, 0, 0", ""],
			["io-ports", "iopl", "3", ""],
			["io-port", "ioperm", "0x80, 1, 1", ""],
			["quota", "quotactl", "0x80000000, '/no such file', 0, 0", "2, 15, 19, 22, 38"],
		] as const
	).map(
		([id, call, words, errors]): Technique => ({
			id,
			stoppedBy: unprivileged.has(id) ? ["seccomp"] : ["capabilities", "seccomp"],
			...(setsClock.has(id) ? { opens: ["capability sys_time"] as const } : {}),
			attempt: `return answered(sys('${call}', ${words})${errors ? `, ${errors}` : ""});`,
		}),
	),
	{
		// getpid of the x32 table. The filter kills the process; a kernel without x32 returns ENOSYS.
		id: "foreign-calls",
		stoppedBy: ["seccomp"],
		attempt: String.raw`die "none\n" unless $of{architecture} eq 'x64'; return done(syscall 0x40000000 | 39);`,
	},
	{
		// Landlock allows 16 nested rule sets (landlock(7)): if all 16 succeed, ours was missing.
		id: "without-landlock",
		stoppedBy: ["landlock"],
		opens: ["weak landlock"],
		attempt: String.raw`
			sys('prctl', 38, 1, 0, 0, 0);
			my $rules = sys('landlock_create_ruleset', pack('Q', 1), 8, 0);
			done($rules) or die "none\n";
			for (1 .. 16) { return 0 unless done(sys('landlock_restrict_self', 0 + $rules, 0)) }
			return 1;`,
	},
	{
		id: "writable-code",
		stoppedBy: ["seccomp"],
		opens: ["writable-code"],
		attempt: `return done(sys('mmap', 0, 4096, 7, 0x22, -1, 0));`,
	},
	{
		// Memory shared with a child, which makes its own mapping writable.
		id: "code-without-file",
		stoppedBy: ["seccomp"],
		opens: ["writable-code"],
		attempt: `return done(sys('mmap', 0, 4096, 5, 0x21, -1, 0));`,
	},
];

/** Memory, queues and keys that processes of an account share. The bystander outside created one of each. */
export const memory: readonly Technique[] = [
	{
		id: "shared-memory",
		stoppedBy: ["ipc"],
		attempt: `
			my $read = '';
			shmread 0 + $of{memory}, $read, 0, length $of{token} or return 0;
			return $read eq $of{token};`,
	},
	{
		id: "message-queue",
		stoppedBy: ["ipc"],
		attempt: `my $status = ''; return msgctl 0 + $of{messages}, 2, $status;`,
	},
	{
		id: "semaphore",
		stoppedBy: ["ipc"],
		attempt: `my $status = ''; return semctl 0 + $of{semaphores}, 0, 2, $status;`,
	},
	{
		id: "posix-queue",
		stoppedBy: ["ipc"],
		attempt: String.raw`die "none\n" unless $of{queue}; return done(sys('mq_open', $of{queue}, 0, 0, 0));`,
	},
	{
		// KEYCTL_SEARCH in the user's keyring.
		id: "key-of-account",
		stoppedBy: ["seccomp"],
		attempt: String.raw`die "none\n" unless $of{key}; return done(sys('keyctl', 10, -4, 'user', $of{key}, 0));`,
	},
	{
		id: "key-add",
		stoppedBy: ["seccomp"],
		attempt: `return done(sys('add_key', 'user', 'attempt', 'x', 1, -2));`,
	},
	{
		// Without callout data the kernel starts no host program; it answers "no such key" itself.
		id: "key-request",
		stoppedBy: ["seccomp"],
		attempt: `return answered(sys('request_key', 'user', 'no such key', 0, 0), 126);`,
	},
];
