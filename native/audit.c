/*
 * Prints the kernel's audit records of what filters and Landlock refuse, as the kernel makes them, in the form of the kernel log. They
 * come from the multicast group for them (AUDIT_NLGRP_READLOG), where no rate limit applies, and auditd may run beside it.
 *
 * Prints first `ready` and whether auditing is enabled. A flood of the same call becomes one line, because our reader is slower than a
 * process that does nothing else: the time and serial number of each further record follow after a NUL.
 *
 * Prints `lost` if records are missing: because nobody fetched them in time, or because the kernel made none, which its counter tells.
 * The counter also has records that only auditd or the kernel log missed, so it matters only with the settings that make the kernel
 * drop records itself (`auditctl -r`, `auditctl --backlog_wait_time 0`). Ends with its stdin.
 */
#include "kernel.h"
#include <asm/socket.h>
#include <linux/audit.h>
#include <linux/mman.h>
#include <linux/netlink.h>
#include <linux/poll.h>
#include <linux/time.h>
#include <linux/time_types.h>

enum {
	netlink = 16 /* AF_NETLINK */,
	raw = 3 /* SOCK_RAW */,
	without_waiting = 0x40 /* MSG_DONTWAIT */,
	longest_record = 16384,
	most_records = 1000,
	/* Seconds between two `lost`. */
	quiet = 10,
	/* Older headers do not have them. */
	landlock_access = 1423,
	landlock_domain = 1424,
};

struct text {
	const char *start;
	size_t size;
};

struct record {
	unsigned type;
	/* Time and serial number. */
	struct text stamp;
	/* The record, and the same without what easily differs each time. */
	struct text whole, lasting;
	struct record *next_equal, *last_equal;
	bool is_repeated;
};

/* Too large for the stack, and for the file as variables. */
static struct memory {
	char output[65536];
	size_t written;
	struct record records[most_records];
	/* Each record twice. */
	char texts[most_records * 2 * longest_record];
} *memory;

static void flush(void)
{
	for (size_t at = 0; at < memory->written;) {
		long size = call(write, 1, memory->output + at, memory->written - at);
		if (size <= 0)
			exit_with(0);
		at += (size_t)size;
	}
	memory->written = 0;
}

static void print(struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (memory->written == sizeof memory->output)
			flush();
		memory->output[memory->written++] = text.start[i];
	}
}

static void print_words(const char *words)
{
	print((struct text){ words, length_of(words) });
}

static int64_t seconds_now(void)
{
	struct __kernel_timespec now = { 0 };
	call(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void print_lost(void)
{
	static int64_t next;
	if (seconds_now() < next)
		return;
	next = seconds_now() + quiet;
	print_words("lost\n");
}

static long wait_for(struct pollfd *descriptors, size_t count, int64_t seconds)
{
	struct __kernel_timespec limit = { .tv_sec = seconds };
	return call(ppoll, descriptors, count, &limit, 0, sizeof(uint64_t));
}

/* The kernel's settings and counters. If it does not tell them, it has no limit, and processes wait for room. */
static struct audit_status ask_status(long kernel)
{
	struct {
		struct nlmsghdr header;
		struct audit_status status;
	} answer = { 0 };
	struct nlmsghdr question = { .nlmsg_len = sizeof question, .nlmsg_type = AUDIT_GET, .nlmsg_flags = NLM_F_REQUEST };
	struct sockaddr_nl to = { .nl_family = netlink };
	struct pollfd ready = { .fd = (int)kernel, .events = POLLIN };
	call(sendto, kernel, &question, sizeof question, 0, &to, sizeof to);
	/* It answers at once, or with an error. */
	if (wait_for(&ready, 1, 5) <= 0 || call(recvfrom, kernel, &answer, sizeof answer) < (long)sizeof answer ||
	    answer.header.nlmsg_type != AUDIT_GET)
		return (struct audit_status){ .backlog_wait_time = 1 };
	return answer.status;
}

static bool begins_with(struct text text, const char *words)
{
	for (size_t i = 0; words[i]; i++)
		if (i == text.size || text.start[i] != words[i])
			return false;
	return true;
}

static bool is_equal(struct text a, struct text b)
{
	size_t i = 0;
	while (i < a.size && i < b.size && a.start[i] == b.start[i])
		i++;
	return i == a.size && i == b.size;
}

static struct text from(struct text text, size_t first)
{
	return (struct text){ text.start + first, text.size - first };
}

/* Writes the record without the fields comm and ip, and returns what it wrote. */
static struct text without_changing_fields(struct text text, char *to)
{
	size_t size = 0;
	bool is_left_out = false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.start[i] == ' ')
			is_left_out = begins_with(from(text, i), " comm=") || begins_with(from(text, i), " ip=");
		if (!is_left_out)
			to[size++] = text.start[i];
	}
	return (struct text){ to, size };
}

