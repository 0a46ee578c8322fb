/*
 * The intruder of alarm-storm.test.ts, the application next to it, and a process outside that imitates it.
 *
 *   storm PORT FOLDER [calm]   answers `ping`, and runs any other line as words; a calm one only answers
 *   storm FILE WORD...         runs words; FILE has the slots
 *   storm - WORD...            continues after exec, with the slots in descriptor 100
 *
 * `call SLOT NUMBER ARGUMENT... TIMES` makes a system call, and notes in a slot of the file when it did and what the kernel answered.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Microseconds since 1970; `state`: 1 this or a step before failed, 2 done. */
struct slot {
	int32_t state, error, calls, step;
	int64_t start, end;
};

enum { slots = 65536, slots_file = 100 };
static volatile struct slot *slot;
static char *program;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void map_slots(int file)
{
	slot = mmap(0, slots * sizeof *slot, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (slot == MAP_FAILED)
		_exit(9);
}

static void open_slots(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT, 0600);

	if (file < 0 || ftruncate(file, slots * sizeof *slot) || dup2(file, slots_file) < 0)
		_exit(8);
	close(file);
	map_slots(slots_file);
}

/* A word is `x` and hexadecimal digits, because names may contain anything, or nothing. */
static char *bytes(const char *hex)
{
	size_t length = strlen(hex) / 2;
	char *text = calloc(length + 1, 1);

	for (size_t at = 0; at < length; at++)
		sscanf(hex + 1 + 2 * at, "%2hhx", &text[at]);
	return text;
}

static void make_calls(char **word, int isKilled)
{
	volatile struct slot *own = &slot[atoi(word[0])];
	long number = strtol(word[1], 0, 0), argument[6], times = atol(word[8]), result = 0;
	int status = 0;

	for (int at = 0; at < 6; at++)
		argument[at] = (long)strtoull(word[2 + at], 0, 0);
	own->start = now();
	if (isKilled) {
		pid_t child = fork();
		if (child == 0) {
			syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
			_exit(0);
		}
		waitpid(child, &status, 0);
		own->calls = 1;
	} else {
		for (long at = 0; at < times; at++) {
			result = syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
			own->error = result < 0 ? errno : 0;
			own->calls++;
		}
	}
	own->end = now();
	own->state = isKilled && !WIFSIGNALED(status) ? 1 : 2;
}

/* The first later call tells that the step before it failed. */
static void fail(char **word, int step)
{
	int error = errno;

	for (; *word; word++) {
		if (strcmp(*word, "call") && strcmp(*word, "killed") && strcmp(*word, "flood"))
			continue;
		volatile struct slot *own = &slot[atoi(word[1])];
		own->error = error;
		own->step = step;
		own->start = own->end = now();
		own->state = 1;
	}
	_exit(1);
}

static pid_t fork_or_fail(char **word, int step)
{
	pid_t child = fork();

	if (child < 0)
		fail(word, step);
	return child;
}

/* Refuses these calls to itself, with records, as any process may. */
static void refuse(const char *numbers)
{
	struct sock_filter filter[512] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	unsigned short length = 1;

	for (char *rest = (char *)numbers; *rest; rest += *rest == ',') {
		filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, strtoul(rest, &rest, 0), 0, 1);
		filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog all = { length, filter };
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &all))
		_exit(7);
}

/* Forks a child with this process ID, if nobody has it. */
static void become(pid_t pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1 };
	pid_t child = syscall(SYS_clone3, &args, sizeof args);

	if (child < 0)
		child = fork();
	if (child > 0) {
		waitpid(child, 0, 0);
		_exit(0);
	}
}

static void stop(int milliseconds)
{
	pid_t self = getpid();

	if (fork() == 0) {
		for (int at = 0; at < milliseconds; at += 20) {
			usleep(20000);
			kill(self, at + 20 < milliseconds ? 0 : SIGCONT);
		}
		/* It may not have stopped yet. */
		for (int at = 0; at < 100 && kill(self, SIGCONT) == 0; at++)
			usleep(50000);
		_exit(0);
	}
	raise(SIGSTOP);
}

static void run(char **word);

static void *run_thread(void *word)
{
	usleep(10000);
	run(word);
	_exit(0);
}

