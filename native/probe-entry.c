/*
 * Runs a probe on the host's file system, in the application's network, and in its own mount and PID namespaces. The application's root is
 * mounted at /proc/driver, where the kernel follows no symbolic links (MOUNT_ATTR_NOSYMFOLLOW), because an absolute one would lead to the
 * host. All processes of the probe end with its first one.
 *
 * It is a program of its own because a mount of another namespace can only be cloned inside that namespace, where no host program can run.
 *
 * Arguments: COMMAND ARG…
 */
#include "kernel.h"
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

/* Appended; `ProbeEntryKind` in src. */
struct kind {
	uint32_t joins_network, makes_network;
	/* First enters the user namespace that owns the others; root needs none. */
	uint32_t enters_user;
	uint32_t shows_root;
};

/* What it inherits: a directory in the mount namespace, and namespaces of the application. */
enum { root_descriptor = 3, mounts_descriptor, network_descriptor, user_descriptor };

static const char not_entered[] = "cagewright: the application's namespaces cannot be entered for a probe\n";
static const char not_shown[] = "cagewright: the application's root cannot be shown to a probe\n";

static void end_with_parent(void)
{
	require(call(prctl, PR_SET_PDEATHSIG, SIGKILL), not_entered);
}

static long open_here(const char *path, int flags)
{
	return require(call(openat, AT_FDCWD, path, flags | O_CLOEXEC, 0), not_entered);
}

/* Mounts a copy of the application's root, taken in its mount namespace. */
static void show_root(void)
{
	long own = open_here("/proc/self/ns/mnt", O_RDONLY);
	long top = open_here("/", O_PATH);
	/* An ordinary user may be unable to enter it again, for example after su(1). Then the probe runs in `/`. */
	long here = call(openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0);
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSYMFOLLOW,
		.propagation = MS_PRIVATE,
	};
	require(call(setns, mounts_descriptor, CLONE_NEWNS), not_shown);
	int copied = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH;
	long tree = require(call(open_tree, root_descriptor, "", copied), not_shown);
	require(call(mount_setattr, tree, "", AT_RECURSIVE | AT_EMPTY_PATH, &attributes, sizeof attributes), not_shown);
	require(call(setns, own, CLONE_NEWNS), not_shown);
	require(call(fchdir, top), not_shown);
	require(call(chroot, "."), not_shown);
	if (here >= 0)
		require(call(fchdir, here), not_shown);
	require(call(move_mount, tree, "", AT_FDCWD, "/proc/driver", MOVE_MOUNT_F_EMPTY_PATH), not_shown);
}

int main(int argc, char **argv, char **envp)
{
	const struct kind *kind = (const void *)appended;
	(void)argc;

	if (kind->enters_user)
		require(call(setns, user_descriptor, CLONE_NEWUSER), not_entered);
	if (kind->joins_network)
		require(call(setns, network_descriptor, CLONE_NEWNET), not_entered);
	end_with_parent();
	require(call(unshare, CLONE_NEWNS | CLONE_NEWPID | (kind->makes_network ? CLONE_NEWNET : 0)), not_entered);
	require(call(mount, "/", "/", NULL, MS_REC | MS_PRIVATE, NULL), not_entered);
	long first = require(fork_process(), not_entered);
	if (first)
		return wait_for(first);

	end_with_parent();
	require(call(mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), not_entered);
	if (kind->shows_root)
		show_root();
	call(close_range, 3, ~0u);
	long line = require(fork_process(), not_entered);
	if (line)
		return wait_for(line); /* the kernel kills the rest of the namespace */
	call(execve, argv[1], argv + 1, envp);
	return launch_failed;
}
