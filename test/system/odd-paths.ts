/** Paths that a tired administrator might type, and shell lines that create them in a copy of the machine. */

export interface OddPath {
	/** Completes "is given …". */
	readonly name: string;
	readonly path: string;
	/** Where something new may appear, if the path names something that does not exist. */
	readonly creates?: string;
	/** The directory that the path leads to, if it has another path. */
	readonly leadsTo?: string;
}

const folder = "/srv/odd";
const full = `${folder}/full`;
const readOnly = `${folder}/read-only`;
const long = "x".repeat(255);

const creating = (name: string, path: string, creates = path): OddPath => ({ name, path, creates });
const existing = (name: string, path: string): OddPath => ({ name, path });
const leading = (name: string, path: string, leadsTo: string): OddPath => ({ name, path, leadsTo });

const directories = ["/", "/etc", "/usr", "/proc", "/sys", "/dev", "/run", "/boot", "/home", "/var", "/tmp", "/root"];
const systemFiles = [
	"/etc/passwd",
	"/etc/shadow",
	"/etc/sudoers.d/new",
	"/etc/cron.d/new",
	"/etc/systemd/system/new.service",
	"/etc/ld.so.preload",
	"/usr/bin/new",
	"/usr/bin/node",
	"/proc/self/mem",
	"/proc/sys/kernel/core_pattern",
	"/proc/self/environ",
	"/sys/power/state",
	"/sys/kernel/new",
];
const devices = ["null", "zero", "full", "urandom", "no-driver", "disk", "stdout", "fd/2", "new"].map((name) => `/dev/${name}`);
const state = [
	"",
	"/new",
	"/cages",
	"/cages/redis",
	"/cages/redis/cage.json",
	"/cages/redis/current",
	"/cages/redis/data",
	"/scratch",
];

export const oddPaths: readonly OddPath[] = [
	...directories.map((path) => existing(`the directory ${path}`, path)),
	...systemFiles.map((path) => creating(`the system's ${path}`, path)),
	...devices.map((path) => creating(`the device ${path}`, path)),
	existing("a terminal", "/dev/pts/0"),
	...state.map((path) => creating(`the state folder's '${path}'`, `/var/lib/cagewright${path}`)),
	existing("a file of somebody else", `${folder}/file`),
	existing("a directory", `${folder}/directory`),
	existing("an empty directory", `${folder}/empty`),
	existing("a FIFO without a reader", `${folder}/fifo`),
	existing("a FIFO with a reader", `${folder}/fifo-read`),
	existing("a socket", `${folder}/socket`),
	existing("a link to a file", `${folder}/to-file`),
	leading("a link to a directory", `${folder}/to-directory`, `${folder}/directory`),
	existing("a link to a device", `${folder}/to-null`),
	leading("a link to /etc", `${folder}/to-etc`, "/etc"),
	leading("the kernel's link to the root", "/proc/1/root", "/"),
	existing("a dangling link", `${folder}/dangling`),
	existing("a link to itself", `${folder}/loop`),
	existing("a file of 3 TB", `${folder}/sparse`),
	existing("a file with a newline in its name", `${folder}/new\nline`),
	existing("a path below a file", `${folder}/file/new`),
	existing("a path below a missing directory", `${folder}/missing/new`),
	existing("a path below a link to itself", `${folder}/loop/new`),
	creating("a new file", `${folder}/new`),
	creating("a new portable service", `${folder}/cage-redis.raw`),
	creating("a new JSON file", `${folder}/new.json`),
	creating("a new file behind a link", `${folder}/to-directory/new`, `${folder}/directory/new`),
	creating("a name with control characters", `${folder}/\x1b[2J\x07\r\t`),
	creating("a name with a newline", `${folder}/one\nnew: line`),
	creating("a name that is no UTF-8", `${folder}/\ufffd`),
	creating("a name with quotes and shell words", `${folder}/'"$(touch ran);*`),
	creating("a name with colons", `${folder}/a:b:c`),
	creating("the longest name", `${folder}/${long}`),
	existing("a name that is too long", `${folder}/${long}x`),
	existing("a path that is too long", `${folder}${"/x".repeat(3000)}`),
	existing("a file with a slash at the end", `${folder}/file/`),
	creating("a new name with a slash at the end", `${folder}/new/`, `${folder}/new`),
	creating("a path with dots", `${folder}/./empty/../new`, `${folder}/new`),
	existing("a file above its directory", `${folder}/directory/../file`),
	existing("a full file system", full),
	creating("a new file on a full file system", `${full}/new`),
	existing("a read-only file system", readOnly),
	existing("a file on a read-only file system", `${readOnly}/file`),
	existing("a new file on a read-only file system", `${readOnly}/new`),
	leading("nothing", "", "/"),
	creating("a blank", " ", "/ "),
	leading("a dot", ".", "/"),
	leading("two dots", "..", "/"),
	creating("a relative path", "srv/odd/new", `${folder}/new`),
	creating("an option", "--yes", "/--yes"),
];

/** Loop devices disappear with their last user, which is the shell that runs these lines. */
const disk = [
	"{ mknod /dev/loop-control c 10 237",
	"for number in $(seq 0 63); do mknod /dev/loop$number b 7 $number; done",
	"truncate -s 1M /run/disk && mkfs.ext4 -q -O ^has_journal /run/disk && mount -n -o loop /run/disk /mnt",
	"node=$(findmnt -n -o SOURCE /mnt) && exec {held}<>$node && umount -n /mnt && mv $node /dev/disk; } || mknod /dev/disk b 7 1048575",
	"rm -f /dev/loop*; sync",
];

export const makeOddPaths: readonly string[] = [
	`mkdir -p ${folder}/directory ${folder}/empty && cd ${folder}`,
	"echo mine >file && cp file directory && cp file $'new\\nline' && truncate -s 3T sparse",
	"ln -s file to-file && ln -s directory to-directory && ln -s /dev/null to-null && ln -s /etc to-etc",
	"ln -s nothing dangling && ln -s loop loop",
	"mkfifo fifo fifo-read && { cat 0<>fifo-read >/dev/null & }",
	`perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("${folder}/socket")) || die'`,
	`mkdir full && mount -n -t tmpfs -o size=64k tmpfs full && { head -c 1M /dev/zero >full/filler || :; } 2>/dev/null`,
	"mkdir read-only && mount -n -t tmpfs tmpfs read-only && cp file read-only && mount -n -o remount,ro read-only",
	"{ script --quiet --command 'exec cat' /dev/null <&- >/dev/null & } && until [ -e /dev/pts/0 ]; do sleep 0.1; done",
	...disk,
	// systemctl writes this when it reads units.
	"mkdir -p /run/systemd && : >/run/systemd/systemd-units-load && cd /",
];
