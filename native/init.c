/*
 * PID 1 of a cage.
 *
 * The first process of a PID namespace has no default signal actions, so Node and `python3 -m http.server` would ignore TERM there
 * (measured), and orphans would stay zombies. A shell or interpreter as PID 1 would help an intruder, and no init is installed everywhere.
 *
 * Arguments: [""] DIRECTORY COMMAND [ARG…]. The empty one takes CAP_KILL from the application, and the right to drop capabilities.
 */
#include "kernel.h"
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/signal.h>

/* Appended; `InitKind` in src. */
struct kind {
	/* Background processes do not keep the cage running. */
	uint32_t ends_with_first;
	/* Descriptors from here on are closed; 0 keeps all. */
	uint32_t first_closed;
	/* Begins a process group, because no setsid(1) came before, so that kill(0, …) reaches only the application. */
	uint32_t leads_group;
};

enum { wait_without_hanging = 1 };
static const uint64_t all_signals = ~0ull, no_signals = 0;

static void set_mask(const uint64_t *mask)
{
	call(rt_sigprocmask, SIG_SETMASK, mask, 0, sizeof *mask);
}

static struct __user_cap_header_struct this_process(void)
{
	return (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
}

/* True if no later program can signal the init, nor give back to root what systemd's starter may have left inheritable in a container. */
static bool gives_up_kill(void)
{
	struct __user_cap_header_struct header = this_process();
	struct __user_cap_data_struct sets[2];
	if (call(prctl, PR_CAPBSET_DROP, CAP_KILL) || call(prctl, PR_CAPBSET_DROP, CAP_SETPCAP) || call(capget, &header, sets))
		return false;
	sets[0].inheritable = sets[1].inheritable = 0;
	return call(capset, &header, sets) == 0;
}

static int run_application(const struct kind *kind, char **argv, char **envp)
{
	set_mask(&no_signals);
	if (kind->first_closed)
		call(close_range, kind->first_closed, ~0u);
	if (!*argv[1]) {
		if (!gives_up_kill())
			return launch_failed;
		argv++;
	}
	if (call(chdir, argv[1]) == 0)
		call(execve, argv[2], argv + 2, envp);
	return launch_failed;
}

static void keep_only_kill(void)
{
	struct __user_cap_header_struct header = this_process();
	struct __user_cap_data_struct sets[2] = { { .effective = 1u << CAP_KILL, .permitted = 1u << CAP_KILL } };
	if (call(capset, &header, sets) == 0)
		return;
	sets[0] = (struct __user_cap_data_struct){ 0 };
	call(capset, &header, sets);
}

int main(int argc, char **argv, char **envp)
{
	const struct kind *kind = (const void *)appended;
	(void)argc;

	if (kind->leads_group)
		call(setpgid, 0, 0);
	/*
	 * Signals stay blocked and rt_sigtimedwait fetches them: the kernel queues a blocked signal even for PID 1 (sig_ignored() in
	 * kernel/signal.c), but drops an unblocked one without a handler.
	 */
	set_mask(&all_signals);
	long application = fork_process();
	if (application == 0)
		return run_application(kind, argv, envp);
	if (application < 0)
		return launch_failed;

	call(close_range, 0, ~0u);
	call(chdir, "/"); /* not a way to the launcher's programs */
	keep_only_kill();

	bool detached = false, ending = kind->ends_with_first;
	int status, result = 0;
	for (;;) {
		long signal = call(rt_sigtimedwait, &all_signals, 0, 0, sizeof all_signals);
		if (signal < 0)
			continue;
		if (signal != SIGCHLD) {
			ending = ending || signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
			call(kill, detached ? -1 : application, signal);
			continue;
		}
		for (long ended; (ended = call(wait4, -1, &status, wait_without_hanging)) != 0;) {
			if (ended < 0) {
				if (detached)
					return result;
				break;
			}
			if (!detached && ended != application)
				continue; /* an orphan */
			/* After it detached, the last process determines the status. */
			result = exit_status(status);
			if (detached)
				continue;
			if (result || ending)
				return result; /* the kernel kills the rest of the namespace */
			/* It detached: signals go to all until none is left. */
			detached = true;
		}
	}
}
