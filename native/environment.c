/*
 * The last step of a launch: working directory, account and environment, then the application.
 *
 * Earlier, the launcher's programs would read variables for the application, and their loader would load LD_PRELOAD (ld.so(8)) with all
 * privileges. env(1) and setpriv(1) would have to be copied with their libraries, where an intruder could use them. setpriv(1) would also
 * ask nscd for the account's name through a socket that the filter refuses.
 *
 * Arguments: DIRECTORY NAME=VALUE… "" COMMAND ARG…
 */
#include "capabilities.h"

/* Appended; `EnvironmentKind` and `ProgramAccount` in src. */
struct kind {
	/* Sockets are passed. */
	uint32_t listens;
	/* The application also gets the variables of the launch, to see whether a test notices. */
	uint32_t inherits;
	/* Without root there is one account. */
	uint32_t changes_account;
	uint32_t uid, gid;
	/* All that the application and its children can have; otherwise they stay, to see whether a test notices. */
	uint32_t limits_capabilities;
	uint64_t capabilities;
	uint32_t group_count;
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

/* sd_listen_fds(3) only takes descriptors if a variable names the calling process. Its place is as long as the largest number. */
static void write_process_id(char *variable)
{
	static const char name[] = "LISTEN_PID=";
	size_t length = sizeof name - 1;
	if (begins_with(variable, name) && variable[length] == '0')
		write_number(variable + length, call(getpid));
}

int main(int argc, char **argv, char **envp)
{
	const struct kind *kind = (const void *)appended;
	(void)argc;

	require(call(chdir, argv[1]), TEXT("cannot enter the working directory"));
	if (kind->changes_account)
		become_account(kind);
	char **word = argv + 2;
	for (; *word && **word; word++)
		if (kind->listens)
			write_process_id(*word);
	if (*word) {
		*word = NULL;
		call(execve, word[1], word + 1, kind->inherits ? envp : argv + 2);
	}
	fail(TEXT("cannot execute the application"));
}
