/*
 * Tries to escape from the sandbox in which it runs, and says of each technique whether it escaped (Test Anything Protocol).
 *
 *   escape [--json] [NAME=VALUE…]     tries all techniques
 *   escape list                       lists them: id, group, layers of which each should stop it, `module`, what it tries
 *   escape bystander [uid= gid=]      prints arguments for techniques that need a process outside, and ends with its input
 *   escape enter target=PID …         takes over the confinement of a process first (escape-enter.h)
 *
 * Arguments that describe the host, all optional: `host` (DEVICE:INODE of its root), `disk` (its device number), what `bystander` prints,
 * `unplanned` (a TCP port), `program` and `launcher` (their paths in the sandbox), and lists with a line each: `environment` (expected
 * variables), `writable`, `shared` (directories of the host). Others: `omitted` (ids), `modules=1` (also techniques that make
 * the kernel load a module), `gated=1` (each waits for SIGUSR1) and `wait=SECONDS` (at the end, to be observed).
 */
#include "escape.h"

static long word_of(long word, long result)
{
	if (word < FILE || word > PROGRAM)
		return word;
	if (word >= PID) {
		const char *value = required(fact_names[word - PID]);
		return word < QUEUE ? number(value) : (long)value;
	}
	const long others[] = { (long)file, (long)other_file, mode, (long)directory, (long)mount_point, result };
	return others[word - FILE];
}

static long make_request(const long *request, size_t size, long result)
{
	long words[7] = { 0 };
	if (*request == -1)
		impossible();
	for (size_t i = 0; i < size; i++)
		words[i] = word_of(request[i], result);
	return call_number(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
}

#include "escape-files.h"
#include "escape-kernel.h"
#include "escape-processes.h"
#include "escape-bystander.h"
#include "escape-enter.h"

#define GROUP(name) { #name, name, sizeof name / sizeof *name }
static const struct {
	const char *name;
	const struct technique *techniques;
	size_t count;
} groups[] = {
	GROUP(files), GROUP(inherited), GROUP(processes), GROUP(namespaces), GROUP(kernel), GROUP(memory), GROUP(sockets), GROUP(rights),
};

static bool attempt_once(void)
{
	if (technique->attempt && !technique->first_size)
		return technique->attempt();
	long result = technique->first ? make_request(technique->first, technique->first_size, 0) : 0;
	if (!done(result))
		return false;
	bool has_escaped = done(make_request(technique->last, technique->last_size, result));
	for (size_t i = 0; i < sizeof technique->answers; i++)
		has_escaped = has_escaped || technique->answers[i] == last_error;
	return has_escaped;
}

static bool set_user_or_group(void)
{
	call(umask, 0);
	for (mode = S_ISUID | 0755; mode; mode = mode & S_ISUID ? S_ISGID | 0755 : 0) {
		struct stat status = { 0 };
		attempt_once();
		call(newfstatat, AT_FDCWD, file, &status, 0);
		call(unlinkat, AT_FDCWD, file, 0);
		if (status.st_mode & (S_ISUID | S_ISGID))
			return true;
	}
	return false;
}

/* Tries it in each writable directory until it escapes, and removes what is at the new names. */
static bool attempt_with_file(void)
{
	struct text in, name, other;
	bool has_escaped = false;
	const char *list = writable;
	if (!*list)
		impossible();
	while (!has_escaped && next_line(&list, &in)) {
		file = new_name(&name, in.bytes, "");
		other_file = new_name(&other, in.bytes, ".x");
		has_escaped = technique->sets_bits ? set_user_or_group() : attempt_once();
		call(unlinkat, AT_FDCWD, file, 0);
		call(unlinkat, AT_FDCWD, other_file, 0);
	}
	return has_escaped;
}

/* In a process of its own, so that a crash, a hang or given up privileges do not affect later attempts. */
_Noreturn static void attempt_and_exit(size_t index)
{
	struct text name;
	set_alarm(10);
	/* The kernel's records have the name. */
	set(&name, "%s", token);
	name.length = name.length < 8 ? name.length : 8;
	add(&name, "-%d", index);
	call(prctl, PR_SET_NAME, name.bytes, 0, 0, 0);
	bool has_escaped = technique->makes_file ? attempt_with_file() : attempt_once();
	exit_with(has_escaped ? status_escaped : last_error);
}

static const char *layers(struct text *names)
{
	names->length = 0;
	for (unsigned i = 0; i < 16; i++)
		if (technique->stopped_by >> i & 1)
			add(names, names->length ? " %s" : "%s", layer_names[i]);
	return names->bytes;
}

static const uint64_t gate = 1ull << (SIGUSR1 - 1);
static size_t tried, escaped, unfinished;
static bool is_json;

/* Prints how a technique ended and the error or signal, as a test point or in JSON. */
static void try_technique(const char *group, size_t index)
{
	struct text names, more;
	int status = status_impossible << 8;
	bool is_spared = technique->loads_module && !*fact("modules");
	if (*fact("gated")) {
		say("# ready %s", technique->id);
		call(rt_sigtimedwait, &gate, 0, 0, sizeof gate);
	}
	long child = is_spared ? 1 : fork_process();
	if (child == 0)
		attempt_and_exit(index);
	if (!is_spared)
		call(wait4, child, &status, 0);
	int signal = status & 0x7f;
	long number = child < 0 ? -child : signal ? signal : status >> 8;
	const char *outcome = child < 0 || signal == SIGALRM ? "failed" : signal ? "killed" : "refused";
	set(&more, " %d", number);
	if (child > 0 && !signal && number >= status_escaped) {
		outcome = number == status_escaped ? "escaped" : "impossible";
		if (number == status_escaped)
			set(&more, ": %s; each should stop it: %s", technique->title, layers(&names));
		else
			set(&more, " # SKIP %s", is_spared ? "loads a kernel module; try modules=1" : "nothing to try");
		number = 0;
	}
	tried += *outcome != 'i';
	escaped += *outcome == 'e';
	unfinished += *outcome == 'f';
	if (is_json)
		say("{\"id\":\"%s\",\"group\":\"%s\",\"outcome\":\"%s\",\"number\":%d,\"stoppedBy\":\"%s\",\"title\":\"%s\"}", technique->id, group,
		    outcome, number, layers(&names), technique->title);
	else
		say("%sok %d - %s %s%s", *outcome == 'e' || *outcome == 'f' ? "not " : "", index + 1, technique->id, outcome, more.bytes);
}

static void list_technique(const char *group)
{
	struct text names;
	const char *module = technique->loads_module ? "module" : "";
	say("%s\t%s\t%s\t%s\t%s", technique->id, group, layers(&names), module, technique->title);
}

static void try_all(bool lists)
{
	size_t index = 0;
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		size_t before = tried, before_escaped = escaped;
		for (size_t j = 0; j < groups[i].count; j++, index++) {
			technique = &groups[i].techniques[j];
			if (lists)
				list_technique(groups[i].name);
			else if (!has_line(fact("omitted"), technique->id))
				try_technique(groups[i].name, index);
		}
		if (!lists && !is_json)
			say("# %s: %d tried, %d escaped", groups[i].name, tried - before, escaped - before_escaped);
	}
	/* Whoever uses the mount removes the mark of the technique `unmount`. */
	place_of(mount_point);
	if (!lists && !is_json)
		say("1..%d\n# done: %d tried, %d escaped, %d did not finish", index, tried, escaped, unfinished);
}

