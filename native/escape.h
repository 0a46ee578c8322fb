/*
 * What the escape techniques share. A technique is a row of a table: its id, what it tries, the layers of which each should stop it, and
 * the attempt. An attempt must be harmless if it succeeds, even for root on a bare host: it reads a canary, passes arguments that an
 * allowed call refuses for another reason, or restores what it changed.
 */
#include "capabilities.h"
#include "kernel.h"
#include <asm/ioctls.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/elf.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <stdarg.h>

/* Calls that a processor lacks, and calls newer than the headers of Debian 12. */
#ifndef __NR_iopl
#define __NR_iopl -1
#define __NR_ioperm -1
#define __NR_modify_ldt -1
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_listmount
#define __NR_listmount 458
#endif

enum layer {
	NO_PROC = 1, OWN_PID = 2, OWN_NET = 4, OWN_IPC = 8, CAPABILITIES = 0x10, SECCOMP = 0x20, ROOT = 0x40, NODEV = 0x80, NOEXEC = 0x100,
	READ_ONLY = 0x200, LANDLOCK = 0x400, ACCOUNT = 0x800, INIT = 0x1000, SESSION = 0x2000, ENVIRONMENT = 0x4000, OWN_DEV = 0x8000,
	PRIVILEGED = CAPABILITIES | SECCOMP,
};
static const char *const layer_names[] = {
	"no-proc", "pid", "net", "ipc", "capabilities", "seccomp", "root", "nodev", "noexec", "read-only", "landlock", "account", "init",
	"session", "environment", "own-dev",
};

struct technique {
	const char *id, *title;
	/* Layers. */
	unsigned stopped_by : 16;
	/* It is tried with a new name in each writable directory, succeeds if that is setuid or setgid then, makes the kernel load a module. */
	unsigned makes_file : 1, sets_bits : 1, loads_module : 1;
	unsigned first_size : 4, last_size : 4;
	unsigned char answers[4];
	union {
		/* True: it escaped. False: `last_error` refused it. */
		bool (*attempt)(void);
		/* A call, whose result is the RESULT of the last one. */
		const long *first;
	};
	/* A call: its number and its words. It escapes if it succeeds, or fails with one of `answers`, which come after the permissions. */
	const long *last;
};

/* Words that are known only when the call is made. The last ones are arguments of the program, numbers and texts. */
enum { FILE = -10000, OTHER_FILE, MODE, DIRECTORY, MOUNT, RESULT, PID, DISK, MESSAGES, SEMAPHORES, QUEUE, KEY, PROGRAM };
static const char *const fact_names[] = { "pid", "disk", "messages", "semaphores", "queue", "key", "program" };

#define BY(function) .attempt = (function)
#define REQUEST(which, ...) \
	.which = (const long[]){ __VA_ARGS__ }, .which##_size = sizeof(const long[]){ __VA_ARGS__ } / sizeof(long)
#define FIRST(name, ...) REQUEST(first, __NR_##name, __VA_ARGS__)
#define CALLS(name, ...) REQUEST(last, __NR_##name, __VA_ARGS__)
#define WORDS(...) REQUEST(last, 0, __VA_ARGS__)
#define OR(...) .answers = { __VA_ARGS__ }
#define WITH_FILE .makes_file = 1
#define SETS_BITS SECCOMP, WITH_FILE, .sets_bits = 1
#define CREATES FIRST(openat, AT_FDCWD, FILE, O_WRONLY | O_CREAT | O_EXCL, 0600)

static const struct technique *technique;
/* Its new name and another one, a mode with a setuid or setgid bit, and the error of the last call that failed. */
static const char *file, *other_file;
static int mode, last_error;
/* What calls write that nobody reads. */
static uint64_t buffer[16];

static bool done(long result)
{
	if (result >= 0 || result < -4095)
		return true;
	last_error = (int)-result;
	return false;
}

/* Exit statuses of an attempt's process; lower ones are the error that refused it. */
enum { status_escaped = 250, status_impossible };

/* Ends an attempt for which there is nothing to try. */
_Noreturn static void impossible(void)
{
	exit_with(status_impossible);
}

static bool is_text(const char *one, const char *other)
{
	size_t length = length_of(one);
	return length == length_of(other) && memcmp(one, other, length) == 0;
}

/* Arguments NAME=VALUE; the last is null. */
static char **facts;

/* Empty if the argument is missing. */
static const char *fact(const char *name)
{
	size_t length = length_of(name);
	for (char **one = facts; *one; one++)
		if (begins_with(*one, name) && (*one)[length] == '=')
			return *one + length + 1;
	return "";
}

static const char *required(const char *name)
{
	const char *value = fact(name);
	if (!*value)
		impossible();
	return value;
}

/* Reads a number up to the first character that is no digit, and moves behind that. */
static uint64_t next_number(const char **text, unsigned base)
{
	for (uint64_t number = 0;; (*text)++) {
		unsigned digit = **text >= 'a' ? (unsigned)(**text - 'a' + 10) : (unsigned)(**text - '0');
		if (digit >= base) {
			*text += **text != 0;
			return number;
		}
		number = number * base + digit;
	}
}

static long number(const char *text)
{
	return (long)next_number(&text, 10);
}

