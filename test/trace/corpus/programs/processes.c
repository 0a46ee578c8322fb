#include "lab.h"
#include <pthread.h>

/* Processes and threads that share a working directory or not, and threads that execute a program. */
static char stacks[4][65536];

static int moves(void *to)
{
	call(SYS_chdir, to);
	call(SYS_access, "here", R_OK);
	call(SYS_exit, 0);
	return 0;
}

static int alone(void *unused)
{
	call(SYS_unshare, CLONE_FS);
	call(SYS_chdir, "/mnt/alone");
	call(SYS_access, "here", R_OK);
	call(SYS_exit, 0);
	return 0;
}

static void *executes(void *unused)
{
	call(SYS_unshare, CLONE_FS);
	call(SYS_chdir, "/mnt/thread");
	call(SYS_execve, "../again", (char *[]){ "again", "twice", NULL }, (char *[]){ NULL });
	return NULL;
}

static void await(void)
{
	call(SYS_wait4, -1, NULL, __WALL, NULL);
}

int main(int count, char **words)
{
	if (count > 1) {
		call(SYS_access, "after-exec", R_OK);
		call(SYS_kill, getpid(), SIGSEGV);
	}
	for (const char **one = (const char *[]){ "alone", "shared", "forked", "thread", "copied", NULL }; *one; one++)
		call(SYS_mkdir, *one, 0755);
	call(SYS_link, "program", "again");

	if (call(SYS_fork) == 0) {
		call(SYS_chdir, "forked");
		call(SYS_access, "here", R_OK);
		call(SYS_exit_group, 7);
	}
	await();
	call(SYS_access, "a", R_OK);
	clone(moves, stacks[0] + 65536, SIGCHLD, "copied");
	await();
	call(SYS_access, "b", R_OK);
	clone(moves, stacks[1] + 65536, CLONE_VM | CLONE_FS | SIGCHLD, "/mnt/shared");
	await();
	call(SYS_access, "c", R_OK);
	clone(alone, stacks[2] + 65536, CLONE_VM | CLONE_FS | SIGCHLD, NULL);
	await();
	call(SYS_access, "d", R_OK);
	if (vfork() == 0) {
		call(SYS_execve, "/mnt/no-such", (char *[]){ "no-such", NULL }, NULL);
		call(SYS_exit, 1);
	}
	await();
	for (const int *deadly = (const int[]){ SIGKILL, SIGPIPE, SIGUSR1, SIGALRM, SIGRTMIN + 2, 0 }; *deadly; deadly++) {
		if (call(SYS_fork) == 0) {
			call(SYS_kill, getpid(), *deadly);
			call(SYS_pause);
		}
		await();
	}
	pthread_t thread;
	pthread_create(&thread, NULL, executes, NULL);
	pthread_join(thread, NULL);
	return 0;
}
