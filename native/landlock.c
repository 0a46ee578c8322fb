/* Its exit status is the version of the kernel's Landlock interface, 0 without Landlock. Node cannot make the call. */
#include "kernel.h"

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	long version = call(landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
	return version < 0 ? 0 : (int)version;
}
