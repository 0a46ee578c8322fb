/*
 * Takes over the confinement of a process that somebody else started. This process has been started outside, so it needs no file of the
 * target. It gives up every privilege before its child joins the target's PID namespace, where other processes could attack it: until
 * then they cannot see it. It works on a copy of the mount namespace, which keeps mounts from the target.
 *
 * Arguments: `target`, the sets of its capabilities as /proc/PID/status names them, `filters=1` if it has seccomp filters of its own, and
 * lists with a line each: `ids` (real, effective and saved user, then group), `groups`, `namespaces` (those that differ from ours) and `covers`
 * (directories that a tmpfs covers, so that nothing is written to its files).
 */
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

enum { all_instructions = 32768 /* MAX_INSNS_PER_PATH */, wait_all = 0x40000000 /* __WALL */ };

_Noreturn static void broken(const char *step)
{
	say("# broken %s %d", step, (long)last_error);
	exit_with(1);
}

static void must(const char *step, long result)
{
	if (!done(result))
		broken(step);
}

/* Seccomp filters, oldest first, each behind its length. */
struct filters {
	size_t count, lengths[64];
	struct sock_filter instructions[all_instructions];
};

/*
 * The kernel shows them only to a tracer of a stopped process (ptrace(2)). So a child stops it for some microseconds, as a debugger
 * does; if the child is killed, the process continues.
 */
static void read_filters(long pid, struct filters *filters)
{
	int status = 0;
	size_t used = 0;
	long child = fork_process();
	if (child > 0)
		call(wait4, child, 0, 0);
	if (child)
		return;
	set_alarm(5);
	if (call(ptrace, PTRACE_SEIZE, pid, 0, 0))
		exit_with(1);
	call(ptrace, PTRACE_INTERRUPT, pid, 0, 0);
	call(wait4, pid, &status, wait_all);
	for (size_t i = 0; i < sizeof filters->lengths / sizeof *filters->lengths; i++) {
		long length = call(ptrace, PTRACE_SECCOMP_GET_FILTER, pid, i, 0);
		if (length < 1 || used + (size_t)length > all_instructions)
			break;
		call(ptrace, PTRACE_SECCOMP_GET_FILTER, pid, i, filters->instructions + used);
		filters->lengths[filters->count++] = (size_t)length;
		used += (size_t)length;
	}
	/* A signal that arrived at the same moment is passed on. */
	call(ptrace, PTRACE_DETACH, pid, 0, status >> 16 ? 0 : status >> 8 & 0xff);
	exit_with(0);
}

