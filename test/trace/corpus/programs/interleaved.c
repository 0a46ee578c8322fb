#include "lab.h"
#include <pthread.h>

/* Concurrent threads and processes, whose calls strace shows as unfinished and resumed. */
static void *asks(void *number)
{
	char name[64];
	struct stat status;
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "thread-%ld/file %d <unfinished ...>", (long)number, i);
		call(SYS_open, name, O_RDWR | O_CREAT, 0600);
		call(SYS_newfstatat, AT_FDCWD, name, &status, 0);
		snprintf(name, sizeof name, "thread-%ld/missing-%d", (long)number, i);
		call(SYS_access, name, R_OK);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	for (long i = 0; i < 3; i++) call(SYS_mkdir, (char *[]){ "thread-0", "thread-1", "thread-2" }[i], 0755);
	int child = call(SYS_fork);
	for (long i = 0; i < 3; i++) pthread_create(&threads[i], NULL, asks, (void *)i);
	for (long i = 0; i < 3; i++) pthread_join(threads[i], NULL);
	if (child) call(SYS_wait4, child, NULL, 0, NULL);
	call(SYS_exit_group, 0);
}
