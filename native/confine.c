/*
 * Sets no-new-privileges, Landlock rules and system call filters, then runs the next program. If the kernel refuses a step, it reports the
 * step and starts nothing.
 *
 * It contains rules and filters, so it reads no file. setpriv(1) can do the same since util-linux 2.41, but it cannot ask the kernel to
 * record what a filter refuses.
 *
 * Arguments: COMMAND ARG…
 */
#include "capabilities.h"
#include <asm/stat.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/signal.h>

/* What one version of the kernel's interface can limit, as struct landlock_ruleset_attr has it; headers of 6.1 only have the first. */
struct ruleset {
	uint64_t files, network, scopes;
	/* Of landlock_restrict_self(2): by default the kernel records only refusals to this program, not to those that it executes. */
	uint64_t flags;
};

/* For everything below a directory. */
struct rule {
	uint64_t rights;
	/* Bytes of this rule, a multiple of 8. */
	uint32_t size;
	char path[];
};

struct filter {
	/* The kernel records what it refuses (audit record 1326). */
	uint32_t is_logged;
	uint32_t length;
	struct sock_filter instructions[];
};

/* Appended; `Confinement` in src. Behind it are the rulesets, the rules, the ports as 64 bits each, and the filters. */
struct confinement {
	uint32_t enters_root, starts_session, replaces_null, hides_launch;
	uint32_t limits_capabilities, clears_inherited, ends_with_starter, no_new_privileges;
	uint64_t capabilities;
	/* One, or one for each version of Landlock if the program asks the kernel, or none without Landlock. */
	uint32_t rulesets;
	uint32_t asks_kernel;
	uint32_t rules, ports, filters;
	uint32_t unused;
};

/* linux/landlock.h; older headers lack the second kind of rule. */
enum { create_ruleset_version = 1, rule_path_beneath = 1, rule_net_port = 2, bind_tcp = 1 };
enum { detach = 2 }; /* MNT_DETACH, which no header for programs without a C library has */

#define TEXT(step) "cagewright-conf: " step "\n"
#define REFUSED(step) TEXT(step ": refused")

/*
 * Makes the working directory, a mount point, the root and unmounts the old one. No program of the new root may do that, because a traced
 * application may have replaced it. As in pivot_root(2), the old root is briefly mounted on top of the new one. The kernel refuses that if
 * the current root is no mount point (an initramfs). Then the new root is moved over the old one, which no name reaches afterwards.
 *
 * Both must replace the root of the mount namespace itself. If Cagewright runs in a chroot, that is a directory above `/`, and an
 * application that may chroot in the sandbox would climb from `/` to it (measured). setns(2) enters it even from a chroot.
 */
static void enter_root(void)
{
	static const char text[] = REFUSED("entering the sandbox");
	long here = require(call(openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), text);
	long mounts = require(call(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC, 0), text);
	require(call(setns, mounts, CLONE_NEWNS), text);
	require(call(fchdir, here), text);
	if (call(pivot_root, ".", ".") == 0) {
		require(call(umount2, ".", detach), text);
	} else {
		require(call(mount, ".", "/", NULL, MS_MOVE, NULL), text);
		require(call(chroot, "."), text);
	}
	require(call(chdir, "/"), text);
}

static void replace_by_null(int descriptor)
{
	static const char text[] = REFUSED("the standard streams");
	long null = require(call(openat, AT_FDCWD, "/dev/null", O_RDWR, 0), text);
	require(call(dup3, null, descriptor, 0), text);
	call(close, null);
}

/*
 * Begins an audit session, unless somebody set the login uid before. The unit passes the host's /proc as standard input, because most cages
 * have none.
 */
static void start_session(void)
{
	long login = call(openat, 0, "self/loginuid", O_WRONLY, 0);
	if (login >= 0) {
		call(write, login, "0", 1);
		call(close, login);
	}
	replace_by_null(0);
}

/*
 * As container runtimes do after they entered the root: uid 0 could change the mode and owner of the host's /dev/null through any
 * descriptor.
 */
static void replace_null(void)
{
	const unsigned long null_device = 0x103; /* makedev(1, 3) */
	for (int descriptor = 0; descriptor < 3; descriptor++) {
		struct stat status = { 0 };
		if (call(fstat, descriptor, &status) == 0 && status.st_rdev == null_device)
			replace_by_null(descriptor);
	}
}

