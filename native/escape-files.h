/* Techniques that leave the tree, abuse files in it, or use what the starter may have left open. */
#include <linux/xattr.h>

static bool climb_from_root(void)
{
	call(chdir, "/");
	return climb();
}

static bool chroot_again(void)
{
	long above = open_file("/", O_RDONLY | O_DIRECTORY);
	return done(above) && done(call(chroot, directory)) && done(call(fchdir, above)) && climb();
}

/* If a directory is moved out of a root, that root no longer confines the processes below it. */
static bool move_directory_out(void)
{
	struct text top, from, to;
	long above = open_file(directory, O_RDONLY | O_DIRECTORY);
	call(mkdirat, above, new_name(&top, ".", "-top"), 0700);
	call(mkdirat, above, new_name(&from, ".", "-top/below"), 0700);
	new_name(&to, ".", "-moved");
	bool is_below = done(above) && done(call(fchdir, above)) && done(call(chroot, top.bytes)) && done(call(chdir, "/below"));
	bool has_escaped = is_below && done(call(renameat2, above, from.bytes, above, to.bytes, 0)) && climb();
	call(unlinkat, above, to.bytes, AT_REMOVEDIR);
	call(unlinkat, above, from.bytes, AT_REMOVEDIR);
	call(unlinkat, above, top.bytes, AT_REMOVEDIR);
	return has_escaped;
}

static bool open_by_handle(void)
{
	struct {
		uint32_t size;
		int32_t type;
		uint32_t handle[32];
	} file = { .size = sizeof file.handle };
	int mount_id;
	/* A filter that hides the handle leaves a guess: inode 2 of the file system. */
	if (!done(call(name_to_handle_at, AT_FDCWD, directory, &file, &mount_id, 0))) {
		file.size = 8;
		file.type = 1;
		file.handle[0] = 2;
	}
	long at = open_file(directory, O_RDONLY | O_DIRECTORY);
	return done(at) && done(call(open_by_handle_at, at, &file, 0));
}

static bool makes_program(void)
{
	long written = make_file();
	bool is_written = done(written) && writes_program(written) && done(call(fchmod, written, 0755));
	call(close, written);
	return is_written;
}

static bool run_written(void)
{
	return makes_program() && runs(file, 0);
}

static bool map_written(void)
{
	if (!makes_program())
		return false;
	long library = open_file(file, O_RDONLY);
	return done(library) && done(call(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0));
}

static bool run_from_memory(void)
{
	long memory = call(memfd_create, "program", 0);
	return done(memory) && writes_program(memory) && runs(NULL, memory);
}

static bool makes_in_any(const char *list)
{
	struct text path;
	while (next_line(&list, &path))
		if (makes_in(path.bytes))
			return true;
	return false;
}

static bool write_cage(void)
{
	return makes_in_any("/\n/etc\n/usr\n/usr/bin\n/usr/lib") || done(open_file("/etc/passwd", O_RDWR)) ||
	       done(open_file("/etc/group", O_RDWR)) || done(open_file("/etc/nsswitch.conf", O_RDWR));
}

static bool write_launcher(void)
{
	const char *launcher = required("launcher");
	return makes_in("/.launch") || done(open_file(launcher, O_RDWR));
}

static bool write_shared(void)
{
	return makes_in_any(required("shared"));
}

/* Keeps the mount's other flags; those of statfs(2) have the same values. Makes it read-only again if it was. */
static bool make_writable(void)
{
	struct statfs status = { 0 };
	call(statfs, "/", &status);
	long flags = MS_REMOUNT | MS_BIND | ((long)status.f_flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC));
	bool is_writable = done(call(mount, 0, "/", 0, flags, 0));
	if (is_writable && status.f_flags & MS_RDONLY)
		call(mount, 0, "/", 0, flags | MS_RDONLY, 0);
	return is_writable;
}

/* On data that someone runs outside. */
static const struct vfs_cap_data admin = { VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, { { 1u << CAP_SYS_ADMIN, 0 } } };

#ifdef __NR_chmod
#define CHMOD CALLS(chmod, FILE, MODE)
#else
#define CHMOD CALLS(fchmodat, AT_FDCWD, FILE, MODE)
#endif
/* For reading or writing, so that nothing is created where the file is missing, as in a cage's empty /proc. */
#define OPENS(path, how) CALLS(openat, AT_FDCWD, (long)(path), how)

