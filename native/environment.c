/*
 * The last step of a launch: working directory, account and environment, then the application.
 *
 * Earlier, the launcher's programs would read variables for the application, and their loader would load LD_PRELOAD (ld.so(8)) with all
 * privileges. env(1) and setpriv(1) would have to be copied with their libraries, where an intruder could use them. setpriv(1) would also
 * ask nscd for the account's name through a socket that the filter refuses.
 *
 * The variables are in the program itself, because every account can read arguments. Those of systemd's sockets, which only the launch
 * knows, are arguments.
 *
 * Arguments: DIRECTORY NAME=VALUE… "" COMMAND ARG…
 */
#include "capabilities.h"

enum { most_variables = 1 << 13 };

/* Appended, with the variables behind it, each with its final zero; `EnvironmentKind` in src. */
struct kind {
	/* Sockets are passed. */
	uint32_t listens;
	/* The application also gets the variables of the launch, to see whether a test notices. */
	uint32_t inherits;
	/* Without root there is one account. */
	uint32_t changes_account;
	uint32_t uid, gid;
	/* All that the application and its children can have, without root none of a user namespace. Otherwise they stay. */
	uint32_t limits_capabilities;
	uint64_t capabilities;
	uint32_t group_count;
	uint32_t variables_size;
	uint32_t groups[];
};

#define TEXT(step) "cagewright-env: " step "\n"
/* A line of a launch that did not reach the application begins with `launch`. */
static const char account_refused[] = TEXT("launch: cannot change to the account");
static const char capabilities_refused[] = TEXT("launch: cannot give up capabilities");

/* An account's capabilities must be ambient, because files give it none. */
static long keep_ambient(uint64_t kept)
{
	struct __user_cap_header_struct header = this_process();
	uint32_t low = (uint32_t)kept, high = (uint32_t)(kept >> 32);
	struct __user_cap_data_struct sets[2] = { { low, low, low }, { high, high, high } };
	long result = call(capset, &header, sets);
	for (unsigned number = 0; result == 0 && number < 64; number++)
		if (kept >> number & 1)
			result = call(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number);
	return result;
}

static void become_account(const struct kind *kind)
{
	require(call(setgroups, kind->group_count, kind->groups), account_refused);
	/* For uid 0 the bounding set is the limit, for another account the ambient set too. */
	if (kind->limits_capabilities)
		require(limit_bounding(kind->capabilities), capabilities_refused);
	require(call(setresgid, kind->gid, kind->gid, kind->gid), account_refused);
	if (kind->limits_capabilities && kind->uid)
		require(call(prctl, PR_SET_KEEPCAPS, 1), capabilities_refused);
	require(call(setresuid, kind->uid, kind->uid, kind->uid), account_refused);
	if (!kind->limits_capabilities)
		return;
	require(clear_ambient(), capabilities_refused);
	require(kind->uid ? keep_ambient(kind->capabilities) : clear_inheritable(), capabilities_refused);
}

/* What the application gets. */
struct environment {
	size_t count;
	char *variables[most_variables + 1];
	char process_id[32];
};

static void add_variable(struct environment *environment, const struct kind *kind, const char *variable)
{
	/* sd_listen_fds(3) only takes descriptors if a variable names the calling process. */
	static const char process_id[] = "LISTEN_PID=";
	if (environment->count == most_variables)
		fail(TEXT("launch: too many variables"));
	if (kind->listens && begins_with(variable, process_id)) {
		memcpy(environment->process_id, process_id, sizeof process_id);
		write_number(environment->process_id + sizeof process_id - 1, call(getpid));
		variable = environment->process_id;
	}
	environment->variables[environment->count++] = (void *)variable;
	environment->variables[environment->count] = NULL;
}

int main(int argc, char **argv, char **envp)
{
	const struct kind *kind = (const void *)appended;
	(void)argc;

	require(call(chdir, argv[1]), TEXT("cannot enter the working directory"));
	if (kind->changes_account)
		become_account(kind);
	else if (kind->limits_capabilities)
		require(clear_inheritable(), capabilities_refused);
	struct environment environment;
	environment.count = 0;
	environment.variables[0] = NULL;
	const char *text = (const char *)(kind->groups + kind->group_count), *end = text + kind->variables_size;
	for (; text < end; text += length_of(text) + 1)
		add_variable(&environment, kind, text);
	char **word = argv + 2;
	for (; *word && **word; word++)
		add_variable(&environment, kind, *word);
	for (; kind->inherits && *envp; envp++)
		add_variable(&environment, kind, *envp);
	if (*word)
		call(execve, word[1], word + 1, environment.variables);
	fail(TEXT("cannot execute the application"));
}
