#include "lab.h"
#include <linux/mount.h>

/* The old and the new mount calls. Those that could do harm get paths that do not exist. */
int main(void)
{
	for (const char **one = (const char *[]){ "from", "to", "tree", "new", NULL }; *one; one++) call(SYS_mkdir, *one, 0755);
	file("from/f");
	call(SYS_mount, "tmpfs", "/mnt/to", "tmpfs", 0, NULL);
	call(SYS_umount2, "/mnt/to", 0);
	call(SYS_mount, "from", "/mnt/to", NULL, 1 << 12, NULL);
	call(SYS_umount2, "to", 2);
	call(SYS_mount, "/dev/no-such-disk", "/mnt/to", "ext4", 0, NULL);
	int tree = call(SYS_open_tree, AT_FDCWD, "from", 1 | O_CLOEXEC);
	call(SYS_move_mount, tree, "", AT_FDCWD, "/mnt/tree", 4);
	int fs = call(SYS_fsopen, "tmpfs", 0);
	call(SYS_fsconfig, fs, 1, "source", "/dev/no-disk", 0);
	call(SYS_fsconfig, fs, 1, "mode", "0700", 0);
	call(SYS_fsconfig, fs, 3, "journal", "/dev/no-journal", AT_FDCWD);
	call(SYS_fsconfig, fs, 6, NULL, NULL, 0);
	int mount = call(SYS_fsmount, fs, 0, 0);
	call(SYS_move_mount, mount, "", AT_FDCWD, "new", 4);
	call(SYS_fspick, AT_FDCWD, "new", 0);
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOEXEC };
	call(SYS_mount_setattr, AT_FDCWD, "/mnt/new", 0, &attributes, sizeof attributes);
	call(SYS_umount2, "/mnt/new", 2);
	call(SYS_swapon, "/mnt/no-swap", 0);
	call(SYS_swapoff, "/mnt/no-swap");
	call(SYS_acct, "/mnt/no-account");
	call(SYS_quotactl, 0x80000700, "/mnt/no-quota", 0, NULL);
	call(SYS_exit_group, 0);
}
