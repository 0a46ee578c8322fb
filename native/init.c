/*
 * PID 1 of a cage.
 *
 * The first process of a PID namespace has no default signal actions, so Node and `python3 -m http.server` would ignore TERM there
 * (measured), and orphans would stay zombies. A shell or interpreter as PID 1 would help an intruder, and no init is installed everywhere.
 *
 * Arguments: [""] DIRECTORY [STEP…] COMMAND [ARG…]. The empty one takes CAP_KILL from the application, and the right to drop capabilities.
 *
 * A step is a command of the service that also runs in the cage, as the application does: +before=COUNT WORD…, +after=COUNT WORD…,
 * +reload=COUNT WORD… or +stop=COUNT WORD…. `-` before its program: its failure does not matter. A word that ends in $MAINPID gets the application's number.
 * +notify: relays what the application tells the service manager (sd_notify(3)); see notify.h.
 * +shared=COUNT: so many words of the application, which give it its account and environment, also begin each step.
 *
 * Steps before the start run in the application's process, so that its number does not depend on them. A failure of one does not
 * prevent the start: it may concern the host alone. Those after the start are repeated until they succeed, because a service that
 * usually detaches stays in the foreground here, and nothing tells when it is ready. reload_signal starts those of a reload, and the
 * name of this process shows when they have ended: reload:COUNT:STATUS. stop_signal starts those of a stop; what still runs then gets
 * the signal of +ending=NUMBER, or TERM.
 */
#include "capabilities.h"
#include "notify.h"
#include <linux/signal.h>
#include <linux/time_types.h>

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

/* Afterwards no later program can signal the init. */
static bool gives_up_kill(void)
{
	return call(prctl, PR_CAPBSET_DROP, CAP_KILL) == 0 && call(prctl, PR_CAPBSET_DROP, CAP_SETPCAP) == 0 && clear_inheritable() == 0;
}

enum { reload_signal = 35, stop_signal = 36, most_words = 1 << 13, after_tries = 20 };

/* The arguments, taken apart. */
struct launch {
	bool keeps_kill;
	char *directory;
	/* Up to the application. */
	char **steps;
	char **application;
	long shared;
	/* Ends what still runs after the steps of a stop. */
	long ending_signal;
	char **environment;
	/* Process number of the application. */
	long number;
	bool notifies;
};

/* The count behind a step's name, or -1. */
static long count_of(const char *word, const char *name)
{
	if (!begins_with(word, name))
		return -1;
	long count = 0;
	for (word += length_of(name); *word >= '0' && *word <= '9' && count < 1 << 24; word++)
		count = count * 10 + *word - '0';
	return count;
}

static long words_of_step(const char *word)
{
	long count = count_of(word, "+before=");
	if (count < 0)
		count = count_of(word, "+after=");
	if (count < 0)
		count = count_of(word, "+reload=");
	return count < 0 ? count_of(word, "+stop=") : count;
}

/* The step behind this one, or the application. */
static char **next_step(char **step)
{
	long count = words_of_step(*step++);
	while (count-- > 0 && *step)
		step++;
	return step;
}

static struct launch parse(char **argv, char **envp)
{
	struct launch launch = { .environment = envp, .ending_signal = SIGTERM };
	launch.keeps_kill = *argv[1];
	launch.directory = argv[launch.keeps_kill ? 1 : 2];
	char **word = launch.steps = argv + (launch.keeps_kill ? 2 : 3);
	for (; *word && **word == '+'; word = next_step(word)) {
		long shared = count_of(*word, "+shared=");
		if (shared > 0)
			launch.shared = shared;
		long ending = count_of(*word, "+ending=");
		if (ending > 0)
			launch.ending_signal = ending;
		launch.notifies = launch.notifies || begins_with(*word, "+notify");
	}
	launch.application = word;
	return launch;
}

/* Whether there is a step of this name from here on. */
static bool has_step(const struct launch *launch, char **from, const char *name)
{
	for (char **word = from; word < launch->application; word = next_step(word))
		if (begins_with(*word, name))
			return true;
	return false;
}

/* Executes a program as the application is executed. */
static int execute(const struct launch *launch, char **words)
{
	if (!launch->keeps_kill && !gives_up_kill())
		return launch_failed;
	if (call(chdir, launch->directory) == 0)
		call(execve, words[0], words, launch->environment);
	return launch_failed;
}

/* The word with the application's number in place of a final $MAINPID. The text needs room for the word and a number. */
static char *with_number(char *word, long number, char *text)
{
	static const char variable[] = "$MAINPID";
	size_t length = length_of(word), tail = sizeof variable - 1;
	if (length < tail || memcmp(word + length - tail, variable, tail))
		return word;
	memcpy(text, word, length - tail);
	write_number(text + length - tail, number);
	return text;
}

_Noreturn static void become_step(const struct launch *launch, char **step, long count)
{
	char *words[2 * most_words + 1], texts[1 << 13];
	char *text = texts;
	long length = 0;
	if (count > most_words)
		exit_with(launch_failed);
	for (; length < launch->shared && length < most_words; length++)
		words[length] = launch->application[length];
	for (long i = 0; i < count; i++) {
		char *word = i == 0 && *step[0] == '-' ? step[0] + 1 : step[i];
		bool fits = length_of(word) + 24 < (size_t)(texts + sizeof texts - text);
		words[length] = fits ? with_number(word, launch->number, text) : word;
		if (words[length++] == text)
			text += length_of(text) + 1;
	}
	words[length] = 0;
	exit_with(execute(launch, words));
}

