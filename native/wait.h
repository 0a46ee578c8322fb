/* Waiting with a limit. Needs no C library, and no time zone. */
#ifndef WAIT_H
#define WAIT_H

#include "kernel.h"
#include <linux/poll.h>
#include <linux/time.h>
#include <linux/time_types.h>

static inline int64_t milliseconds_now(void)
{
	struct __kernel_timespec now = { 0 };
	call(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns how many of the descriptors can be read, or have ended. */
static inline long wait_for_input(struct pollfd *descriptors, size_t count, int64_t milliseconds)
{
	struct __kernel_timespec limit = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 };
	return call(ppoll, descriptors, count, &limit, NULL, sizeof(uint64_t));
}

#endif
