/* Techniques against the kernel and the machine, and those that create other views of the system or regain privileges. */

/* Mounts this source and type with these flags and options. The last are an overlay's, and get our directory. */
static bool mount_and_unmount(void)
{
	const long *words = technique->last + 1;
	struct text place, options;
	const char *text = words[3] ? set(&options, "%s%s", words[3], directory) : NULL;
	call(mkdirat, AT_FDCWD, new_name(&place, directory, ""), 0700);
	bool is_done = done(call(mount, words[0], place.bytes, words[1], words[2], text));
	if (is_done)
		call(umount2, place.bytes, 2 /* MNT_DETACH */);
	call(unlinkat, AT_FDCWD, place.bytes, AT_REMOVEDIR);
	return is_done;
}

static const struct clone_args user_namespace = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
/* LSMT_ROOT */
static const uint64_t all_mounts[4] = { sizeof all_mounts, ~0ull };

#define MOUNTS(from, type, flags, options) \
	BY(mount_and_unmount), WORDS((long)(from), (long)(type), flags, (long)(options))
/* The child ends like an attempt. */
#define CLONES(flag) CALLS(clone, (flag) | SIGCHLD, 0, 0, 0, 0)

static const struct technique namespaces[] = {
	{ "unshare-mount", "unshare: mounts", PRIVILEGED, CALLS(unshare, CLONE_NEWNS) },
	{ "unshare-cgroup", "unshare: cgroup", PRIVILEGED, CALLS(unshare, CLONE_NEWCGROUP) },
	{ "unshare-uts", "unshare: host name", PRIVILEGED, CALLS(unshare, CLONE_NEWUTS) },
	{ "unshare-ipc", "unshare: IPC", PRIVILEGED, CALLS(unshare, CLONE_NEWIPC) },
	{ "unshare-user", "unshare: users", SECCOMP, CALLS(unshare, CLONE_NEWUSER) },
	{ "unshare-pid", "unshare: processes", PRIVILEGED, CALLS(unshare, CLONE_NEWPID) },
	{ "unshare-net", "unshare: network", PRIVILEGED, CALLS(unshare, CLONE_NEWNET) },
	{ "unshare-time", "unshare: time", PRIVILEGED, CALLS(unshare, CLONE_NEWTIME) },
	{ "clone-mount", "clone: mounts", PRIVILEGED, CLONES(CLONE_NEWNS) },
	{ "clone-cgroup", "clone: cgroup", PRIVILEGED, CLONES(CLONE_NEWCGROUP) },
	{ "clone-uts", "clone: host name", PRIVILEGED, CLONES(CLONE_NEWUTS) },
	{ "clone-ipc", "clone: IPC", PRIVILEGED, CLONES(CLONE_NEWIPC) },
	{ "clone-user", "clone: users", SECCOMP, CLONES(CLONE_NEWUSER) },
	{ "clone-pid", "clone: processes", PRIVILEGED, CLONES(CLONE_NEWPID) },
	{ "clone-net", "clone: network", PRIVILEGED, CLONES(CLONE_NEWNET) },
	{ "clone3-user", "clone3: users", SECCOMP, CALLS(clone3, (long)&user_namespace, sizeof user_namespace) },
	{ "enter-by-pidfd", "setns with a pidfd", OWN_PID | PRIVILEGED, FIRST(pidfd_open, PID, 0), CALLS(setns, RESULT, CLONE_NEWUTS) },
	{ "enter-by-proc", "setns with /proc/1/ns", NO_PROC | PRIVILEGED, FIRST(openat, AT_FDCWD, (long)"/proc/1/ns/uts", O_RDONLY),
	  CALLS(setns, RESULT, 0) },
	{ "mount-tmpfs", "mount a tmpfs", PRIVILEGED | LANDLOCK, MOUNTS("none", "tmpfs", 0, 0) },
	{ "mount-bind", "bind mount", PRIVILEGED | LANDLOCK, MOUNTS("/", 0, MS_BIND, 0) },
	{ "mount-proc", "mount proc", PRIVILEGED | LANDLOCK, MOUNTS("none", "proc", 0, 0) },
	{ "mount-overlay", "mount an overlay", PRIVILEGED | LANDLOCK, MOUNTS("none", "overlay", 0, "lowerdir=/:") },
	/* MNT_EXPIRE only marks the mount, and returns EAGAIN or EBUSY. */
	{ "unmount", "unmount", PRIVILEGED | LANDLOCK, CALLS(umount2, MOUNT, 4), OR(EAGAIN, EBUSY) },
	{ "pivot-root", "pivot_root", PRIVILEGED | LANDLOCK, CALLS(pivot_root, (long)"/", (long)"/"), OR(EBUSY) },
	{ "fsopen", "fsopen", PRIVILEGED, CALLS(fsopen, (long)"tmpfs", 0) },
	{ "fspick", "fspick", PRIVILEGED, CALLS(fspick, AT_FDCWD, DIRECTORY, 0) },
	{ "open-tree", "open_tree", PRIVILEGED, CALLS(open_tree, AT_FDCWD, (long)"/", OPEN_TREE_CLONE) },
	{ "fsmount", "fsmount", PRIVILEGED, CALLS(fsmount, -1, 0, 0), OR(EBADF) },
	{ "move-mount", "move_mount", PRIVILEGED | LANDLOCK, CALLS(move_mount, -1, (long)"", -1, (long)"", 0x44), OR(EBADF) },
	/* Without a change, which the kernel looks at after the permission. */
	{ "mount-setattr", "mount_setattr", PRIVILEGED, CALLS(mount_setattr, AT_FDCWD, (long)"/", 0, (long)buffer, sizeof(struct mount_attr)) },
	{ "list-mounts", "listmount", SECCOMP, CALLS(listmount, (long)all_mounts, (long)buffer, 16, 0) },
};

