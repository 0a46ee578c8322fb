/*
 * Reports each opening of the files that are its arguments, from outside of the cage (fanotify(7)). inotify would say neither which
 * process it was, nor whether it came through the cage's mount or from the host.
 *
 * Prints a line for each file: 0 or an error number; then one for each opening: the file's descriptor here and the process's number. Waits
 * for a byte of stdin while the reader looks at the file. The event's descriptor is opened through the mount that the process used, so its path tells the cage from
 * the host. Ends with the process that started it.
 */
#include "kernel.h"
#include <linux/fanotify.h>
#include <linux/prctl.h>

/* One cage must not use up what another needs. */
enum { unlimited = FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS, kill_signal = 9 };

static bool ends_line(char *line, char *end)
{
	*end++ = '\n';
	return call(write, 1, line, end - line) == end - line;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)envp;
	call(prctl, PR_SET_PDEATHSIG, kill_signal);
	long group = call(fanotify_init, FAN_CLOEXEC | FAN_CLASS_NOTIF | unlimited, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
	if (group < 0)
		return 1;
	char line[64];
	for (argv++; *argv; argv++) {
		long result = call(fanotify_mark, group, FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW, FAN_OPEN, AT_FDCWD, *argv);
		if (!ends_line(line, write_number(line, -result)))
			return 1;
	}
	/* A buffer for one event, so that the kernel opens one file at a time. */
	struct fanotify_event_metadata event = { 0 };
	while (call(read, group, &event, sizeof event) == sizeof event) {
		char answer;
		if (event.fd < 0)
			continue; /* the kernel could not open the file for us */
		char *end = write_number(line, event.fd);
		*end++ = ' ';
		if (!ends_line(line, write_number(end, event.pid)) || call(read, 0, &answer, 1) != 1)
			break;
		call(close, event.fd);
	}
	return 1;
}
