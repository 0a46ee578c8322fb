/* Capabilities of this process, for the programs that give them up: capabilities(7). */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

#include "kernel.h"
#include <linux/capability.h>
#include <linux/prctl.h>

static inline struct __user_cap_header_struct this_process(void)
{
	return (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
}

/* The other capabilities are nothing that a later program could get: for uid 0 this is the limit. False if the kernel refuses. */
static inline bool limit_bounding(uint64_t kept)
{
	for (unsigned number = 0; number < 64; number++) {
		if (kept >> number & 1)
			continue;
		long result = call(prctl, PR_CAPBSET_DROP, number);
		if (result && result != -EINVAL) /* EINVAL: a number that this kernel does not know */
			return false;
	}
	return true;
}

static inline bool clear_ambient(void)
{
	return call(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL) == 0;
}

/* Inheritable capabilities come back when uid 0 executes a file. systemd's starter may leave some in a container. */
static inline bool clear_inheritable(void)
{
	struct __user_cap_header_struct header = this_process();
	struct __user_cap_data_struct sets[2];
	if (call(capget, &header, sets))
		return false;
	sets[0].inheritable = sets[1].inheritable = 0;
	return call(capset, &header, sets) == 0;
}

#endif
