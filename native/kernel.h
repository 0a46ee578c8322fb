/*
 * Every program here begins with this file: its entry, system calls without a C library, and the few functions that compilers expect.
 * A call returns its result or a negative error number, as the kernel does.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/uio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `call(openat, AT_FDCWD, "/", O_PATH)`: up to six arguments, numbers or addresses. */
#define call(...) CALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define CALL(name, a, b, c, d, e, f, ...) \
	call_number(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline long call_number(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#else
#error "no system calls for this processor"
#endif
}

/* Launchers end with this status if the application was not started (`launchFailed` in src). */
enum { launch_failed = 125 };

_Noreturn static inline void exit_with(int status)
{
	for (;;)
		call(exit_group, status);
}

static inline size_t length_of(const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return length;
}

static inline bool begins_with(const char *text, const char *start)
{
	while (*start)
		if (*text++ != *start++)
			return false;
	return true;
}

/* Writes a number that is not negative, and returns its end. */
static inline char *write_number(char *to, long number)
{
	char digits[24];
	int length = 0;
	do
		digits[length++] = (char)('0' + number % 10);
	while (number /= 10);
	while (length)
		*to++ = digits[--length];
	*to = 0;
	return to;
}

/* Prints three texts to stderr at once. */
static inline void complain(const char *a, const char *b, const char *c)
{
	struct iovec texts[] = { { (void *)a, length_of(a) }, { (void *)b, length_of(b) }, { (void *)c, length_of(c) } };
	call(writev, 2, texts, 3);
}

/* Prints a text to stderr and exits with `launch_failed`. */
_Noreturn static inline void fail(const char *text)
{
	call(write, 2, text, length_of(text));
	exit_with(launch_failed);
}

/* Returns the result of a call that must succeed. */
static inline long require(long result, const char *text)
{
	if (result < 0)
		fail(text);
	return result;
}

/* Every processor has clone, but not fork. */
static inline long fork_process(void)
{
	return call(clone, 17 /* SIGCHLD */);
}

/* The exit status of a status of wait4(2): 128 + the signal that ended the process. */
static inline int exit_status(int status)
{
	return status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}

/* Waits for a child and returns its exit status. Reaps others that end before it. */
static inline int wait_for(long child)
{
	for (int status = 0;;) {
		long ended = call(wait4, -1, &status, 0, NULL);
		if (ended == child)
			return exit_status(status);
		if (ended < 0)
			return launch_failed;
	}
}

#if !__STDC_HOSTED__

/* The bytes that TypeScript appended to the program, aligned to 16. Without any, eight zeros. */
extern const unsigned char appended[];

int main(int argc, char **argv, char **envp);

/* The kernel leaves argc, argv and envp at the stack pointer. */
#if defined(__x86_64__)
__asm__(".global _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");
#else
__asm__(".global _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl start\n");
#endif

__attribute__((used)) _Noreturn void start(long *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	exit_with(main(argc, argv, argv + argc + 1));
}

/* Compilers call these for copies and comparisons of structures. */

__attribute__((used)) void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
	return to;
}

__attribute__((used)) void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)to)[i] = (unsigned char)byte;
	return to;
}

__attribute__((used)) int memcmp(const void *a, const void *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const unsigned char *)a)[i] != ((const unsigned char *)b)[i])
			return ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
	return 0;
}

#endif
#endif
