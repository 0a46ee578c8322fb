/*
 * Records failing calls of running cages: loads failures.bpf.c into the kernel and prints what it records. When this program ends, for
 * any reason, nothing of it stays in the kernel.
 *
 * Argument: the file with the probe's code. Its stdin gives the PID namespaces to watch, as `namespaces` of struct settings; it ends
 * with its stdin. Prints a struct failure for each distinct failure. One with number ~0 says that it watches, one with ~1 that it can
 * hold no more. Prints the kernel's reason on stderr if it cannot watch.
 */
#include "wait.h"
#include "failures.h"
#include <linux/bpf.h>
#include <linux/mman.h>

enum { most_failures = 4096, log_size = 65536, watches = ~0, is_full = ~1 };

/* Whether a directory precedes the path. */
static const struct {
	unsigned number, has_directory;
} calls[] = {
#if defined(__x86_64__)
	{ __NR_open, 0 },	{ __NR_stat, 0 },	{ __NR_lstat, 0 },    { __NR_access, 0 }, { __NR_rename, 0 },
	{ __NR_mkdir, 0 },	{ __NR_creat, 0 },	{ __NR_readlink, 0 },
#endif
	{ __NR_execve, 0 },	{ __NR_truncate, 0 },	{ __NR_chdir, 0 },    { __NR_statfs, 0 }, { __NR_openat, 1 },
	{ __NR_mkdirat, 1 },	{ __NR_newfstatat, 1 }, { __NR_readlinkat, 1 }, { __NR_faccessat, 1 }, { __NR_execveat, 1 },
	{ __NR_statx, 1 },	{ __NR_openat2, 1 },	{ __NR_faccessat2, 1 },
};

/* In struct pt_regs (arch/x86/include/uapi/asm/ptrace.h, arch/arm64/include/asm/ptrace.h); orig_x0 is what the result does not overwrite. */
#if defined(__x86_64__)
enum { number_at = 120 /* orig_rax */, first_at = 112 /* rdi */, second_at = 104 /* rsi */ };
#else
enum { number_at = 280 /* syscallno */, first_at = 272 /* orig_x0 */, second_at = 8 /* x1 */ };
#endif

static long bpf(int command, union bpf_attr *attribute)
{
	return call(bpf, command, attribute, sizeof *attribute);
}

/* Prints the last lines of a text and exits. */
_Noreturn static void refuse(const char *what, const char *reason)
{
	size_t size = length_of(reason), shown = size < 300 ? size : 300;
	call(write, 2, what, length_of(what));
	call(write, 2, reason + size - shown, shown);
	exit_with(1);
}

static long create_map(enum bpf_map_type type, unsigned key_size, unsigned value_size, unsigned entries)
{
	union bpf_attr attribute = { .map_type = type, .key_size = key_size, .value_size = value_size, .max_entries = entries };
	long map = bpf(BPF_MAP_CREATE, &attribute);
	if (map < 0)
		refuse("the kernel gives no BPF map", map == -EPERM ? ": not permitted" : "");
	return map;
}

static long access_map(int command, long map, const void *key, void *value)
{
	union bpf_attr attribute = { .map_fd = (unsigned)map, .key = (uintptr_t)key, .value = (uintptr_t)value };
	return bpf(command, &attribute);
}

/* Replaces the numbers of maps by the maps' descriptors. */
static void enter_maps(struct bpf_insn *code, size_t count, const long *maps)
{
	for (size_t i = 0; i + 1 < count; i++) {
		if (code[i].code != (BPF_LD | BPF_DW | BPF_IMM))
			continue;
		if (code[i + 1].imm == (int)map_mark && code[i].imm < map_count) {
			code[i].src_reg = BPF_PSEUDO_MAP_FD;
			code[i].imm = (int)maps[code[i].imm];
			code[i + 1].imm = 0;
		}
		i++;
	}
}

static void load(const char *file, const long *maps)
{
	static const char license[] = "GPL", tracepoint[] = "sys_exit";
	long opened = call(openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC), size = call(lseek, opened, 0, 2 /* SEEK_END */);
	long code = call(mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, opened, 0);
	if (size <= 0 || code < 0)
		refuse("there is no ", file);
	size_t count = (size_t)size / sizeof(struct bpf_insn);
	enter_maps((struct bpf_insn *)code, count, maps);
	char log[log_size] = "";
	union bpf_attr program = { .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = (uint64_t)code, .insn_cnt = (unsigned)count };
	program.license = (uintptr_t)license;
	program.log_buf = (uintptr_t)log;
	program.log_size = sizeof log;
	program.log_level = 1;
	long loaded = bpf(BPF_PROG_LOAD, &program);
	if (loaded < 0)
		refuse("the kernel refuses the BPF program: ", log);
	union bpf_attr attached = { .raw_tracepoint = { .name = (uintptr_t)tracepoint, .prog_fd = (unsigned)loaded } };
	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attached) < 0)
		refuse("the kernel refuses the tracepoint ", tracepoint);
}

static void print(const struct failure *failure)
{
	if (call(write, 1, failure, sizeof *failure) != sizeof *failure)
		exit_with(0);
}

static void print_mark(unsigned number)
{
	struct failure mark = { .number = number };
	print(&mark);
}

/* Prints what has happened. */
static void print_failures(const long *maps)
{
	static unsigned count;
	struct failure failure = { 0 };
	while (access_map(BPF_MAP_LOOKUP_AND_DELETE_ELEM, maps[queue_map], 0, &failure) == 0) {
		print(&failure);
		if (++count == most_failures)
			print_mark(is_full);
	}
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	if (argc != 2)
		return 2;
	const unsigned first = 0;
	struct settings settings = { .number_at = number_at, .first_at = first_at, .second_at = second_at };
	long maps[map_count];
	maps[settings_map] = create_map(BPF_MAP_TYPE_ARRAY, sizeof first, sizeof settings, 1);
	maps[calls_map] = create_map(BPF_MAP_TYPE_HASH, sizeof first, sizeof first, sizeof calls / sizeof *calls);
	maps[failures_map] = create_map(BPF_MAP_TYPE_HASH, sizeof(struct failure), 1, most_failures);
	maps[queue_map] = create_map(BPF_MAP_TYPE_QUEUE, 0, sizeof(struct failure), most_failures);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		unsigned has_directory = calls[i].has_directory;
		access_map(BPF_MAP_UPDATE_ELEM, maps[calls_map], &calls[i].number, &has_directory);
	}
	load(argv[1], maps);
	print_mark(watches);
	for (bool goes_on = true; goes_on;) {
		struct pollfd ready = { .fd = 0, .events = POLLIN };
		if (wait_for_input(&ready, 1, 1000) > 0) {
			goes_on = call(read, 0, settings.namespaces, sizeof settings.namespaces) == sizeof settings.namespaces;
			access_map(BPF_MAP_UPDATE_ELEM, maps[settings_map], &first, &settings);
		}
		print_failures(maps);
	}
	return 0;
}
