#include "lab.h"

/* Files opened without a name: by handle, from memory, and via io_uring, which strace cannot see. */
int main(int count, char **words)
{
	if (count > 1) {
		call(SYS_access, "from-memory", R_OK);
		call(SYS_exit_group, 0);
	}
	struct { struct file_handle head; char rest[128]; } handle = { .head.handle_bytes = 128 };
	int id;
	char buffer[65536];
	file("handled");
	int mount = call(SYS_open, "/mnt", O_RDONLY | O_DIRECTORY);
	call(SYS_name_to_handle_at, AT_FDCWD, "handled", &handle, &id, 0);
	call(SYS_open_by_handle_at, mount, &handle, O_RDONLY);
	memset(buffer, 0, 256);
	call(SYS_io_uring_setup, 4, buffer);
	int program = call(SYS_open, "/mnt/program", O_RDONLY);
	int memory = call(SYS_memfd_create, "/etc/passwd", MFD_CLOEXEC);
	for (long size; (size = read(program, buffer, sizeof buffer)) > 0;)
		if (write(memory, buffer, size) != size) return 1;
	call(SYS_execveat, memory, "", (char *[]){ "memory", "again", NULL }, (char *[]){ NULL }, AT_EMPTY_PATH);
	call(SYS_exit_group, 1);
}
