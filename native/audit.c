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
#include "socket.h"
#include "wait.h"
#include <asm/socket.h>
#include <linux/audit.h>
#include <linux/mman.h>
#include <linux/netlink.h>

enum {
	longest_record = 16384,
	most_records = 1000,
	/* Milliseconds between two `lost`, and between two looks at the counter. */
	quiet = 10000,
	look = 1000,
	/* Older headers do not have them. */
	landlock_access = 1423,
	landlock_domain = 1424,
};

struct record {
	unsigned type;
	/* Without line ends: the record, and behind it the same without what easily differs each time. */
	char *text;
	size_t size, stamp_size, lasting_size;
	struct record *next_equal, *last_equal;
	bool is_repeated;
};

/* Too large for the stack, and for the file as variables. */
static struct memory {
	char output[65536];
	size_t written;
	struct record records[most_records];
	char texts[most_records][2 * longest_record];
} *memory;

/* `audit(TIME:SERIAL): FIELDS` */
static const char beginning[] = "audit(";
enum { stamp_at = sizeof beginning - 1 };

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

static void print(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (memory->written == sizeof memory->output)
			flush();
		memory->output[memory->written++] = text[i];
	}
}

static void print_words(const char *words)
{
	print(words, length_of(words));
}

static void print_lost(void)
{
	static int64_t next;
	if (milliseconds_now() < next)
		return;
	next = milliseconds_now() + quiet;
	print_words("lost\n");
}

/* The kernel's settings and counters. If it does not tell them, it has no limit, and processes wait for room. */
static struct audit_status ask_status(long kernel)
{
	struct {
		struct nlmsghdr header;
		struct audit_status status;
	} answer = { 0 };
	struct nlmsghdr question = { .nlmsg_len = sizeof question, .nlmsg_type = AUDIT_GET, .nlmsg_flags = NLM_F_REQUEST };
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct pollfd ready = { .fd = (int)kernel, .events = POLLIN };
	call(sendto, kernel, &question, sizeof question, 0, &to, sizeof to);
	/* It answers at once, or with an error. */
	if (wait_for_input(&ready, 1, 5000) <= 0 || call(recvfrom, kernel, &answer, sizeof answer) < (long)sizeof answer ||
	    answer.header.nlmsg_type != AUDIT_GET)
		return (struct audit_status){ .backlog_wait_time = 1 };
	return answer.status;
}

static bool is_before(const char *words, const char *text, size_t size)
{
	size_t length = length_of(words);
	return size >= length && memcmp(text, words, length) == 0;
}

/* False if it is no record. Writes behind the text, which has room for that. */
static bool parse(struct record *record, unsigned type, char *text, size_t length)
{
	size_t size = 0, end = 0, lasting_size = 0;
	for (size_t i = 0; i < length; i++)
		if (text[i] != '\n' && text[i] != '\0')
			text[size++] = text[i];
	while (end < size && text[end] != ')')
		end++;
	if (!is_before(beginning, text, size) || !is_before("): ", text + end, size - end))
		return false;
	bool is_left_out = false;
	for (size_t i = end; i < size; i++) {
		if (text[i] == ' ')
			is_left_out = is_before(" comm=", text + i, size - i) || is_before(" ip=", text + i, size - i);
		if (!is_left_out)
			text[size + lasting_size++] = text[i];
	}
	*record = (struct record){ .type = type, .text = text, .size = size, .stamp_size = end - stamp_at, .lasting_size = lasting_size };
	record->last_equal = record;
	return true;
}

/* Joins a record of a filter to the first equal one. */
static void join(struct record *record)
{
	for (struct record *first = memory->records; record->type == AUDIT_SECCOMP && first < record; first++) {
		if (first->type != AUDIT_SECCOMP || first->is_repeated || first->lasting_size != record->lasting_size ||
		    memcmp(first->text + first->size, record->text + record->size, record->lasting_size))
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
	const char *stamp = record->text + stamp_at;
	if (record->type == AUDIT_SYSCALL)
		return record->stamp_size == size && memcmp(stamp, event, size) == 0;
	if (record->type == landlock_access)
		for (size = 0; size < record->stamp_size && size < sizeof event; size++)
			event[size] = stamp[size];
	return record->type == AUDIT_SECCOMP || record->type == landlock_access || record->type == landlock_domain;
}

static void print_record(const struct record *record)
{
	if (record->is_repeated)
		return;
	print_words("audit: type=");
	for (unsigned place = 1000; place; place /= 10)
		print(&"0123456789"[record->type / place % 10], 1);
	print_words(" ");
	print(record->text, record->size);
	for (const struct record *equal = record->next_equal; equal; equal = equal->next_equal) {
		print(equal == record->next_equal ? "" : " ", 1);
		print(equal->text + stamp_at, equal->stamp_size);
	}
	print_words("\n");
}

/* Prints the records that wait. */
static void print_records(long audit)
{
	struct record *end = memory->records;
	for (int i = 0; i < most_records; i++) {
		struct sockaddr_nl sender = { .nl_pid = 1 };
		int sender_size = sizeof sender;
		char *text = memory->texts[i];
		struct nlmsghdr *header = (void *)text;
		long size = call(recvfrom, audit, text, longest_record, MSG_DONTWAIT, &sender, &sender_size);
		if (size == -EAGAIN)
			break;
		if (size == -ENOBUFS)
			print_lost();
		else if (size < 0)
			exit_with(0);
		/* Only the kernel has the port 0, and a process cannot make it send a record of a filter. */
		else if (size > (long)sizeof *header && sender.nl_pid == 0 &&
			 parse(end, header->nlmsg_type, text + sizeof *header, (size_t)size - sizeof *header) && is_wanted(end))
			join(end++);
	}
	for (const struct record *record = memory->records; record < end; record++)
		print_record(record);
}

static long listener(void)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
	int room = 1 << 24;
	long audit = call(socket, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	if (audit < 0 || call(bind, audit, &group, sizeof group))
		exit_with(1);
	call(setsockopt, audit, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	return audit;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	long audit = listener();
	long kernel = call(socket, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	long mapped = call(mmap, 0, sizeof *memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kernel < 0 || mapped < 0)
		return 1;
	memory = (struct memory *)mapped;
	struct audit_status before = ask_status(kernel);
	print_words(before.enabled ? "ready 1\n" : "ready 0\n");
	flush();
	int64_t checked = milliseconds_now();
	for (;;) {
		struct pollfd both[] = { { .fd = 0, .events = POLLIN }, { .fd = (int)audit, .events = POLLIN } };
		wait_for_input(both, 2, look);
		if (both[0].revents)
			return 0;
		print_records(audit);
		if (milliseconds_now() - checked >= look) {
			struct audit_status now = ask_status(kernel);
			checked = milliseconds_now();
			if (now.lost != before.lost && (now.rate_limit || !now.backlog_wait_time))
				print_lost();
			before = now;
		}
		flush();
	}
}