static void run(char **word)
{
	for (int step = 1; *word; step++) {
		const char *what = *word++;

#define IS(name) (strcmp(what, name) == 0)
		if (IS("call") || IS("killed")) {
			make_calls(word, IS("killed"));
			word += 9;
		} else if (IS("flood")) {
			if (fork_or_fail(word - 1, step) == 0) {
				make_calls(word, 0);
				_exit(0);
			}
			word += 9;
		} else if (IS("orphan")) {
			if (fork_or_fail(word, step))
				_exit(0);
		} else if (IS("child")) {
			pid_t child = fork_or_fail(word, step);
			if (child) {
				waitpid(child, 0, 0);
				_exit(0);
			}
		} else if (IS("session")) {
			setsid();
		} else if (IS("root")) {
			if (chroot(bytes(*word++)) || chdir("/"))
				fail(word, step);
		} else if (IS("user")) {
			uid_t uid = atoi(*word++);
			if (setresuid(uid, uid, uid))
				fail(word, step);
		} else if (IS("group")) {
			gid_t gid = atoi(*word++);
			if (setgroups(0, 0) || setresgid(gid, gid, gid))
				fail(word, step);
		} else if (IS("name")) {
			prctl(PR_SET_NAME, bytes(*word++));
		} else if (IS("exec")) {
			char *path = bytes(*word++), *list[512] = { program, "-" };
			for (int at = 0; at < 500 && word[at]; at++)
				list[at + 2] = word[at];
			execv(path, list);
			fail(word, step);
		} else if (IS("unlink")) {
			if (unlink(bytes(*word++)))
				fail(word, step);
		} else if (IS("thread")) {
			pthread_t thread;
			errno = pthread_create(&thread, 0, run_thread, word);
			if (errno)
				fail(word, step);
			syscall(SYS_exit, 0);
		} else if (IS("stop")) {
			stop(atoi(*word++));
		} else if (IS("close")) {
			close_range(0, ~0U, 0);
		} else if (IS("wait")) {
			usleep(1000 * atoi(*word++));
		} else if (IS("refuse")) {
			refuse(*word++);
		} else if (IS("become")) {
			become(atoi(*word++));
		} else if (IS("unshare")) {
			if (unshare(atoi(*word++)))
				fail(word, step);
		} else if (IS("login")) {
			int file = open("/proc/self/loginuid", O_WRONLY);
			/* The kernel may not allow it. */
			(void)!write(file, *word, strlen(*word));
			close(file);
			word++;
		} else {
			_exit(6);
		}
	}
	_exit(0);
}

static void split(char *line, char **word)
{
	for (char *one = strtok(line, " \n"); one; one = strtok(0, " \n"))
		*word++ = one;
}

static void answer(int client, int isCalm)
{
	static char line[65536];
	static char *words[2048];
	size_t length = 0;

	while (length < sizeof line - 1 && !memchr(line, '\n', length)) {
		ssize_t got = read(client, line + length, sizeof line - 1 - length);
		if (got <= 0)
			_exit(0);
		length += got;
	}
	if (strcmp(line, "ping\n") == 0) {
		(void)!write(client, "pong\n", 5);
		_exit(0);
	}
	(void)!write(client, "ok\n", 3);
	close(client);
	if (isCalm)
		_exit(0);
	split(line, words);
	run(words);
}

/* So that the trace shows what a service needs that starts as root. */
static void use_permissions(const char *folder)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/empty", folder);
	mkdir(path, 0755);
	if (fork() == 0)
		_exit(chroot(path) || setgroups(0, 0) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534));
	wait(0);
}

static void serve(int port, const char *folder, int isCalm)
{
	char path[4096];
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	snprintf(path, sizeof path, "%s/slots", folder);
	if (isCalm)
		unshare(CLONE_NEWUSER);
	else {
		open_slots(path);
		use_permissions(folder);
	}
	if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 50))
		_exit(1);
	while (1) {
		while (waitpid(-1, 0, WNOHANG) > 0);
		if ((client = accept(server, 0, 0)) < 0)
			continue;
		if (fork() == 0) {
			close(server);
			answer(client, isCalm);
			_exit(0);
		}
		close(client);
	}
}

int main(int argc, char **argv)
{
	program = argv[0];
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "-") == 0) {
		map_slots(slots_file);
		run(argv + 2);
	}
	if (argv[1][0] == '/') {
		open_slots(argv[1]);
		run(argv + 2);
	}
	serve(atoi(argv[1]), argv[2], argc > 3);
}
