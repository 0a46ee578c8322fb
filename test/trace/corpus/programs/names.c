#include "lab.h"

/* Names that look like strace's output, and files that were deleted or renamed after they were opened. */
int main(void)
{
	static const char *names[] = {
		"line\nbreak", "quote\"d", "back\\slash", "<angle>", "x <unfinished ...>", "1  chdir(\"/etc\") = 0", "\xff\xfe\x01",
		"octal\x01" "7", "a) = -1 ENOENT (b", "/* comment */", "<... openat resumed>) = 3", "\n9  unlink(\"/etc/passwd\") = 0\n",
	};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strchr(names[i], '/')) {
			call(SYS_openat, AT_FDCWD, names[i], O_RDONLY);
			continue;
		}
		int fd = call(SYS_openat, AT_FDCWD, names[i], O_RDWR | O_CREAT, 0600);
		call(SYS_fchmod, fd, 0640);
		call(SYS_stat, names[i], malloc(512));
		call(SYS_close, fd);
	}
	char longest[256], deep[4096];
	memset(longest, 'n', 255);
	longest[255] = 0;
	file(longest);
	memset(longest, '\xfe', 255);
	file(longest);
	for (int i = 0; i < 4095; i++) deep[i] = i % 2 ? '.' : '/';
	deep[4095] = 0;
	strcpy(deep + 4090, "/deep");
	call(SYS_open, deep, O_RDONLY);

	int gone = call(SYS_open, "gone", O_RDWR | O_CREAT, 0600);
	call(SYS_unlink, "gone");
	call(SYS_fchmod, gone, 0644);
	int real = call(SYS_open, "real (deleted)", O_RDWR | O_CREAT, 0600);
	call(SYS_fchmod, real, 0644);
	int before = call(SYS_open, "before", O_RDWR | O_CREAT, 0600);
	call(SYS_rename, "before", "after");
	call(SYS_fchmod, before, 0644);
	call(SYS_mkdir, "emptied", 0755);
	int emptied = call(SYS_open, "emptied", O_RDONLY | O_DIRECTORY);
	call(SYS_rmdir, "emptied");
	call(SYS_openat, emptied, "in-emptied", O_RDONLY);
	call(SYS_pipe, (int[2]){ 0 });
	call(SYS_exit_group, 0);
}
