#include "lab.h"
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <linux/stat.h>

/* All other calls that take a name: by path, by directory, by descriptor. */
int main(void)
{
	struct stat status;
	char buffer[4096];
	call(SYS_mkdir, "d", 0755);
	call(SYS_mkdirat, AT_FDCWD, "/mnt/d//./e/", 0755);
	int d = call(SYS_openat, AT_FDCWD, "d", O_RDONLY | O_DIRECTORY);
	call(SYS_creat, "created", 0644);
	call(SYS_openat, d, "temporary", O_RDWR | O_TMPFILE, 0600);
	call(SYS_openat, d, ".", O_RDWR | O_TMPFILE, 0600);
	call(SYS_statx, d, "e", 0, STATX_ALL, buffer);
	call(SYS_statx, d, "", AT_EMPTY_PATH, STATX_ALL, buffer);
	call(SYS_lstat, "d/none", &status);
	call(SYS_faccessat, AT_FDCWD, "created", W_OK);
	call(SYS_faccessat2, d, "none", R_OK, AT_EACCESS);
	call(SYS_getdents, d, buffer, sizeof buffer);
	call(SYS_getdents64, d, buffer, sizeof buffer);
	call(SYS_symlinkat, "e", d, "link");
	call(SYS_readlinkat, d, "link", buffer, sizeof buffer);
	call(SYS_readlink, "d/link", buffer, sizeof buffer);
	call(SYS_linkat, AT_FDCWD, "created", d, "linked", 0);
	call(SYS_renameat2, d, "linked", AT_FDCWD, "renamed", 1);
	call(SYS_renameat, AT_FDCWD, "renamed", d, "back");
	call(SYS_mknod, "fifo", S_IFIFO | 0600, 0);
	call(SYS_mknodat, d, "node", S_IFCHR | 0600, 0x103);
	call(SYS_chmod, "created", 0600);
	call(SYS_fchmodat, d, "back", 0600);
	call(452 /* fchmodat2 */, d, "link", 0600, AT_SYMLINK_NOFOLLOW);
	call(SYS_chown, "created", 1, -1);
	call(SYS_fchownat, d, "back", -1, 1, 0);
	call(SYS_lchown, "d/link", 0, 0);
	call(SYS_utime, "created", NULL);
	call(SYS_utimensat, d, "back", NULL, 0);
	call(SYS_utimensat, d, NULL, NULL, 0);
	call(SYS_futimesat, AT_FDCWD, "created", NULL);
	call(SYS_truncate, "created", 5);
	call(SYS_setxattr, "created", "user.a", "\", \"/forged", 5, 0);
	call(SYS_lgetxattr, "created", "user.b", buffer, sizeof buffer);
	call(SYS_llistxattr, "created", buffer, sizeof buffer);
	call(SYS_removexattr, "created", "user.a");
	call(463 /* setxattrat */, d, "back", 0, "user.c", buffer, 16);
	call(464 /* getxattrat */, d, "back", 0, "user.c", buffer, 16);
	call(465 /* listxattrat */, d, "back", 0, buffer, 16);
	call(466 /* removexattrat */, d, "back", 0, "user.c");
	int made = call(SYS_open, "created", O_RDONLY);
	call(SYS_fsetxattr, made, "user.d", "x", 1, 0);
	call(SYS_fremovexattr, made, "user.d");
	call(SYS_statfs, "d", buffer);
	int watches = call(SYS_inotify_init1, 0);
	call(SYS_inotify_add_watch, watches, "d", IN_CREATE);
	int marks = call(SYS_fanotify_init, FAN_CLASS_NOTIF, O_RDONLY);
	call(SYS_fanotify_mark, marks, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "created");
	call(SYS_fanotify_mark, marks, FAN_MARK_ADD, FAN_OPEN, d, NULL);
	call(SYS_uselib, "/mnt/no-library");
	call(SYS_unlinkat, d, "e", AT_REMOVEDIR);
	call(SYS_unlink, "fifo");
	call(SYS_rmdir, "d/none");
	call(SYS_execveat, d, "no-program", (char *[]){ "x", NULL }, (char *[]){ NULL }, 0);
	int program = call(SYS_open, "program", O_PATH | O_CLOEXEC);
	if (call(SYS_access, "last", F_OK) < 0) {
		call(SYS_mkdir, "last", 0755);
		call(SYS_execveat, program, "", (char *[]){ "program", NULL }, (char *[]){ NULL }, AT_EMPTY_PATH);
	}
	call(SYS_exit_group, 0);
}