static long run_step(const struct launch *launch, char **step, long count)
{
	long process = fork_process();
	if (process == 0)
		become_step(launch, step, count);
	return process < 0 ? launch_failed : wait_for(process);
}

static void pause_shortly(void)
{
	struct __kernel_timespec half_a_second = { .tv_nsec = 500000000 };
	call(clock_nanosleep, 1 /* CLOCK_MONOTONIC */, 0, &half_a_second, 0);
}

/*
 * Runs the steps of this name up to the first that fails, and returns its status. The last one takes the place of this process, so that
 * its parent is PID 1 as under systemd: with another one, a script of /etc/init.d calls systemctl(1) instead (Debian's init-functions).
 */
static long run_steps(const struct launch *launch, const char *name, int tries)
{
	for (char **word = launch->steps; word < launch->application; word = next_step(word)) {
		long count = count_of(*word, name);
		if (count <= 0)
			continue;
		bool may_fail = *word[1] == '-';
		if (tries == 1 && !may_fail && !has_step(launch, next_step(word), name))
			become_step(launch, word + 1, count);
		long status = run_step(launch, word + 1, count);
		for (int left = tries; status && --left > 0; status = run_step(launch, word + 1, count))
			pause_shortly();
		if (status && !may_fail)
			return status;
	}
	return 0;
}

/* Runs steps in a process of their own. */
static long start_steps(const struct launch *launch, const char *name, int tries)
{
	if (!has_step(launch, launch->steps, name))
		return 0;
	long process = fork_process();
	if (process)
		return process;
	set_mask(&no_signals);
	exit_with(run_steps(launch, name, tries));
}

static void show_reload(uint32_t count, int status)
{
	char name[32] = "reload:", *end = write_number(name + 7, count % 1000);
	*end++ = ':';
	write_number(end, status);
	call(prctl, PR_SET_NAME, name);
}

static int run_application(const struct kind *kind, struct launch *launch)
{
	set_mask(&no_signals);
	if (kind->first_closed)
		call(close_range, kind->first_closed, ~0u);
	launch->number = call(getpid);
	for (char **word = launch->steps; word < launch->application; word = next_step(word)) {
		long count = count_of(*word, "+before=");
		if (count > 0)
			run_step(launch, word + 1, count);
	}
	return execute(launch, launch->application);
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
	struct launch launch = parse(argv, envp);
	struct relay relay = { .socket = -1 };
	/* Without one, the service manager waits in vain. */
	if (launch.notifies && !open_relay(&relay, envp))
		return launch_failed;
	long application = fork_process();
	if (application == 0)
		return run_application(kind, &launch);
	if (application < 0)
		return launch_failed;

	launch.number = application;
	bool reloads = has_step(&launch, launch.steps, "+reload="), stops = has_step(&launch, launch.steps, "+stop=");
	start_steps(&launch, "+after=", after_tries);
	/* A reload and a stop need what the start needed, and print to the application's output. */
	long first_closed = reloads || stops ? 3 : 0;
	if (launch.notifies) {
		call(close_range, first_closed, relay.socket - 1);
		first_closed = relay.socket + 1;
	}
	call(close_range, first_closed, ~0u);
	if (!reloads && !stops) {
		call(chdir, "/"); /* not a way to the launcher's programs */
		keep_only_kill();
	}

	bool detached = false, ending = kind->ends_with_first, over = false;
	int status, result = 0;
	long reload = 0, stop = 0;
	uint32_t reload_count = 0;
	for (;;) {
		long signal = call(rt_sigtimedwait, &all_signals, 0, 0, sizeof all_signals);
		if (signal < 0)
			continue;
		/* The last one may come together with the end. */
		if (launch.notifies && (signal == SIGIO || signal == SIGCHLD))
			relay_messages(&relay);
		if (launch.notifies && signal == SIGIO)
			continue;
		if (signal == reload_signal && reloads) {
			if (!reload)
				reload = start_steps(&launch, "+reload=", 1);
			continue;
		}
		if (signal == stop_signal && stops && !ending && (stop = start_steps(&launch, "+stop=", 1)) > 0) {
			ending = true;
			continue;
		}
		if (signal == stop_signal && stops && stop > 0)
			continue;
		if (signal == stop_signal && stops)
			signal = launch.ending_signal;
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
			if (reload && ended == reload) {
				reload = 0;
				show_reload(++reload_count, exit_status(status));
				continue;
			}
			if (stop > 0 && ended == stop) {
				/* As systemd does, after the commands of the stop. */
				if (over)
					return result;
				stop = 0;
				call(kill, detached ? -1 : application, launch.ending_signal);
				continue;
			}
			if (!detached && ended != application)
				continue; /* an orphan */
			/* After it detached, the last process determines the status. */
			result = exit_status(status);
			if (detached)
				continue;
			over = result || ending;
			if (over && stop <= 0)
				return result; /* the kernel kills the rest of the namespace */
			if (over)
				continue;
			/* It detached: signals go to all until none is left. */
			detached = true;
		}
	}
}