/* getpid of the x32 table. The filter kills the process; a kernel without x32 returns ENOSYS. */
static bool call_foreign(void)
{
#if defined(__x86_64__)
	return done(call_number(0x40000000 | __NR_getpid, 0, 0, 0, 0, 0, 0));
#else
	impossible();
#endif
}

/* Landlock allows 16 nested rule sets (landlock(7)): if all 16 succeed, the sandbox's is missing. */
static bool nest_rules(void)
{
	static const uint64_t handled = 1;
	call(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	long rules = call(landlock_create_ruleset, &handled, sizeof handled, 0);
	if (!done(rules))
		impossible();
	for (int i = 0; i < 16; i++)
		if (!done(call(landlock_restrict_self, rules, 0)))
			return false;
	return true;
}

/* BPF_MAP_CREATE for an array, a software clock of this process, ADJ_TICK with a tick of length 0. */
static const uint32_t array_map[4] = { 2, 4, 4, 1 }, clock_event[16] = { 1, 64 }, invalid_tick[52] = { 0x4000 };

static const struct technique kernel[] = {
	{ "bpf", "bpf", PRIVILEGED, CALLS(bpf, 0, (long)array_map, sizeof array_map) },
	{ "io-uring", "io_uring", SECCOMP, CALLS(io_uring_setup, 1, (long)buffer) },
	{ "perf", "perf_event_open", PRIVILEGED, CALLS(perf_event_open, (long)clock_event, 0, -1, -1, 0) },
	{ "userfaultfd", "userfaultfd", SECCOMP, CALLS(userfaultfd, 1) },
	{ "fanotify", "fanotify", PRIVILEGED, CALLS(fanotify_init, 0, 0) },
	{ "memory-secret", "memfd_secret", SECCOMP, CALLS(memfd_secret, 0) },
	{ "local-descriptors", "modify_ldt", SECCOMP, CALLS(modify_ldt, 0, (long)buffer, 16) },
	{ "personality", "personality", SECCOMP, CALLS(personality, 0x40000 /* ADDR_NO_RANDOMIZE */) },
	{ "module-load", "load a module", PRIVILEGED, CALLS(init_module, 0, 0, (long)""), OR(ENOEXEC, EFAULT, EINVAL) },
	{ "module-load-file", "load a module from a file", PRIVILEGED, CALLS(finit_module, -1, (long)"", 0), OR(EBADF) },
	{ "module-unload", "unload a module", PRIVILEGED, CALLS(delete_module, (long)"no such module", O_NONBLOCK), OR(ENOENT) },
	/* More segments than any kernel accepts. */
	{ "kexec", "start another kernel", PRIVILEGED, CALLS(kexec_load, 0, 1000, 0, 0), OR(EINVAL) },
	{ "kexec-file", "start another kernel from a file", PRIVILEGED, CALLS(kexec_file_load, -1, -1, 0, (long)"", 0x8000), OR(EINVAL) },
	{ "reboot", "reboot", PRIVILEGED, CALLS(reboot, 0, 0, 0, 0), OR(EINVAL) },
	{ "swap-on", "add swap space", PRIVILEGED, CALLS(swapon, (long)"/no such file", 0), OR(ENOENT) },
	{ "swap-off", "remove swap space", PRIVILEGED, CALLS(swapoff, (long)"/no such file"), OR(ENOENT) },
	{ "accounting", "process accounting", PRIVILEGED, CALLS(acct, (long)"/no such file"), OR(ENOENT) },
	{ "set-clock", "set the clock", PRIVILEGED, CALLS(settimeofday, 0, 0) },
	{ "adjust-clock", "adjust the clock", PRIVILEGED, CALLS(clock_adjtime, 0, (long)invalid_tick), OR(EINVAL) },
	{ "host-name", "change the host name", PRIVILEGED, CALLS(sethostname, (long)"", 1000), OR(EINVAL) },
	{ "domain-name", "change the domain name", PRIVILEGED, CALLS(setdomainname, (long)"", 1000), OR(EINVAL) },
	{ "kernel-log", "the kernel's log", PRIVILEGED, CALLS(syslog, 10 /* SYSLOG_ACTION_SIZE_BUFFER */, 0, 0) },
	{ "io-ports", "all I/O ports", PRIVILEGED, CALLS(iopl, 3) },
	{ "io-port", "one I/O port", PRIVILEGED, CALLS(ioperm, 0x80, 1, 1) },
	{ "quota", "disk quotas", PRIVILEGED, CALLS(quotactl, 0x80000000, (long)"/no such file", 0, 0),
	  OR(ENOENT, ENOTBLK, ENODEV, EINVAL) },
	{ "foreign-calls", "x32 system calls", SECCOMP, BY(call_foreign) },
	{ "without-landlock", "Landlock missing", LANDLOCK, BY(nest_rules) },
	{ "writable-code", "memory that is both writable and executable", SECCOMP,
	  CALLS(mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) },
	/* Memory shared with a child, which makes its own mapping writable. */
	{ "code-without-file", "executable memory with a second, writable view", SECCOMP,
	  CALLS(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0) },
};

static bool become_root(void)
{
	if (call(getuid) == 0)
		impossible();
	return done(call(setresuid, 0, 0, 0));
}

static bool join_group(void)
{
	uint32_t groups[4097];
	long count = call(getgroups, 4096, groups);
	if (!done(count))
		return false;
	groups[count] = 42;
	return done(call(setgroups, count + 1, groups));
}

static bool take_capabilities(void)
{
	const struct __user_cap_header_struct header = this_process();
	const struct __user_cap_data_struct sets[2] = { { 1u << CAP_SYS_ADMIN, 1u << CAP_SYS_ADMIN, 1u << CAP_SYS_ADMIN } };
	return done(call(capset, &header, sets));
}

static bool give_away(void)
{
	return done(make_file()) && done(call(fchownat, AT_FDCWD, file, call(getuid) == 1 ? 2 : 1, -1, 0));
}

static const uint64_t limit[2] = { 39, 39 };

static const struct technique rights[] = {
	{ "become-root", "become root", PRIVILEGED | ACCOUNT, BY(become_root) },
	{ "join-group", "join another group", PRIVILEGED, BY(join_group) },
	{ "take-capabilities", "take capabilities", CAPABILITIES, BY(take_capabilities) },
	{ "secure-bits", "change the capability rules (securebits)", PRIVILEGED, CALLS(prctl, PR_SET_SECUREBITS, 0, 0, 0, 0) },
	{ "chown", "give a file to another account", PRIVILEGED, WITH_FILE, BY(give_away) },
	{ "raise-limit", "raise its own limit", PRIVILEGED, CALLS(prlimit64, 0, 13 /* RLIMIT_NICE */, (long)limit, 0) },
	{ "raise-priority", "raise its own priority", PRIVILEGED, CALLS(setpriority, 0, 0, -20) },
};
