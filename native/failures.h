/* What failures.c and its probe in the kernel share. */
#ifndef FAILURES_H
#define FAILURES_H

enum {
	/* Generations of a cage may run side by side. */
	most_namespaces = 4,
	/* With the NUL. Longer paths are cut. */
	path_size = 256,
	at_working_directory = -100, /* AT_FDCWD */
};

/* Maps are numbers in the probe's code until failures.c has created them. */
#define map_mark 0x6d617000ull
#define map(number) ((void *)(map_mark << 32 | (number)))
enum { settings_map, calls_map, failures_map, queue_map, map_count };

/* The only value of the map of settings. */
struct settings {
	/* PID namespaces to watch: device and inode, or zeros. */
	unsigned long long namespaces[most_namespaces][2];
	/* Places of the call's number and of its first two arguments in struct pt_regs. */
	unsigned long long number_at, first_at, second_at;
};

/* A key of the map of failures, a value of the queue, and a record of the output. */
struct failure {
	unsigned number;
	int result;
	/* The directory of a relative path, AT_FDCWD if the call has none. */
	int directory;
	unsigned padding;
	char path[path_size];
};

#endif