static void load_filters(const struct filters *filters)
{
	const struct sock_filter *next = filters->instructions;
	for (size_t i = 0; i < filters->count; next += filters->lengths[i++]) {
		const struct sock_fprog filter = { (unsigned short)filters->lengths[i], (struct sock_filter *)next };
		if (!done(call(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0)))
			must("filter", call(seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
	}
}

/* Runs a copy in memory instead, so that a process in the sandbox never sees the host's file. */
static void copy_to_memory(char **argv, char **envp)
{
	static char first[] = "entered";
	long copy = call(memfd_create, "escape", 1 /* MFD_CLOEXEC */);
	must("copy", copy);
	if (!writes_program(copy))
		broken("copy");
	argv[1] = first;
	must("copy", call(execveat, copy, "", argv, envp, AT_EMPTY_PATH));
}

static unsigned long flags_of(const char *path)
{
	struct statfs status = { 0 };
	return done(call(statfs, path, &status)) ? (unsigned long)status.f_flags : 0;
}

/* Enters the namespaces and the root. Names are read from the root of its mount namespace. */
static void enter_root_of(long pid)
{
	struct text path, line, process_root = { 0 }, process_directory = { 0 };
	long others[8], count = 0, mounts = -1, users = -1;
	const char *list = fact("namespaces");
	must("process", call(chdir, process_file(&path, pid, "")));
	long process = open_file(".", O_RDONLY | O_DIRECTORY);
	for (const char *name; count < 8 && (name = next_line(&list, &line));) {
		long namespace = open_file(set(&path, "ns/%s", name), O_RDONLY);
		must(path.bytes, namespace);
		*(is_text(name, "mnt") ? &mounts : is_text(name, "user") ? &users : &others[count++]) = namespace;
	}
	for (long i = 0; i < count; i++)
		must("namespace", call(setns, others[i], 0));
	if (mounts >= 0)
		must("mnt", call(setns, mounts, 0));
	call(fchdir, process);
	must("root", call(readlinkat, AT_FDCWD, "root", process_root.bytes, sizeof process_root.bytes - 1));
	must("directory", call(readlinkat, AT_FDCWD, "cwd", process_directory.bytes, sizeof process_directory.bytes - 1));
	struct place at_root = place_of("root/."), at_directory = place_of("cwd/.");
	call(chdir, "/");
	if (users >= 0)
		must("user", call(setns, users, 0));
	must("copy-mounts", call(unshare, CLONE_NEWNS));
	must("private-mounts", call(mount, "none", "/", 0, MS_REC | MS_PRIVATE, 0));
	bool is_there = done(call(chdir, process_directory.bytes)) && is_same(place_of("."), at_directory);
	must("root", call(chroot, process_root.bytes));
	if (!is_same(place_of("/."), at_root))
		broken("root");
	if (!is_there)
		call(chdir, "/");
}

/* The flags of statfs(2) and mount(2) for ro, nosuid, nodev and noexec are equal. */
static void cover_directories(struct text *covered)
{
	const char *list = fact("covers");
	struct text path, options;
	while (next_line(&list, &path)) {
		struct stat status = { 0 };
		call(newfstatat, AT_FDCWD, path.bytes, &status, AT_SYMLINK_NOFOLLOW);
		if ((status.st_mode & S_IFMT) != S_IFDIR)
			continue;
		set(&options, "size=16m,mode=%o,uid=%d,gid=%d", (long)status.st_mode & 07777, (long)status.st_uid, (long)status.st_gid);
		if (done(call(mount, "none", path.bytes, "tmpfs", flags_of(path.bytes) & 15, options.bytes)))
			add(covered, "%s\n", path.bytes);
	}
}

static uint64_t set_of(const char *name)
{
	const char *text = fact(name);
	return next_number(&text, 16);
}

static void take_account(void)
{
	const struct __user_cap_header_struct header = this_process();
	uint64_t effective = set_of("CapEff"), permitted = set_of("CapPrm"), inheritable = set_of("CapInh");
	const struct __user_cap_data_struct sets[2] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32) },
	};
	uint32_t groups[1024], count = 0, ids[6];
	const char *list = fact("groups"), *numbers = fact("ids");
	while (*list && count < 1024)
		groups[count++] = (uint32_t)next_number(&list, 10);
	for (int i = 0; i < 6; i++)
		ids[i] = (uint32_t)next_number(&numbers, 10);
	limit_bounding(set_of("CapBnd"));
	call(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	call(setgroups, count, groups);
	must("group", call(setresgid, ids[3], ids[4], ids[5]));
	must("user", call(setresuid, ids[0], ids[1], ids[2]));
	call(prctl, PR_SET_KEEPCAPS, 0, 0, 0, 0);
	clear_ambient();
	must("capabilities", call(capset, &header, sets));
	for (int bit = 0; bit < 64; bit++)
		if (set_of("CapAmb") >> bit & 1)
			call(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0);
}

/* Prefers a directory in which the account may make files. */
static const char *first_writable(struct text *path)
{
	const char *list = writable;
	while (next_line(&list, path))
		if (makes_in(path->bytes))
			return path->bytes;
	list = writable;
	return next_line(&list, path) ? path->bytes : "/";
}

/* Returns in the process that then tries the techniques. */
static void enter(struct text *covered, struct text *chosen)
{
	long pid = number(fact("target"));
	struct filters *filters = (void *)call(mmap, 0, sizeof *filters, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("memory", (long)filters);
	/* Nobody without privileges may look into this process. */
	call(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (*fact("filters"))
		read_filters(pid, filters);
	enter_root_of(pid);
	say("# root-flags %d", flags_of("/"));
	cover_directories(covered);
	take_account();
	writable = covered->bytes;
	directory = mount_point = first_writable(chosen);
	/* Filters need no new privileges, and no technique starts a setuid program. */
	call(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	call(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* No file of the host is open from here on, whoever left it open. */
	call(close_range, 3, ~0u, 0);
	load_filters(filters);
	long inside = fork_process();
	must("fork", inside);
	if (inside) {
		set_alarm(40);
		call(wait4, inside, 0, 0);
		exit_with(0);
	}
	call(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	set_alarm(30);
}