/* The application finds nothing there. Later programs of the launch are executed by paths from the working directory. */
static void hide_launch(void)
{
	static const char text[] = REFUSED("hiding the launcher's programs");
	require(call(chdir, "/.launch"), text);
	require(call(umount2, "/.launch", detach), text);
}

/* Applies the newest version that this program and the kernel know. */
static void restrict_by_rules(const struct confinement *c, const struct ruleset *rulesets, const struct rule *rule, const uint64_t *ports)
{
	static const char text[] = REFUSED("Landlock");
	static const char none[] = TEXT("this kernel has no Landlock, so the application starts without its rules");
	const struct ruleset *ruleset = rulesets;
	if (c->asks_kernel) {
		long version = call(landlock_create_ruleset, NULL, 0, create_ruleset_version);
		if (version == -ENOSYS || version == -EOPNOTSUPP) {
			call(write, 2, none, sizeof none - 1);
			return;
		}
		require(version - 1, text);
		ruleset += (version < c->rulesets ? version : c->rulesets) - 1;
	}
	/* An older kernel accepts the longer structure if the rest is 0. */
	long set = require(call(landlock_create_ruleset, ruleset, offsetof(struct ruleset, flags), 0), text);
	for (uint32_t i = 0; i < c->rules; i++, rule = (const void *)((const char *)rule + rule->size)) {
		struct __attribute__((packed)) { uint64_t rights; int32_t directory; } attribute;
		attribute.rights = rule->rights & ruleset->files;
		if (!attribute.rights)
			continue; /* the kernel refuses a rule that allows nothing */
		attribute.directory = (int32_t)require(call(openat, AT_FDCWD, rule->path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0), text);
		require(call(landlock_add_rule, set, rule_path_beneath, &attribute, 0), text);
		call(close, attribute.directory);
	}
	/* A kernel that does not judge ports refuses rules for them. */
	for (uint32_t i = 0; ruleset->network && i < c->ports; i++) {
		uint64_t attribute[] = { bind_tcp, ports[i] };
		require(call(landlock_add_rule, set, rule_net_port, attribute, 0), text);
	}
	require(call(landlock_restrict_self, set, ruleset->flags), text);
	call(close, set);
}

int main(int argc, char **argv, char **envp)
{
	const struct confinement *c = (const void *)appended;
	const struct ruleset *rulesets = (const void *)(c + 1);
	const struct rule *rules = (const void *)(rulesets + c->rulesets), *end = rules;
	for (uint32_t i = 0; i < c->rules; i++)
		end = (const void *)((const char *)end + end->size);
	const uint64_t *ports = (const void *)end;
	const struct filter *filter = (const void *)(ports + c->ports);
	(void)argc;

	if (c->enters_root)
		enter_root();
	if (c->starts_session)
		start_session();
	if (c->replaces_null)
		replace_null();
	if (c->hides_launch)
		hide_launch();
	if (c->limits_capabilities)
		require(limit_bounding(c->capabilities), REFUSED("giving up capabilities"));
	if (c->clears_inherited) {
		require(clear_ambient(), REFUSED("giving up capabilities"));
		require(clear_inheritable(), REFUSED("giving up capabilities"));
	}
	if (c->ends_with_starter)
		require(call(prctl, PR_SET_PDEATHSIG, SIGKILL), REFUSED("no new privileges"));
	if (c->no_new_privileges)
		require(call(prctl, PR_SET_NO_NEW_PRIVS, 1), REFUSED("no new privileges"));
	if (c->rulesets)
		restrict_by_rules(c, rulesets, rules, ports);
	for (uint32_t i = 0; i < c->filters; i++) {
		struct sock_fprog program = { (unsigned short)filter->length, (struct sock_filter *)filter->instructions };
		long flags = filter->is_logged ? SECCOMP_FILTER_FLAG_LOG : 0;
		require(call(seccomp, SECCOMP_SET_MODE_FILTER, flags, &program), REFUSED("the system call filter"));
		filter = (const void *)(filter->instructions + filter->length);
	}
	call(execve, argv[1], argv + 1, envp);
	fail(REFUSED("starting the next program"));
}
