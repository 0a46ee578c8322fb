/*
 * Tries to escape from the sandbox in which it runs, and says of each technique whether it escaped (Test Anything Protocol).
 *
 *   escape [NAME=VALUE…]              tries all techniques
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
	const long others[] = { (long)file, (long)other_file, mode, (long)directory, result };
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

static bool make_requests(void)
{
	long result = technique->first ? make_request(technique->first, technique->first_size, 0) : 0;
	if (!done(result))
		return false;
	bool has_escaped = done(make_request(technique->last, technique->last_size, result));
	for (size_t i = 0; i < sizeof technique->answers; i++)
		has_escaped = has_escaped || technique->answers[i] == last_error;
	return has_escaped;
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
	return technique->attempt ? technique->attempt() : make_requests();
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
		has_escaped = attempt_once();
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

/* Prints `ok` or `not ok`, its number, its id, how it ended, and the error or signal if it did not escape. */
static void try_technique(size_t index)
{
	struct text names;
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
	long result = child < 0 ? -child : signal ? signal : status >> 8;
	if (child > 0 && !signal && result == status_impossible) {
		say("ok %d - %s impossible # SKIP %s", index + 1, technique->id, is_spared ? "loads a kernel module; try modules=1" : "nothing to try");
		return;
	}
	tried++;
	if (child < 0 || signal == SIGALRM) {
		unfinished++;
		say("not ok %d - %s failed %d", index + 1, technique->id, result);
	} else if (!signal && result == status_escaped) {
		escaped++;
		say("not ok %d - %s escaped: %s; each should stop it: %s", index + 1, technique->id, technique->title, layers(&names));
	} else {
		say("ok %d - %s %s %d", index + 1, technique->id, signal ? "killed" : "refused", result);
	}
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
				try_technique(index);
		}
		if (!lists)
			say("# %s: %d tried, %d escaped", groups[i].name, tried - before, escaped - before_escaped);
	}
	if (!lists)
		say("1..%d\n# done: %d tried, %d escaped, %d did not finish", index, tried, escaped, unfinished);
}

int main(int argc, char **argv, char **envp)
{
	static char everywhere[] = "/tmp\n/var/tmp\n/dev/shm\n/run\n/";
	struct text random, covered = { 0 }, chosen;
	uint64_t bytes = 0;
	const char *first = argc > 1 ? argv[1] : "", *place;
	bool has_word = is_text(first, "list") || is_text(first, "bystander") || is_text(first, "entered") || is_text(first, "enter");

	if (is_text(first, "nothing"))
		return 0;
	if (is_text(first, "enter"))
		copy_to_memory(argv, envp);
	environment = envp;
	facts = argv + (argc > 0) + has_word;
	token = fact("token");
	place = fact("host");
	host.device = next_number(&place, 10);
	host.inode = next_number(&place, 10);
	writable = *fact("host") ? fact("writable") : everywhere;
	if (!*token && call(getrandom, &bytes, sizeof bytes, 0) > 0)
		token = set(&random, "%x", bytes);
	if (is_text(first, "list"))
		return try_all(true), 0;
	if (is_text(first, "bystander"))
		return stand_by();
	call(prctl, PR_SET_NAME, "selftest", 0, 0, 0);
	call(rt_sigprocmask, SIG_BLOCK, &gate, 0, sizeof gate);
	set_alarm(*fact("gated") ? 900 : *fact("host") ? 120 : 1800);
	root = place_of("/");
	if (is_text(first, "entered"))
		enter(&covered, &chosen);
	else if (!*fact("host"))
		choose_directory(&chosen);
	try_all(false);
	set_alarm(0);
	const long seconds[2] = { number(fact("wait")), 0 };
	call(nanosleep, seconds, 0);
	return escaped || unfinished;
}
