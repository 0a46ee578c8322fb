/*
 * Connects to a socket as another account and prints the result: `open`, `closed`, or a negative error number.
 *
 * Arguments: DIRECTORY UID GID GROUPS MILLISECONDS ADDRESS. Root enters the directory first, so that a path may be relative to another
 * root. GROUPS have commas between them. ADDRESS is a struct sockaddr in hexadecimal. The connection is `open` if it lasts for MILLISECONDS.
 */
#include "kernel.h"
#include <asm/socket.h>
#include <linux/poll.h>
#include <linux/time.h>
#include <linux/time_types.h>

enum { stream = 1 /* SOCK_STREAM */, most_groups = 4096 };

/* struct sockaddr_storage without its types of the C library. */
union address {
	uint16_t family;
	unsigned char bytes[128];
};

/* Reads a decimal number and moves behind it. */
static uint64_t take_number(const char **text)
{
	uint64_t number = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (uint64_t)(**text - '0');
	return number;
}

static uint64_t number_of(const char *text)
{
	return take_number(&text);
}

/* Commas between numbers. Returns how many there are, at most `most`. */
static size_t numbers_of(const char *text, uint32_t *numbers, size_t most)
{
	size_t count = 0;
	while (*text && count < most) {
		numbers[count++] = (uint32_t)take_number(&text);
		if (*text)
			text++;
	}
	return count;
}

static unsigned digit_of(char character)
{
	return (unsigned)(character <= '9' ? character - '0' : character - 'a' + 10) & 15;
}

static size_t bytes_of(const char *hexadecimal, unsigned char *bytes, size_t most)
{
	size_t count = 0;
	for (; hexadecimal[0] && hexadecimal[1] && count < most; hexadecimal += 2)
		bytes[count++] = (unsigned char)(digit_of(hexadecimal[0]) << 4 | digit_of(hexadecimal[1]));
	return count;
}

/* Returns a negative error number, or 0 if this process is the account's now, in the directory. */
static long become(char **arguments)
{
	uint32_t groups[most_groups];
	size_t count = numbers_of(arguments[3], groups, most_groups);
	long result = call(chdir, arguments[0]);
	if (result == 0)
		result = call(setgroups, count, groups);
	if (result == 0)
		result = call(setgid, number_of(arguments[2]));
	return result ? result : call(setuid, number_of(arguments[1]));
}

static int64_t milliseconds_now(void)
{
	struct __kernel_timespec now = { 0 };
	call(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether the other end keeps the connection for so long. It may send a greeting. */
static bool lasts(long connection, int64_t milliseconds)
{
	int64_t end = milliseconds_now() + milliseconds;
	for (int64_t left; (left = end - milliseconds_now()) > 0;) {
		char received[4096];
		struct pollfd ready = { .fd = (int)connection, .events = POLLIN };
		struct __kernel_timespec limit = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
		if (call(ppoll, &ready, 1, &limit, 0, sizeof(uint64_t)) > 0 && call(read, connection, received, sizeof received) <= 0)
			return false;
	}
	return true;
}

/* Returns a negative error number, or whether the connection lasts. */
static long try_connection(const union address *address, size_t size, int64_t milliseconds)
{
	int64_t patience = milliseconds * 4;
	struct __kernel_timespec limit = { .tv_sec = patience / 1000, .tv_nsec = patience % 1000 * 1000 }; /* a struct timeval */
	long connection = call(socket, address->family, stream, 0);
	if (connection < 0)
		return connection;
	call(setsockopt, connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	long result = call(connect, connection, address, size);
	/* After SO_SNDTIMEO (socket(7)). */
	if (result == -EINPROGRESS)
		return -ETIMEDOUT;
	return result ? result : lasts(connection, milliseconds);
}

static void print_error(long error)
{
	char text[24], *start = text + sizeof text;
	for (uint64_t left = (uint64_t)-error; left; left /= 10)
		*--start = (char)('0' + left % 10);
	*--start = '-';
	call(write, 1, start, text + sizeof text - start);
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	if (argc != 7)
		return 2;
	union address address = { 0 };
	size_t size = bytes_of(argv[6], address.bytes, sizeof address);
	long result = become(argv + 1);
	if (result == 0)
		result = try_connection(&address, size, (int64_t)number_of(argv[5]));
	if (result < 0)
		print_error(result);
	else
		call(write, 1, result ? "open" : "closed", result ? 4 : 6);
	return 0;
}
