import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Services of our own, placed on a booted system. Each answers requests on its own port. */

/** Writes these texts to a system's files. */
function place(tree: string, texts: Readonly<Record<string, string>>): void {
	for (const [path, text] of Object.entries(texts)) {
		mkdirSync(dirname(join(tree, path)), { recursive: true });
		writeFileSync(join(tree, path), text, { mode: path.startsWith("etc/systemd/") ? 0o644 : 0o755 });
	}
}

const listenOn = (port: number) => `listening = socket.create_server(("127.0.0.1", ${port}))`;

/** A web server in Python. `lines` open the socket `listening`, and `answer` is an expression of the text. */
function webServer(answer: string, ...lines: readonly string[]): string {
	const loop = [
		"while True:",
		"\tconnection, _ = listening.accept()",
		"\tconnection.recv(1000)",
		`\tconnection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + (${answer}).encode())`,
		"\tconnection.close()",
	];
	return ["#!/usr/bin/python3", "import os, signal, socket", ...lines, ...loop, ""].join("\n");
}

const serviceOf = (program: string, ...settings: readonly string[]) =>
	["[Service]", "User=daemon", `ExecStart=${program}`, ...settings, ""].join("\n");

/** A service with a socket unit. The server accepts sockets as described in sd_listen_fds(3), and opens none. */
export function placeTaker(tree: string): void {
	const received = 'assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"';
	place(tree, {
		"srv/taker/server.py": webServer('"by socket"', received, "listening = socket.socket(fileno=3)"),
		"etc/systemd/system/taker.service": serviceOf("/usr/bin/python3 /srv/taker/server.py"),
		"etc/systemd/system/taker.socket": "[Socket]\nListenStream=127.0.0.1:21110\n[Install]\nWantedBy=sockets.target\n",
	});
}

