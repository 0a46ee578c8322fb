#include "lab.h"

/* Changes the base of relative names: chdir, fchdir, a renamed directory, its own roots. */
int main(void)
{
	struct stat status;
	char here[4096];
	file("top");
	for (const char **one = (const char *[]){ "one", "one/two", "jail", "jail/etc", "pivot", "pivot/old", NULL }; *one; one++)
		call(SYS_mkdir, *one, 0755);
	file("jail/etc/f");
	file("one/g");
	call(SYS_symlink, "one/two", "link");

	call(SYS_chdir, "one");
	call(SYS_stat, "g", &status);
	call(SYS_rename, "/mnt/one", "/mnt/uno");
	call(SYS_stat, "g", &status);
	call(SYS_chdir, "..");
	int uno = call(SYS_open, "uno", O_RDONLY | O_DIRECTORY);
	call(SYS_fchdir, uno);
	call(SYS_access, "g", R_OK);
	call(SYS_getdents64, uno, here, sizeof here);
	call(SYS_chdir, "/mnt/link");
	call(SYS_chdir, "/mnt");
	call(SYS_symlink, "uno/two", "way");
	call(SYS_chdir, "way");
	call(SYS_chdir, "..");
	call(SYS_getcwd, here, sizeof here);
	call(SYS_access, "g", R_OK);

	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int jail = call(SYS_open, "/mnt/jail", O_PATH);
	call(SYS_openat2, jail, "/etc/f", &how, sizeof how);
	call(SYS_openat2, jail, "../../etc/f", &how, sizeof how);

	if (call(SYS_fork) == 0) {
		call(SYS_chroot, "/mnt/jail");
		call(SYS_stat, "g", &status);
		call(SYS_chdir, "/");
		call(SYS_stat, "etc/f", &status);
		call(SYS_openat, AT_FDCWD, "/etc/f", O_RDONLY);
		call(SYS_chdir, "etc");
		call(SYS_getcwd, here, sizeof here);
		call(SYS_stat, "f", &status);
		call(SYS_chdir, "../../..");
		call(SYS_stat, "h", &status);
		call(SYS_execve, "/missing", (char *[]){ "missing", NULL }, NULL);
		call(SYS_exit_group, 3);
	}
	call(SYS_wait4, -1, NULL, 0, NULL);

	if (call(SYS_fork) == 0) {
		call(SYS_unshare, CLONE_NEWNS);
		call(SYS_mount, NULL, "/", NULL, 1 << 18 | 1 << 14, NULL);
		call(SYS_mount, "tmpfs", "/mnt/pivot", "tmpfs", 0, NULL);
		call(SYS_mkdir, "/mnt/pivot/old", 0755);
		call(SYS_mkdir, "/mnt/pivot/etc", 0755);
		file("/mnt/pivot/etc/inner");
		call(SYS_chdir, "/mnt/pivot");
		call(SYS_pivot_root, ".", "old");
		call(SYS_stat, "etc/inner", &status);
		call(SYS_openat, AT_FDCWD, "etc/inner", O_RDONLY);
		call(SYS_chdir, "/etc");
		call(SYS_openat, AT_FDCWD, "/etc/inner", O_RDONLY);
		call(SYS_access, "inner", R_OK);
		call(SYS_umount2, "/old", 2);
		call(SYS_exit_group, 0);
	}
	call(SYS_wait4, -1, NULL, 0, NULL);
	call(SYS_access, "/mnt/top", R_OK);
	call(SYS_exit_group, 0);
}