/* `audit(TIME:SERIAL): FIELDS`. The text may move to its beginning, and what follows it may be overwritten. */
static bool parse(struct record *record, unsigned type, char *text, size_t size)
{
	size_t kept = 0, end = 0;
	for (size_t i = 0; i < size; i++)
		if (text[i] != '\n' && text[i] != '\0')
			text[kept++] = text[i];
	*record = (struct record){ .type = type, .whole = { text, kept } };
	while (end < kept && text[end] != ')')
		end++;
	if (!begins_with(record->whole, "audit(") || !begins_with(from(record->whole, end), "): "))
		return false;
	record->stamp = (struct text){ text + 6, end - 6 };
	if (type == AUDIT_SECCOMP)
		record->lasting = without_changing_fields(from(record->whole, end), text + kept);
	record->last_equal = record;
	return true;
}

/* Joins a record of a filter to the first equal one. */
static void join(struct record *record)
{
	for (struct record *first = memory->records; record->type == AUDIT_SECCOMP && first < record; first++) {
		if (first->type != AUDIT_SECCOMP || first->is_repeated || !is_equal(first->lasting, record->lasting))
			continue;
		record->is_repeated = true;
		first->last_equal->next_equal = record;
		first->last_equal = record;
		return;
	}
}

/* Records of calls only for Landlock's refusals: rules of the administrator may cause many others. */
static bool is_wanted(const struct record *record)
{
	static char event[64];
	static size_t size;
	if (record->type == AUDIT_SYSCALL)
		return is_equal(record->stamp, (struct text){ event, size });
	if (record->type == landlock_access)
		for (size = 0; size < record->stamp.size && size < sizeof event; size++)
			event[size] = record->stamp.start[size];
	return true;
}

static void print_record(const struct record *record)
{
	if (record->is_repeated)
		return;
	print_words("audit: type=");
	for (unsigned place = 1000; place; place /= 10)
		print((struct text){ &"0123456789"[record->type / place % 10], 1 });
	print_words(" ");
	print(record->whole);
	for (const struct record *equal = record->next_equal; equal; equal = equal->next_equal) {
		print((struct text){ equal == record->next_equal ? "" : " ", 1 });
		print(equal->stamp);
	}
	print_words("\n");
}

/* Prints the records that wait. */
static void print_records(long audit)
{
	struct record *end = memory->records;
	char *free = memory->texts;
	for (int i = 0; i < most_records; i++) {
		struct sockaddr_nl sender = { .nl_pid = 1 };
		int sender_size = sizeof sender;
		struct nlmsghdr *header = (void *)free;
		long size = call(recvfrom, audit, free, longest_record, without_waiting, &sender, &sender_size);
		if (size == -EAGAIN)
			break;
		if (size == -ENOBUFS) {
			print_lost();
			continue;
		}
		if (size < 0)
			exit_with(0);
		/* Only the kernel has the port 0, and a process cannot make it send a record of a filter. */
		if (size < (long)sizeof *header || sender.nl_pid != 0)
			continue;
		unsigned type = header->nlmsg_type;
		if (type != AUDIT_SECCOMP && type != landlock_access && type != landlock_domain && type != AUDIT_SYSCALL)
			continue;
		if (!parse(end, type, free + sizeof *header, (size_t)size - sizeof *header) || !is_wanted(end))
			continue;
		join(end++);
		/* Aligned for the next header. */
		free += 2 * longest_record;
	}
	for (const struct record *record = memory->records; record < end; record++)
		print_record(record);
}

static long listener(void)
{
	struct sockaddr_nl group = { .nl_family = netlink, .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
	int room = 1 << 24;
	long audit = call(socket, netlink, raw, NETLINK_AUDIT);
	if (audit < 0 || call(bind, audit, &group, sizeof group))
		exit_with(1);
	call(setsockopt, audit, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	return audit;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	long audit = listener();
	long kernel = call(socket, netlink, raw, NETLINK_AUDIT);
	long mapped = call(mmap, 0, sizeof *memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kernel < 0 || mapped < 0)
		return 1;
	memory = (struct memory *)mapped;
	struct audit_status before = ask_status(kernel);
	print_words(before.enabled ? "ready 1\n" : "ready 0\n");
	flush();
	int64_t checked = seconds_now();
	for (;;) {
		struct pollfd both[] = { { .fd = 0, .events = POLLIN }, { .fd = (int)audit, .events = POLLIN } };
		wait_for(both, 2, 1);
		if (both[0].revents)
			return 0;
		print_records(audit);
		if (seconds_now() != checked) {
			struct audit_status now = ask_status(kernel);
			checked = seconds_now();
			if (now.lost != before.lost && (now.rate_limit || !now.backlog_wait_time))
				print_lost();
			before = now;
		}
		flush();
	}
}