/** A SysV script whose daemon forks and leaves root's account. */
export function placeForker(tree: string): void {
	const lines = [
		listenOn(21120),
		"if os.fork(): os._exit(0)",
		"os.setsid()",
		'open("/run/forker.pid", "w").write(str(os.getpid()))',
		"os.setgid(1)",
		"os.setuid(1)",
		"def read(*_):",
		"\tglobal answer",
		'\tanswer = open("/etc/forker").read()',
		"read()",
		"signal.signal(signal.SIGHUP, read)",
	];
	const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides: forker
# Required-Start: $network
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: forks
### END INIT INFO
stop='start-stop-daemon --stop --pidfile /run/forker.pid'
case "$1" in
start) start-stop-daemon --start --pidfile /run/forker.pid --startas /usr/sbin/forker ;;
stop) $stop ;;
reload) $stop --signal HUP ;;
*) echo "usage: $0 {start|stop|reload}" ;;
esac
`;
	place(tree, { "usr/sbin/forker": webServer("answer", ...lines), "etc/init.d/forker": script, "etc/forker": "configured" });
}

/** A service that does not answer after the signal of its reload. */
export function placeDeaf(tree: string): void {
	const deafen = [
		"def deafen(*_):",
		"\tlistening.close()",
		"\twhile True: signal.pause()",
		"signal.signal(signal.SIGHUP, deafen)",
	];
	place(tree, {
		"usr/sbin/deaf": webServer('"here"', listenOn(21121), ...deafen),
		"etc/systemd/system/deaf.service": serviceOf("/usr/sbin/deaf", "Type=exec", "ExecReload=/bin/kill -HUP $MAINPID"),
	});
}

/** A server that makes a namespace if its configuration says so. */
export function placeIntruder(tree: string): void {
	const intrude = 'if open("/etc/intruder").read() == "unshare": os.unshare(os.CLONE_NEWNS)';
	place(tree, {
		"etc/intruder": "nothing",
		"usr/sbin/intruder": webServer('"here"', intrude, listenOn(21122)),
		"etc/systemd/system/intruder.service": serviceOf("/usr/sbin/intruder", "Type=exec"),
	});
}

/** A server with a short-lived worker of another account at its start. If its configuration says so, each request starts one that attacks. */
export function placeAttacker(tree: string): void {
	const worker = [
		"import ctypes",
		"signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
		"def worker(attacks):",
		"\tif os.fork(): return",
		"\tos.setgid(4242)",
		"\tos.setuid(4243 if attacks else 4242)",
		'\tif attacks: ctypes.CDLL(None).mount(b"none", b"/", b"tmpfs", 0, 0)',
		"\tos._exit(0)",
		"worker(False)",
	];
	const answer = 'worker(open("/etc/attacker").read() == "attack") or "here"';
	place(tree, {
		"etc/attacker": "nothing",
		"usr/sbin/attacker": webServer(answer, ...worker, listenOn(21123)),
		"etc/systemd/system/attacker.service": "[Service]\nExecStart=/usr/sbin/attacker\n",
	});
}

/** A server that needs longer for its end than its unit permits. Only systemd knows that time. */
export function placeSlow(tree: string): void {
	const slow = ["import time", "def end(*_):", "\ttime.sleep(4)", "\tos._exit(0)", "signal.signal(signal.SIGTERM, end)"];
	place(tree, {
		"usr/sbin/slow": webServer('"here"', ...slow, listenOn(21126)),
		"etc/systemd/system/slow.service": serviceOf("/usr/sbin/slow", "Type=exec", "TimeoutStopSec=1"),
	});
}

/** A server that hangs at every second stop. */
export function placeHanging(tree: string): void {
	const hanging = [
		"import time",
		"def end(*_):",
		"\tsignal.signal(signal.SIGTERM, signal.SIG_IGN)",
		'\twith open("/var/lib/hanging/stops", "a") as stops:',
		'\t\tstops.write("x")',
		"\t\tposition = stops.tell()",
		"\tif position % 2 == 0: time.sleep(8)",
		"\tos._exit(0)",
		"signal.signal(signal.SIGTERM, end)",
	];
	place(tree, {
		"usr/sbin/hanging": webServer('"here"', ...hanging, listenOn(21127)),
		"etc/systemd/system/hanging.service": serviceOf("/usr/sbin/hanging", "StateDirectory=hanging", "TimeoutStopSec=4"),
	});
}

/** A server that does not handle SIGTERM, so it needs the init as PID 1. */
export function placePlain(tree: string): void {
	place(tree, {
		"srv/plain/server.py": webServer('"answered\\n"', listenOn(21111)),
		"etc/systemd/system/plain.service": serviceOf(
			"/usr/bin/python3 /srv/plain/server.py",
			"ExecStartPost=/bin/touch /srv/touched",
		),
	});
}

/** A program that writes to syslog and to a directory of the host, and then serves. */
export function placeWriter(tree: string): void {
	const lines = [
		"log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
		"try:",
		'\tlog.connect("/dev/log")',
		'\tlog.send(b"<14>writer: heard from its cage")',
		"except OSError:",
		"\tpass",
		'open("/srv/written/here", "w").close()',
	];
	place(tree, { "srv/writer/server.py": webServer('"answered\\n"', ...lines, listenOn(21112)) });
}

/** A server that asks another one, at an address of the loopback that is not 127.0.0.1, and exits if nobody answers. */
export function placeFront(tree: string): void {
	const ask = [
		"def ask():",
		'\twith socket.create_connection(("127.0.0.9", 21125), 10) as s: return s.recv(100).decode()',
		"ask()",
	];
	const answer = ['back = socket.create_server(("127.0.0.9", 21125))', "while True:"];
	place(tree, {
		"usr/sbin/back": ["#!/usr/bin/python3", "import socket", ...answer, '\tback.accept()[0].sendall(b"from behind")', ""].join(
			"\n",
		),
		"etc/systemd/system/back.service": serviceOf("/usr/sbin/back", "Type=exec"),
		"usr/sbin/front": webServer("ask()", ...ask, listenOn(21124)),
		"etc/systemd/system/front.service": serviceOf("/usr/sbin/front", "Type=exec"),
	});
}
