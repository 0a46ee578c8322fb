/* Capabilities of this process, for the programs that give them up: capabilities(7). Results are 0 or a negative error number. */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

#include "kernel.h"
#include <linux/capability.h>
#include <linux/prctl.h>

static inline struct __user_cap_header_struct this_process(void)
{
	return (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
}

/* No later program can get others: for uid 0 this is the limit. */
static inline long limit_bounding(uint64_t kept)
{
	for (unsigned number = 0; number < 64; number++) {
		long result = kept >> number & 1 ? 0 : call(prctl, PR_CAPBSET_DROP, number);
		if (result && result != -EINVAL) /* EINVAL: a number that this kernel does not know */
			return result;
	}
	return 0;
}

static inline long clear_ambient(void)
{
	return call(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
}

/* Inheritable capabilities come back when uid 0 executes a file. systemd's starter may leave some in a container. */
static inline long clear_inheritable(void)
{
	struct __user_cap_header_struct header = this_process();
	struct __user_cap_data_struct sets[2] = { 0 };
	long result = call(capget, &header, sets);
	sets[0].inheritable = sets[1].inheritable = 0;
	return result ? result : call(capset, &header, sets);
}

#endif
