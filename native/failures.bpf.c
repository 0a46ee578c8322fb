/*
 * Runs in the kernel (bpf(2)) at the end of each system call, and records each distinct failed path of a few PID namespaces once. Skips
 * everything else at the first comparison and changes nothing.
 */
#include "failures.h"
#include <linux/bpf.h>
#include <linux/errno.h>

/* bpf-helpers(7), by the numbers of `enum bpf_func_id`. */
#define helper(number, type, name, ...) static type (*const name)(__VA_ARGS__) = (type (*)(__VA_ARGS__))number
helper(1, void *, look_up, void *map, const void *key);
helper(2, long, update, void *map, const void *key, const void *value, unsigned long long flags);
helper(87, long, push, void *map, const void *value, unsigned long long flags);
helper(113, long, read_kernel, void *to, unsigned size, unsigned long long from);
helper(114, long, read_user_text, void *to, unsigned size, unsigned long long from);
helper(120, long, ids_in_namespace, unsigned long long device, unsigned long long inode, struct bpf_pidns_info *ids, unsigned size);

/* The kernel begins with the first instruction, so there is only one function. */
#define inlined static inline __attribute__((always_inline))

inlined unsigned long long read_register(unsigned long long registers, unsigned long long at)
{
	unsigned long long value = 0;
	read_kernel(&value, sizeof value, registers + at);
	return value;
}

/* A cage causes these: missing, not permitted, read-only. */
inlined int is_of_cage(long long result)
{
	return result == -ENOENT || result == -EACCES || result == -EPERM || result == -ENOTDIR || result == -EROFS;
}

inlined int is_watched(const struct settings *settings)
{
	struct bpf_pidns_info ids;
	/* The kernel follows no pointer that a loop moves. */
#pragma GCC unroll 4
	for (int i = 0; i < most_namespaces; i++)
		if (settings->namespaces[i][1] &&
		    ids_in_namespace(settings->namespaces[i][0], settings->namespaces[i][1], &ids, sizeof ids) == 0)
			return 1;
	return 0;
}

inlined void record(const struct settings *settings, unsigned long long registers, long long result)
{
	const char nothing = 0;
	struct failure failure = { .result = (int)result, .directory = at_working_directory };
	failure.number = (unsigned)read_register(registers, settings->number_at);
	const unsigned *has_directory = look_up(map(calls_map), &failure.number);
	if (!has_directory)
		return;
	if (*has_directory)
		failure.directory = (int)read_register(registers, settings->first_at);
	unsigned long long path = read_register(registers, *has_directory ? settings->second_at : settings->first_at);
	if (read_user_text(failure.path, sizeof failure.path, path) > 1 &&
	    update(map(failures_map), &failure, &nothing, BPF_NOEXIST) == 0)
		push(map(queue_map), &failure, 0);
}

/* The tracepoint sys_exit: struct pt_regs and the result. */
int probe(const struct bpf_raw_tracepoint_args *context)
{
	const unsigned first = 0;
	long long result = (long long)context->args[1];
	if (!is_of_cage(result))
		return 0;
	const struct settings *settings = look_up(map(settings_map), &first);
	if (settings && is_watched(settings))
		record(settings, context->args[0], result);
	return 0;
}