/* A path or a line of output. Longer text is cut off. */
struct text {
	char bytes[4352];
	size_t length;
};

static void put(struct text *to, char byte)
{
	if (to->length + 1 < sizeof to->bytes)
		to->bytes[to->length++] = byte;
	to->bytes[to->length] = 0;
}

/* GCC does not see that the letters choose the types. */
#if !defined(__clang__) && __GNUC__ > 12
#pragma GCC diagnostic ignored "-Wanalyzer-va-arg-type-mismatch"
#endif

/* Appends like printf(3): %s, and %d, %o and %x for numbers of 64 bits without a sign. Without a text, it prints a line instead. */
static const char *add(struct text *to, const char *format, ...)
{
	struct text line, *text = to ? to : &line;
	va_list values;
	line.length = 0;
	va_start(values, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(text, *format);
		} else if (*++format == 's') {
			for (const char *part = va_arg(values, const char *); *part; part++)
				put(text, *part);
		} else {
			uint64_t value = va_arg(values, uint64_t), unit = 1, base = *format == 'd' ? 10 : *format == 'o' ? 8 : 16;
			while (value / unit >= base)
				unit *= base;
			for (; unit; unit /= base)
				put(text, "0123456789abcdef"[value / unit % base]);
		}
	}
	va_end(values);
	if (to)
		return to->bytes;
	put(text, '\n');
	call(write, 1, line.bytes, line.length);
	return NULL;
}

#define set(to, ...) ((to)->length = 0, add(to, __VA_ARGS__))
#define say(...) add(NULL, __VA_ARGS__)

/* Copies the next line of a list, and moves on. Null after the last. */
static const char *next_line(const char **list, struct text *line)
{
	if (!**list)
		return NULL;
	for (line->length = 0; **list && **list != '\n' && line->length + 1 < sizeof line->bytes; (*list)++)
		line->bytes[line->length++] = **list;
	line->bytes[line->length] = 0;
	*list += **list != 0;
	return line->bytes;
}

static bool has_line(const char *list, const char *text)
{
	struct text line;
	while (next_line(&list, &line))
		if (is_text(line.bytes, text))
			return true;
	return false;
}

struct place {
	uint64_t device, inode;
};

static struct place place_of(const char *path)
{
	struct stat status = { 0 };
	bool is_there = done(call(newfstatat, AT_FDCWD, path, &status, 0));
	return is_there ? (struct place){ status.st_dev, status.st_ino } : (struct place){ 0 };
}

static bool is_same(struct place one, struct place other)
{
	return one.inode && one.device == other.device && one.inode == other.inode;
}

/* Our root and the host's, a directory for new files, a mount, and the list of directories where files may be made. */
static struct place root, host;
static const char *directory = "/tmp", *mount_point = "/dev/shm", *writable = "", *token;

/* Without knowledge of the host, every place but our root is outside. Callers climb first, which ends there inside. */
static bool is_host(const char *path)
{
	struct place place = place_of(path);
	return place.inode && (host.inode ? is_same(place, host) : !is_same(place, root));
}

static bool climb(void)
{
	for (int i = 0; i < 64; i++)
		call(chdir, "..");
	return is_host(".");
}

static long open_file(const char *path, int how)
{
	return call(openat, AT_FDCWD, path, how);
}

static long make_file(void)
{
	return call(openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

/* A file without a name, which is deleted when it is closed. */
static bool makes_in(const char *path)
{
	return done(call(openat, AT_FDCWD, path, O_TMPFILE | O_RDWR, 0600));
}

/* In the application's directories no existing file is followed or changed, because the name is unpredictable. */
static const char *new_name(struct text *path, const char *in, const char *suffix)
{
	return set(path, "%s/.%s%s", in, token, suffix);
}

static void set_alarm(long seconds)
{
	const long timer[4] = { 0, 0, seconds };
	call(setitimer, 0 /* ITIMER_REAL */, timer, 0);
}

/* ld(1) defines it: where the program's own headers are in memory. */
extern const char __ehdr_start[];

/* Writes a program as an intruder would bring one: this program, which does nothing with the argument `nothing`. */
static bool writes_program(long descriptor)
{
	const Elf64_Ehdr *header = (const void *)__ehdr_start;
	const Elf64_Phdr *segment = (const void *)(__ehdr_start + header->e_phoff);
	for (int i = 0; i < header->e_phnum; i++)
		if (segment[i].p_type == PT_LOAD &&
		    !done(call(pwrite64, descriptor, segment[i].p_vaddr, segment[i].p_filesz, segment[i].p_offset)))
			return false;
	return true;
}

/* True if a child becomes the program at a path or behind a descriptor, and that exits with 0. */
static bool runs(const char *path, long descriptor)
{
	static const char *const arguments[] = { "escape", "nothing", NULL };
	int status;
	long child = fork_process();
	if (child == 0)
		exit_with((int)-(path ? call(execve, path, arguments, arguments + 2)
				      : call(execveat, descriptor, "", arguments, arguments + 2, AT_EMPTY_PATH)));
	if (!done(child) || !done(call(wait4, child, &status, 0)))
		return false;
	last_error = status & 0x7f ? 0 : status >> 8;
	return status == 0;
}