int main(int argc, char **argv, char **envp)
{
	static char everywhere[] = "/tmp\n/var/tmp\n/dev/shm\n/run\n/";
	struct text random, covered = { 0 }, chosen;
	uint64_t bytes = 0;
	const char *first = argc > 1 ? argv[1] : "x=", *place = first;

	while (*place && *place != '=')
		place++;
	if (!*place && !has_line("nothing\nlist\nbystander\nenter\nentered\n--json", first)) {
		say("usage: escape [--json | list | bystander] [NAME=VALUE...]");
		return 2;
	}
	if (is_text(first, "nothing"))
		return 0;
	if (is_text(first, "enter"))
		copy_to_memory(argv, envp);
	environment = envp;
	facts = argv + (argc > 0);
	is_json = is_text(first, "--json");
	token = fact("token");
	place = fact("host");
	host.device = next_number(&place, 10);
	host.inode = next_number(&place, 10);
	writable = *fact("writable") ? fact("writable") : everywhere;
	if (!*token && call(getrandom, &bytes, sizeof bytes, 0) > 0)
		token = set(&random, "%x", bytes);
	if (is_text(first, "list"))
		return try_all(true), 0;
	if (is_text(first, "bystander"))
		return stand_by();
	call(prctl, PR_SET_NAME, "selftest", 0, 0, 0);
	call(rt_sigprocmask, SIG_BLOCK, &gate, 0, sizeof gate);
	set_alarm(*fact("gated") ? 900 : 120);
	root = place_of("/");
	if (is_text(first, "entered"))
		enter(&covered, &chosen);
	else if (!*fact("writable"))
		directory = first_writable(&chosen);
	try_all(false);
	set_alarm(0);
	const long seconds[2] = { number(fact("wait")), 0 };
	call(nanosleep, seconds, 0);
	return escaped || unfinished;
}