static const struct technique files[] = {
	{ "climb", "climb with '..'", ROOT, BY(climb_from_root) },
	{ "chroot-again", "chroot again, keeping an open directory", PRIVILEGED | ROOT, BY(chroot_again) },
	{ "move-directory-out", "move a directory out of the root", PRIVILEGED | ROOT, BY(move_directory_out) },
	{ "file-handle", "open a file by its handle", PRIVILEGED, BY(open_by_handle) },
	/* /dev/urandom */
	{ "device-node", "create a device node", PRIVILEGED | NODEV, WITH_FILE, FIRST(mknodat, AT_FDCWD, FILE, S_IFCHR | 0600, 1 << 8 | 9),
	  CALLS(openat, AT_FDCWD, FILE, O_RDONLY) },
	{ "disk-node", "create the disk's device node and read it", PRIVILEGED | NODEV, WITH_FILE, 
	  FIRST(mknodat, AT_FDCWD, FILE, S_IFBLK | 0600, DISK), CALLS(openat, AT_FDCWD, FILE, O_RDONLY) },
	{ "setuid-chmod", "set the setuid bit with chmod", SETS_BITS, CREATES, CHMOD },
	{ "setuid-fchmod", "set the setuid bit with fchmod", SETS_BITS, CREATES, CALLS(fchmod, RESULT, MODE) },
	{ "setuid-fchmodat2", "set the setuid bit with fchmodat2", SETS_BITS, CREATES, CALLS(fchmodat2, AT_FDCWD, FILE, MODE) },
	{ "setuid-create", "set the setuid bit with open", SETS_BITS, CALLS(openat, AT_FDCWD, FILE, O_WRONLY | O_CREAT | O_EXCL, MODE) },
	{ "setuid-mknod", "set the setuid bit with mknod", SETS_BITS, CALLS(mknodat, AT_FDCWD, FILE, MODE) },
	{ "node-by-rename", "create a device node by renaming", SECCOMP, WITH_FILE, CREATES,
	  CALLS(renameat2, AT_FDCWD, FILE, AT_FDCWD, OTHER_FILE, 4 /* RENAME_WHITEOUT */) },
	{ "file-capability", "set a file capability", CAPABILITIES, WITH_FILE, CREATES,
	  CALLS(setxattr, FILE, (long)XATTR_NAME_CAPS, (long)&admin, sizeof admin, 0) },
	{ "run-written", "run a program written in the cage", NOEXEC | LANDLOCK, WITH_FILE, BY(run_written) },
	{ "map-written", "map a library written in the cage", NOEXEC, WITH_FILE, BY(map_written) },
	{ "run-from-memory", "run a program from memory", SECCOMP, BY(run_from_memory) },
	{ "write-cage", "write to the cage's files", READ_ONLY | LANDLOCK | ACCOUNT, BY(write_cage) },
	{ "write-launcher", "write to the launcher's files", READ_ONLY | LANDLOCK | ACCOUNT, BY(write_launcher) },
	{ "write-shared", "write to a host directory", READ_ONLY | LANDLOCK, BY(write_shared) },
	{ "make-writable", "remount the root writable", PRIVILEGED | LANDLOCK, BY(make_writable) },
	{ "link-program", "create a second link to a program", ROOT | LANDLOCK | ACCOUNT, WITH_FILE, 
	  CALLS(linkat, AT_FDCWD, PROGRAM, AT_FDCWD, FILE, 0) },
	{ "proc-kcore", "/proc/kcore", NO_PROC, OPENS("/proc/kcore", O_RDONLY) },
	{ "proc-sysrq", "/proc/sysrq-trigger", NO_PROC, OPENS("/proc/sysrq-trigger", O_WRONLY) },
	{ "proc-core-pattern", "/proc/sys/kernel/core_pattern", NO_PROC, OPENS("/proc/sys/kernel/core_pattern", O_WRONLY) },
	{ "proc-modprobe", "/proc/sys/kernel/modprobe", NO_PROC, OPENS("/proc/sys/kernel/modprobe", O_WRONLY) },
	{ "sys-uevent", "/sys/kernel/uevent_helper", NO_PROC, OPENS("/sys/kernel/uevent_helper", O_WRONLY) },
	{ "dev-mem", "/dev/mem", OWN_DEV, OPENS("/dev/mem", O_RDONLY) },
	{ "dev-kmsg", "/dev/kmsg", OWN_DEV, OPENS("/dev/kmsg", O_RDONLY) },
};

static bool inherit_descriptor(void)
{
	for (int descriptor = 3; descriptor < 1024; descriptor++)
		if (done(call(fcntl, descriptor, F_GETFD)))
			return true;
	return false;
}

/* Anything but /dev/null. */
static bool inherit_input(void)
{
	struct stat status = { 0 };
	call(newfstatat, 0, "", &status, AT_EMPTY_PATH);
	return (status.st_mode & S_IFMT) != S_IFCHR || status.st_rdev != (1 << 8 | 3);
}

static char **environment;

static bool inherit_environment(void)
{
	const char *expected = required("environment");
	for (char **one = environment; *one; one++) {
		struct text name;
		set(&name, "%s", *one);
		for (size_t i = name.length; i--;)
			name.bytes[i] = name.bytes[i] == '=' ? 0 : name.bytes[i];
		if (!has_line(expected, name.bytes))
			return true;
	}
	return false;
}

/* On a pipe, an allowed call ends with ENOTTY. On a terminal it finds no byte to insert. */
static bool type_into_terminal(void)
{
	bool is_done = done(call(ioctl, 0, TIOCSTI, 0)) || last_error == ENOTTY || last_error == EFAULT;
	return is_done || done(call(ioctl, 0, TIOCLINUX, 0)) || last_error == ENOTTY || last_error == EFAULT;
}

static const struct technique inherited[] = {
	{ "descriptor", "inherited descriptor", INIT, BY(inherit_descriptor) },
	{ "standard-input", "standard input", INIT, BY(inherit_input) },
	{ "working-directory", "inherited working directory", INIT, BY(climb) },
	{ "environment", "inherited environment", ENVIRONMENT, BY(inherit_environment) },
	{ "terminal", "controlling terminal", SESSION, OPENS("/dev/tty", O_RDWR) },
	{ "type-into-terminal", "inject input into a terminal (TIOCSTI)", SECCOMP | SESSION, BY(type_into_terminal) },
};
